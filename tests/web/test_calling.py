"""Calling people in from the room: from the list of those on call or from a pool, several in one act, each answering alone."""

import re

import pytest

from tests.web.room import Room, declare, under
from tests.world import World, load, member
from tocsin.accounts import people
from tocsin.accounts.models import Person
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.incidents import desk, plans, standing
from tocsin.incidents.models import Incident, RoleRow
from tocsin.kit import ids
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db
SPECIALIST = "incident-roles~specialist"


def typed(person: Person) -> str:
    return ids.typed("per", person.id)


@pytest.fixture
def room(world: World) -> Room:
    """The roles of a response team over the basic plan: Ana commands, Chi stands on the list of those on call, Bea and Eva in the pool."""
    basics, roles = (load(world.organisation, shipped.sources()[name].read_text("utf-8")) for name in ("incident-basics", "incident-roles"))
    eva = member(world.organisation, "Eva")
    people.hold(world.organisation, world.ana, "incident-roles", {"incident_manager": 0}, by=world.ana)
    people.hold(world.organisation, world.chi, "incident-roles", {"on_call": 0}, by=world.ana)
    for rank, person in enumerate((world.bea, eva)):
        people.hold(world.organisation, person, "incident-roles", {"experts": rank}, by=world.ana)
    found = under(world, basics, "Nothing prints")
    act(found, t.AddPlan(plan_hash=roles.hash, reason="a big one"))
    return found


def act(room: Room, command: t.Command) -> None:
    answer = desk.handle(Incident.objects.get(number=room.number).id, command, actor=room.world.actor(room.world.ana))
    assert isinstance(answer, desk.Done), answer


def offered(page: str) -> dict[str, list[str]]:
    """Return by list whom the page offers to call in as specialist."""
    found = re.search(rf'<details id="call-{SPECIALIST}".*?</details>', page, re.DOTALL)
    forms = re.findall(r'name="source" value="(.*?)">(.*?)</form>', found[0], re.DOTALL) if found else []
    return {source.rpartition("~")[2]: re.findall(r'name="person" value="(.*?)"', form) for source, form in forms}


@pytest.mark.row("ESC-06")
def test_people_are_called_in_from_a_list_in_one_act_and_each_answer_is_seen(room: Room) -> None:
    world = room.world
    eva = Person.objects.get(name="Eva")
    assert offered(room.get(world.ana, "panels/roles").content.decode()) == {
        "on_call": [typed(world.chi)],
        "experts": [typed(world.bea), typed(eva)],
    }
    body = {"key": ids.new().hex, "source": "incident-roles~experts", "person": [typed(world.bea), typed(eva)]}
    assert world.browse(world.ana).post(f"/o/hotline/incidents/{room.number}/roles/{SPECIALIST}/calling-in", body).status_code == 303
    asked = {row.assigned: row for row in RoleRow.objects.filter(role__startswith=SPECIALIST).exclude(assigned="")}
    assert {person: row.accepted for person, row in asked.items()} == {typed(world.bea): False, typed(eva): False}
    page = room.page(world.ana)
    assert "asked: Eva" in page
    assert "from the list" in page
    assert offered(page) == {"on_call": [typed(world.chi)]}
    room.post(eva, f"roles/{asked[typed(eva)].role}/acceptance")
    assert RoleRow.objects.get(pk=asked[typed(eva)].pk).accepted


@pytest.mark.row("ESC-06")
def test_whoever_may_not_call_people_in_is_not_offered_to(room: Room) -> None:
    assert offered(room.get(room.world.chi, "panels/roles").content.decode()) == {}
    refused = room.post(room.world.chi, f"roles/{SPECIALIST}/calling-in", person=typed(room.world.bea))
    assert (refused.status_code, "E101" in refused.content.decode()) == (409, True)


@pytest.mark.row("ESC-06")
def test_the_technical_leader_calls_an_expert_of_the_pool_that_the_organisation_keeps(world: World) -> None:
    standing.keep(world.organisation.id)
    (kept,) = standing.records(world.organisation.id)
    fields = {"name": "Bea", "person": typed(world.bea), "field": "Switching", "available": "nights"}
    assert isinstance(desk.handle(kept.pk, t.Enter(record="experts", fields=fields), actor=world.actor(world.ana)), desk.Done)
    room = declare(world)
    page = room.get(world.chi, "panels/roles").content.decode()
    assert all(words in page for words in ("Expert pool", "Switching, nights", typed(world.bea)))
    assert room.post(world.chi, "roles/expert/calling-in", person=typed(world.bea), source="experts").status_code == 303
    assert (found := RoleRow.objects.get(role="expert", incident__number=room.number)).assigned == typed(world.bea)
    assert not found.accepted
    assert room.post(world.bea, "roles/expert/acceptance").status_code == 303
    assert "Expert pool" in room.get(world.ana, "panels/timeline").content.decode()


def test_the_lists_of_a_plan_are_kept_on_the_page_of_a_person(room: Room) -> None:
    page = room.world.browse(room.world.ana).get(f"/o/hotline/people/{typed(room.world.bea)}").content.decode()
    assert "Expert pool" in page
    assert plans.in_force(room.world.organisation.id)["incident-roles"]


@pytest.mark.row("ESC-06")
def test_whoever_declines_says_why_and_the_next_of_the_list_is_asked(room: Room) -> None:
    world, eva = room.world, Person.objects.get(name="Eva")
    room.post(world.ana, f"roles/{SPECIALIST}/calling-in", person=typed(world.bea), source="incident-roles~experts")
    seat = RoleRow.objects.get(assigned=typed(world.bea), role__startswith=SPECIALIST).role
    assert "Decline" in room.get(world.bea, "panels/roles").content.decode()
    assert "E105" in room.post(world.bea, f"roles/{seat}/refusal").content.decode()
    assert room.post(world.bea, f"roles/{seat}/refusal", reason="On a train").status_code == 303
    asked = RoleRow.objects.filter(role__startswith=SPECIALIST).exclude(assigned="")
    assert [(row.assigned, row.assigned_by, row.accepted) for row in asked] == [(typed(eva), typed(world.ana), False)]
    page = room.page(world.ana)
    assert re.search(r"Bea</b> declined the role", page)
    assert "On a train" in page
    assert re.search(r"Bea</span> <span class=\"tag\">declined</span>", page)
    (told,) = Delivery.objects.filter(about__contains=":declined:", channel="inbox")
    assert (told.recipient, told.subject) == (typed(world.ana), f"[{room.number}] Declined the role: Specialist")
