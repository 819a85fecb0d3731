"""Plans: read as a document, loaded with all findings at once, published."""

import re
from collections import Counter
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world import World
from tocsin.accounts.models import Access, AuditEntry, Membership, Person
from tocsin.incidents import plans
from tocsin.incidents.models import Plan
from tocsin.plan import read, shipped
from tocsin.web import languages

pytestmark = pytest.mark.django_db
SOURCE = shipped.sources()["hotline-outage"].read_text("utf-8")


def get(world: World, who: Person, path: str) -> Any:
    return world.browse(who).get(f"/o/{world.organisation.slug}/{path}")


def load(world: World, who: Person, source: str) -> Any:
    return world.browse(who).post(f"/o/{world.organisation.slug}/plans/new", {"source": source})


@pytest.mark.row("PLN-02")
def test_a_plan_is_read_as_a_document_with_its_clauses(world: World) -> None:
    page = get(world, world.bea, "plans/hotline-outage").content.decode()
    for words in ("Level 1", "Head of command", "First judgement within five minutes", "H 三.1", "Terminate the response", world.plan.hash):
        assert words in page


def test_a_chapter_that_the_plan_leaves_empty_is_not_there(world: World) -> None:
    take(world, "incident-roles")
    page = get(world, world.bea, "plans/incident-roles").content.decode()
    assert 'id="records"' in page
    assert 'id="signals"' not in page
    assert "from Made until" in " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_rules_are_said_in_words(world: World) -> None:
    page = get(world, world.bea, "plans/hotline-outage").content.decode()
    assert "&&" not in page
    assert "Nationwide" in page


@pytest.mark.row("LNG-02")
def test_what_the_viewers_language_lacks_is_shown_in_the_plans_own_and_marked(world: World) -> None:
    source = SOURCE.replace(
        "{zh: 一级响应, en: Level 1, ru: Уровень 1, pl: Poziom 1}", "{zh: 一级响应, en: Level 1, ru: Уровень 1}"
    ).replace('"1.0"', '"1.1"', 1)
    load(world, world.ana, source)
    Person.objects.filter(pk=world.ana.pk).update(language="pl")
    plan = Plan.objects.get(organisation=world.organisation, version="1.1")
    page = get(world, world.ana, f"plans/hotline-outage/{plan.hash[:12]}").content.decode()
    assert '<span lang="zh-Hans">一级响应</span> <span class="tag" lang="zh-Hans"' in page


def test_all_findings_come_at_once_with_line_and_column(world: World) -> None:
    answer = load(world, world.ana, SOURCE.replace("owes: duty_manager", "owes: duty_manger").replace("level: l1", "level: l9"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert page.count("did you mean") > 1
    assert "owes: duty_manger" in page
    assert "H 四.2" in page
    assert not Plan.objects.filter(organisation=world.organisation).exclude(pk=world.plan.pk).exists()


@pytest.mark.row("PLN-05")
def test_a_loaded_plan_is_a_draft_until_it_is_published(world: World) -> None:
    answer = load(world, world.ana, SOURCE.replace('version: "1.0"', 'version: "1.1"', 1))
    assert answer.status_code == 303
    plan = Plan.objects.get(organisation=world.organisation, version="1.1")
    assert plan.status == "draft"
    published = world.browse(world.ana).post(f"/o/{world.organisation.slug}/plans/hotline-outage/{plan.hash[:12]}/approval")
    assert published.status_code == 303
    assert dict(Plan.objects.filter(organisation=world.organisation).values_list("version", "status")) == {
        "1.0": "retired",
        "1.1": "in_force",
    }
    assert {"plan.loaded", "plan.published"} <= set(
        AuditEntry.objects.filter(organisation=world.organisation).values_list("act", flat=True)
    )


def test_members_read_and_editors_load(world: World) -> None:
    assert load(world, world.bea, SOURCE).status_code == 403
    Membership.objects.filter(person=world.bea).update(access=Access.EDITOR)
    assert load(world, world.bea, SOURCE).status_code == 303
    assert get(world, world.dov, "plans/hotline-outage").status_code == 404


def test_what_keeps_a_version_from_being_published_is_shown_before_what_is_only_noted(world: World) -> None:
    """A plan of ninety notes: the one warning at its end is the first that its owner sees."""
    letter = "  letter: {cite: H 三.4, audience: visitors, channels: {all: [email]}, text: 你好}\n"
    load(world, world.ana, SOURCE.replace("\nmessages:\n", f"\nmessages:\n{letter}").replace('version: "1.0"', 'version: "1.2"', 1))
    plan = Plan.objects.get(organisation=world.organisation, version="1.2")
    page = get(world, world.ana, f"plans/hotline-outage/{plan.hash[:12]}").content.decode()
    assert 0 < page.index('id="found-L82-warning"') < page.index('id="found-L09-note"')


def test_there_is_no_plan_by_another_name(world: World) -> None:
    assert get(world, world.ana, "plans/nothing").status_code == 404
    assert get(world, world.ana, "plans/hotline-outage/ffff").status_code == 404


@pytest.mark.parametrize("language", languages.LANGUAGES)
@pytest.mark.parametrize("plan_id", shipped.sources())
def test_every_plan_that_comes_with_the_product_opens_in_every_language(world: World, plan_id: str, language: str) -> None:
    take(world, plan_id)
    Person.objects.filter(pk=world.ana.pk).update(language=language)
    for view in ("", "/text", "/cases"):
        assert get(world, world.ana, f"plans/{plan_id}{view}").status_code == 200


def test_findings_of_a_kind_stand_together_and_none_is_left_out(world: World) -> None:
    page = get(world, world.ana, "plans/hotline-outage").content.decode()
    kinds = re.findall(r'<details class="found" id="found-(L\d+)-note"[^>]*><summary>.*?<span class="count">(\d+)</span>', page, re.DOTALL)
    found = Counter(finding.code for finding in read.read(SOURCE, "plan.yaml").findings)
    assert dict(found).items() <= {code: int(count) for code, count in kinds}.items()
    assert "The number is the plan&#39;s own" in page


def take(world: World, plan_id: str) -> Plan:
    """Return the shipped plan, loaded and put in force."""
    plan, _findings = plans.load(world.organisation.id, shipped.sources()[plan_id].read_text("utf-8"), f"{plan_id}.yaml")
    assert plan is not None
    plans.publish(plan)
    return plan


def test_an_uploaded_file_that_is_not_utf_8_is_refused_and_nothing_of_it_is_guessed(world: World) -> None:
    file = SimpleUploadedFile("plan.yaml", SOURCE.encode("gb18030"))
    answer = world.browse(world.ana).post(f"/o/{world.organisation.slug}/plans/new", {"file": file})
    assert answer.status_code == 409
    assert "is not UTF-8" in answer.content.decode()


@pytest.mark.row("KNB-01", "KNB-02", "KNB-04")
def test_a_document_says_what_it_is_for_whom_with_what_behind_them_and_what_else_to_read(world: World) -> None:
    load(world, world.ana, shipped.sources()["pass24-critical-incidents"].read_text("utf-8"))
    page = re.sub(r"<[^>]+>", " ", get(world, world.ana, "plans/pass24-critical-incidents").content.decode())
    said = " ".join(page.split())
    for words in (
        "1.0",
        "2024-12-19",
        "Система базы знаний",
        "Head of technical support",
        "регламент",
        "срочное решение",
        "Technical support",
    ):
        assert words in said, words
    for words in (
        "Support specialist",
        "intermediate and advanced",
        "when urgent intervention is needed",
        "work under pressure",
        "key contacts",
    ):
        assert words in said, words
    first, further, processes = (said.index(heading) for heading in ("Read first", "Further reading", "Related processes"))
    assert said[first:further].count("missing") == 2
    assert said[further:processes].count("missing") == 3
    assert said[processes:].count("missing") >= 4
