"""What a plan keeps for some roles, others do not see: neither in the records nor in the timeline."""

import pytest

from tests.web.room import Room
from tests.web.test_procedure import kept, room  # noqa: F401 - fixtures
from tocsin.engine import terms as t
from tocsin.incidents import desk
from tocsin.incidents.models import Incident

pytestmark = pytest.mark.django_db


def test_a_record_for_some_is_shown_to_them_alone(room: Room) -> None:  # noqa: F811 - the fixture
    incident = Incident.objects.get(number=room.number)
    ana, bea = room.world.actor(room.world.ana), room.world.actor(room.world.bea)
    desk.handle(incident.id, t.Assign(role="foreman", person=ana.person), actor=ana)
    desk.handle(incident.id, t.Assign(role="doctor", person=bea.person), actor=ana)
    desk.handle(incident.id, t.Accept(role="doctor"), actor=bea)
    answer = room.post(room.world.bea, "records/injuries/entries", **{"field:who": "the digger"})
    assert answer.status_code == 303
    for panel in ("records", "timeline"):
        assert "the digger" in room.get(room.world.bea, f"panels/{panel}").content.decode()
        assert "the digger" not in room.get(room.world.chi, f"panels/{panel}").content.decode()
