"""The next version of a plan in the browser: written beside its findings, compared in words, acknowledged and approved by its owner."""

from typing import Any

import pytest

from tests.world import World
from tocsin.accounts.models import Access, AuditEntry, Membership, Person
from tocsin.incidents import desk, editing
from tocsin.incidents.models import Incident, Plan, PlanText
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db
SOURCE = shipped.sources()["hotline-outage"].read_text("utf-8")
NEWER = SOURCE.replace('version: "1.0"', 'version: "1.1"', 1).replace("every: 30m", "every: 1h", 1)


def at(world: World, path: str) -> str:
    return f"/o/{world.organisation.slug}/plans/hotline-outage/{path}"


def save(world: World, who: Person, source: str, revision: int = 0, **more: str) -> Any:
    return world.browse(who).post(at(world, "text/saving"), {"source": source, "revision": str(revision), **more})


def proposed(world: World, source: str = NEWER) -> Plan:
    answer = save(world, world.ana, source, propose="")
    assert answer.status_code == 303, answer.content.decode()
    return Plan.objects.get(organisation=world.organisation, version="1.1")


def test_the_text_begins_as_the_version_in_force(world: World) -> None:
    page = world.browse(world.ana).get(at(world, "text")).content.decode()
    assert "id: hotline-outage" in page
    assert "Nothing that runs has changed." in page


@pytest.mark.row("PLN-06")
def test_findings_come_while_one_writes_with_line_and_column_and_nothing_is_kept(world: World) -> None:
    answer = world.browse(world.ana).post(
        at(world, "text/reading"), {"source": SOURCE.replace("owes: duty_manager", "owes: duty_manger", 1)}
    )
    page = answer.content.decode()
    assert "did you mean duty_manager?" in page
    assert 'data-severity="error"' in page
    assert not PlanText.objects.exists()


@pytest.mark.row("LNG-01")
@pytest.mark.parametrize(
    ("language", "said", "way_out"),
    [
        ("ru", "нет такого: роль или группа или подразделение duty_manger", "может быть, duty_manager?"),
        ("pl", "nie ma takiego: rola lub grupa lub dział duty_manger", "czy chodziło o duty_manager?"),
        ("zh", "没有角色或小组或部门 duty_manger", "是否指 duty_manager？"),
    ],
)
def test_a_finding_is_said_in_the_language_of_who_writes(world: World, language: str, said: str, way_out: str) -> None:
    Person.objects.filter(pk=world.ana.pk).update(language=language)
    broken = SOURCE.replace("owes: duty_manager", "owes: duty_manger", 1)
    page = world.browse(world.ana).post(at(world, "text/reading"), {"source": broken}).content.decode()
    assert said in page
    assert way_out in page


@pytest.mark.row("PLN-07")
def test_a_change_is_said_in_words_against_the_version_in_force(world: World) -> None:
    page = world.browse(world.ana).post(at(world, "text/reading"), {"source": NEWER}).content.decode()
    assert "<del>30 min</del> → <ins>1 hr</ins>" in page
    Person.objects.filter(pk=world.ana.pk).update(language="ru")
    page = world.browse(world.ana).post(at(world, "text/reading"), {"source": NEWER}).content.decode()
    assert "период: <del>30 мин</del> → <ins>1 ч</ins>" in page


def test_a_broken_text_is_kept_and_nobody_overwrites_it(world: World) -> None:
    assert save(world, world.ana, "tocsin: [broken").status_code == 303
    answer = save(world, world.ana, "something else")
    assert answer.status_code == 409
    assert "something else" in answer.content.decode()
    assert PlanText.objects.get().source == "tocsin: [broken"
    assert save(world, world.ana, "tocsin: [broken", 1, propose="").status_code == 409
    world.browse(world.ana).post(at(world, "text/discarding"))
    assert not PlanText.objects.exists()


@pytest.mark.row("PLN-05", "PLN-14")
def test_a_proposed_version_waits_for_the_plans_owner(world: World) -> None:
    Membership.objects.filter(person=world.bea).update(access=Access.EDITOR)
    plan = proposed(world)
    page = world.browse(world.bea).get(at(world, plan.hash[:12])).content.decode()
    assert "Put in force by its owner:" in page
    assert "<del>30 min</del> → <ins>1 hr</ins>" in page
    assert world.browse(world.bea).post(at(world, f"{plan.hash[:12]}/approval")).status_code == 409
    answer = world.browse(world.ana).post(at(world, f"{plan.hash[:12]}/approval"), {"note": "after the review"})
    assert answer.status_code == 303
    plan.refresh_from_db()
    assert (plan.status, plan.approved_note) == ("in_force", "after the review")
    assert "after the review" in world.browse(world.bea).get(at(world, plan.hash[:12])).content.decode()
    assert "plan.proposed" in set(AuditEntry.objects.values_list("act", flat=True))


@pytest.mark.row("PLN-06")
def test_an_open_finding_bars_approval_until_the_owner_acknowledges_it_with_a_reason(world: World) -> None:
    opened = NEWER.replace("announced: 4 #", "announced: 7 #").replace("acknowledges: [X-05, L10, L82]", "acknowledges: [L82]")
    assert opened != NEWER
    plan = proposed(world, opened)
    client, version = world.browse(world.ana), plan.hash[:12]
    found = editing.open_findings(plan)
    assert "L10" in {finding.code for finding in found}
    page = client.get(at(world, version)).content.decode()
    assert page.count('name="reason"') == len(found)
    assert client.post(at(world, f"{version}/approval")).status_code == 409
    first = {"code": found[0].code, "path": found[0].path}
    assert client.post(at(world, f"{version}/acknowledgement"), {**first, "reason": ""}).status_code == 409
    for finding in found:
        noted = {"code": finding.code, "path": finding.path, "reason": "the old form had seven"}
        client.post(at(world, f"{version}/acknowledgement"), noted)
    assert "the old form had seven" in client.get(at(world, version)).content.decode()
    assert client.post(at(world, f"{version}/approval")).status_code == 303


def test_any_two_versions_are_compared(world: World) -> None:
    plan = proposed(world)
    page = world.browse(world.bea).get(at(world, f"{plan.hash[:12]}/comparison")).content.decode()
    assert "From 1.0 to 1.1" in page
    back = world.browse(world.bea).get(at(world, f"{world.plan.hash[:12]}/comparison"), {"with": plan.hash[:12]}).content.decode()
    assert "<del>1 hr</del> → <ins>30 min</ins>" in back


def test_members_read_but_only_editors_write(world: World) -> None:
    assert world.browse(world.bea).get(at(world, "text")).status_code == 403
    assert save(world, world.bea, NEWER).status_code == 403
    assert world.browse(world.dov).get(at(world, "text")).status_code == 404


def test_the_form_of_plans_is_published_for_editors(world: World) -> None:
    found = world.browse().get("/plan-schema.json").json()
    assert found["title"] == "Tocsin plan"
    assert "obligations" in found["properties"]


@pytest.mark.row("PLN-05")
def test_before_an_incident_is_moved_its_commander_sees_what_changes_in_the_plan_and_in_its_clocks(world: World) -> None:
    done = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words="Nobody answers"), actor=world.actor(world.ana))
    assert isinstance(done, desk.Done)
    longer = SOURCE.replace("within: 15m\n    of: reported", "within: 20m\n    of: reported", 1)
    plan = proposed(world, longer.replace('version: "1.0"', 'version: "1.1"', 1))
    assert editing.approve(plan, world.actor(world.ana).person) is None
    address = f"/o/{world.organisation.slug}/incidents/{done.number}/version/preview"
    page = world.browse(world.ana).get(address, {"plan": plan.hash}).content.decode()
    assert "<del>15 min</del> → <ins>20 min</ins>" in page
    assert 'data-what="changed"' in page
    assert Incident.objects.get(pk=done.incident).plan_hash == world.plan.hash
    assert world.browse(world.bea).get(address, {"plan": plan.hash}).status_code == 409


@pytest.mark.row("PLN-01")
def test_plans_that_come_with_the_product_are_loaded_with_one_button(world: World) -> None:
    Plan.objects.filter(organisation=world.organisation).delete()
    page = world.browse(world.ana).get(f"/o/{world.organisation.slug}/plans").content.decode()
    assert "Plans that come with Tocsin" in page
    assert world.browse(world.bea).post(at(world, "taking")).status_code == 403
    assert world.browse(world.ana).post(at(world, "taking")).status_code == 303
    assert Plan.objects.get(organisation=world.organisation).status == "draft"
    assert world.browse(world.ana).post(f"/o/{world.organisation.slug}/plans/nothing/taking").status_code == 404


@pytest.mark.row("PLN-07")
def test_an_organisations_own_copy_is_compared_with_the_shipped_plan(world: World) -> None:
    plan = proposed(world)
    page = world.browse(world.bea).get(at(world, f"{plan.hash[:12]}/comparison"), {"with": "shipped"}).content.decode()
    assert "<del>30 min</del> → <ins>1 hr</ins>" in page
