"""In the room a due time is brought forward with a reason; it is said in the timeline and stands on the clock."""

import re
from datetime import timedelta

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.kit import clock

pytestmark = pytest.mark.django_db
DUTY = "first_judgement"


@pytest.fixture
def room(world: World) -> Room:
    return declare(world)


def forward(room: Room, by: timedelta, reason: str = "the minister waits") -> str:
    due = room.row("ClockRow", obligation=DUTY).due_at - by
    answer = room.post(room.world.ana, f"obligations/{DUTY}/due", htmx=True, due_at=due.isoformat(), reason=reason)
    return str(answer.content.decode())


def test_the_commander_brings_a_due_time_forward_and_everybody_sees_it(room: Room) -> None:
    before = room.row("ClockRow", obligation=DUTY).due_at
    forward(room, timedelta(minutes=2))
    row = room.row("ClockRow", obligation=DUTY)
    assert (row.due_at, row.brought) == (before - timedelta(minutes=2), True)
    assert "brought forward" in room.get(room.world.chi, "panels/now").content.decode()
    line = re.sub(r"<[^>]*>", "", room.get(room.world.chi, "panels/timeline").content.decode())
    assert "Ana brought forward: First judgement within five minutes" in line
    assert "the minister waits" in line


def test_it_is_refused_without_a_reason_and_to_a_later_time(room: Room) -> None:
    before = room.row("ClockRow", obligation=DUTY).due_at
    assert "E105" in forward(room, timedelta(minutes=2), "")
    assert "E104" in forward(room, -timedelta(minutes=2))
    assert room.row("ClockRow", obligation=DUTY).due_at == before
    assert clock.now() < before
