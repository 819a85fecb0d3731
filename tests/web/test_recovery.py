"""Recovery: its order is that of the organisation's own register of services (X-37), and somebody watches without a gap (REC-06)."""

from datetime import timedelta

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import desk, standing
from tocsin.incidents.models import RecordRow
from tocsin.kit import clock

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def room(world: World) -> Room:
    """In the register of this organisation transactions are core, and reports are not."""
    standing.keep(world.organisation.id)
    (kept,) = standing.records(world.organisation.id)
    for service, business in (("Reports", "auxiliary"), ("Transactions", "core")):
        entered = t.Enter(record="services", fields={"service": service, "business": business})
        assert isinstance(desk.handle(kept.pk, entered, actor=world.actor(world.ana)), desk.Done)
    found = declare(world)
    found.post(world.ana, "decisions/set_level/choice", option="l2", reason="one province")
    return found


def enter(room: Room, **fields: str) -> int:
    body = {f"field:{name}": words for name, words in fields.items() if name != "entry"}
    own = {"entry": fields["entry"]} if "entry" in fields else {}
    return int(room.post(room.world.ana, "records/restorations/entries", **body, **own).status_code)


@pytest.mark.row("X-37")
def test_what_the_register_says_of_a_service_gives_its_place(room: Room) -> None:
    for service in ("Reports", "Transactions"):
        assert enter(room, service=service, work="restore") == 303
    kinds = {row.fields["service"]: row.fields["business"] for row in RecordRow.objects.filter(record="restorations")}
    assert kinds == {"Reports": "auxiliary", "Transactions": "core"}
    assert enter(room, entry="restorations-1", started="2100-01-01T10:00") == 409
    assert enter(room, entry="restorations-2", started="2100-01-01T10:00") == 303


@pytest.mark.row("X-37")
def test_the_room_lists_the_services_in_the_order_of_the_register(room: Room) -> None:
    page = room.get(room.world.ana, "panels/records").content.decode()
    assert page.index("<li>Transactions") < page.index("<li>Reports")


@pytest.mark.row("REC-06")
def test_a_watch_that_nobody_keeps_stands_in_the_room_as_overdue_and_its_shift_sets_it_right(room: Room) -> None:
    room.post(room.world.ana, "decisions/accept_restoration/choice")
    room.pass_minutes(1)
    assert room.row("ClockRow", clock="watch_manned").status == "breached"
    assert "A watch without a gap" in room.get(room.world.ana, "panels/now").content.decode()
    assert "A watch without a gap" in room.get(room.world.ana, "panels/steps").content.decode()
    now = clock.now()
    shift = {"field:begins": f"{now - 24 * HOUR:%Y-%m-%dT%H:%M}", "field:ends": f"{now + 24 * HOUR:%Y-%m-%dT%H:%M}", "field:person": "x"}
    assert room.post(room.world.ana, "records/watch_shifts/entries", **shift).status_code == 303
    row = room.row("ClockRow", clock="watch_manned")
    assert row.status == "open"
    assert row.due_at > now + 6 * HOUR
