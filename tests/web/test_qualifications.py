"""What a role requires and a person is not known to bring along stands as a warning beside the role; the assignment goes through."""

import pytest

from tests.web.room import Room, under
from tests.world import World
from tocsin.accounts import people
from tocsin.accounts.models import AuditEntry, Membership
from tocsin.engine import terms as t
from tocsin.incidents import desk, plans
from tocsin.incidents.models import Incident, TimelineRow
from tocsin.kit import ids
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db

PLAN = "pass24-critical-incidents"
ROLE = "support_specialist"


@pytest.fixture
def room(world: World) -> Room:
    plan, findings = plans.load(world.organisation.id, shipped.sources()[PLAN].read_text("utf-8"), f"{PLAN}.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    found = under(world, plan, "Nobody can sign in")
    assigned = desk.handle(
        Incident.objects.get(number=found.number).id,
        t.Assign(role=ROLE, person=world.actor(world.chi).person),
        actor=world.actor(world.ana),
    )
    assert isinstance(assigned, desk.Done)
    return found


def record(world: World, *brings: str) -> int:
    address = f"/o/{world.organisation.slug}/people/{ids.typed('per', world.chi.id)}/qualifications"
    return int(world.browse(world.ana).post(address, {"brings": list(brings)}).status_code)


@pytest.mark.row("ROL-36")
def test_whoever_lacks_what_a_role_requires_gets_it_with_a_warning(room: Room) -> None:
    page = room.get(room.world.ana, "panels/roles").content.decode()
    assert "Not on record for Chi:" in page
    for words in (
        "products",
        "critical problems",
        "work under pressure",
        "coordination",
        "ticket system",
        "diagnostic tools",
        "escalation",
        "key contacts",
    ):
        assert words in page
    assert room.row("RoleRow", role=ROLE).assigned == room.world.actor(room.world.chi).person


@pytest.mark.row("ROL-36")
def test_what_is_recorded_of_a_person_is_no_longer_warned_of(room: Room) -> None:
    required = plans.program(room.world.organisation.id, room.row("BoardRow").plan_hash).roles[ROLE].requires
    *most, last = [words["ru"] for words in required]
    assert record(room.world, *most) == 303
    page = room.get(room.world.ana, "panels/roles").content.decode()
    assert "Not on record for Chi:" in page
    assert "diagnostic tools" not in page
    record(room.world, *most, last, "what no plan asks for")
    assert "Not on record for Chi:" not in room.get(room.world.ana, "panels/roles").content.decode()
    assert "what no plan asks for" not in Membership.objects.get(person=room.world.chi, organisation=room.world.organisation).brings
    assert AuditEntry.objects.filter(act="qualifications.changed").count() == 2


def test_whoever_may_not_edit_people_records_nothing_of_them(room: Room) -> None:
    address = f"/o/{room.world.organisation.slug}/people/{ids.typed('per', room.world.chi.id)}/qualifications"
    assert room.world.browse(room.world.chi).post(address, {"brings": ["продукты"]}).status_code == 403


@pytest.mark.row("ROL-36")
def test_checking_the_plan_says_that_nobody_is_trained_until_somebody_is(room: Room) -> None:
    world, required = room.world, plans.program(room.world.organisation.id, room.row("BoardRow").plan_hash).roles[ROLE].requires
    people.hold(world.organisation, world.chi, PLAN, {ROLE: 0}, by=None)

    def page() -> str:
        return str(world.browse(world.ana).get(f"/o/{world.organisation.slug}/plans/{PLAN}").content.decode())

    assert "Nobody is trained for it" in page()
    record(world, *(words["ru"] for words in required[1:]))
    assert "the nearest to it lacks продукты" in page()
    record(world, *(words["ru"] for words in required))
    assert "Nobody is trained for it" not in page()


@pytest.mark.row("ROL-36", "HND-09")
def test_the_warning_stands_in_the_record_in_the_words_of_whoever_reads_it(room: Room) -> None:
    required = [words["ru"] for words in plans.program(room.world.organisation.id, room.row("BoardRow").plan_hash).roles[ROLE].requires]
    record(room.world, *required[:-1])
    again = {"person": "", "reason": "another shift"}
    assert room.post(room.world.ana, f"roles/{ROLE}/assignment", **again).status_code == 303
    assert room.post(room.world.ana, f"roles/{ROLE}/assignment", person=ids.typed("per", room.world.chi.id)).status_code == 303
    row = TimelineRow.objects.filter(kind="RoleAssigned", subject=ROLE).latest("seq")
    assert row.data["lacks"] == [required[-1]]
    page = room.get(room.world.ana, "panels/timeline").content.decode()
    assert '. Not on record: <span lang="en">' in page
