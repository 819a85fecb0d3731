"""The order of recovery comes from the organisation's own register of services, not from the plan (X-37)."""

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import desk, standing
from tocsin.incidents.models import RecordRow

pytestmark = pytest.mark.django_db


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
