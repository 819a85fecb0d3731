"""The features of handling stand at the head of a critical incident, each kept or not, and what is not kept on the board (STP-16)."""

import re
from types import ModuleType

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db

FEATURES = ("out of turn", "immediate reaction", "coordination", "regular information", "priority resolution")


@pytest.fixture
def room(world: World) -> Room:
    return under(world, in_force(world, shipped.sources()["pass24-critical-incidents"]), "Nobody enters")


def head(room: Room) -> dict[str, str]:
    """Return what the head of the room says of each feature."""
    page = room.get(room.world.ana, "panels/head").content.decode()
    found = re.search(r'<ul class="row gap-2" aria-label="Features of handling">.*?</ul>', page, re.DOTALL)
    words = [re.sub(r"<[^>]*>", "", item).strip() for item in re.findall(r"<li.*?</li>", found[0], re.DOTALL)] if found else []
    return dict(word.rsplit(": ", 1) for word in words)


def board(room: Room) -> str:
    return str(room.world.browse(room.world.ana).get(f"/o/{room.world.organisation.slug}/").content.decode())


@pytest.mark.row("STP-16")
def test_each_of_the_five_features_has_an_indicator_once_the_incident_is_critical(room: Room) -> None:
    assert head(room) == {}
    assert room.post(room.world.ana, "facts", **{"fact:unusable": "yes"}).status_code == 303
    assert head(room) == dict.fromkeys(FEATURES, "kept")
    assert "Not kept" not in board(room)


@pytest.mark.row("STP-16")
def test_what_is_overdue_or_nobodys_breaks_its_indicator_in_the_room_and_on_the_board(room: Room, clock: ModuleType) -> None:
    room.post(room.world.ana, "facts", **{"fact:unusable": "yes"})
    room.pass_minutes(16)
    assert head(room) == dict.fromkeys(FEATURES, "kept") | {"immediate reaction": "not kept", "coordination": "not kept"}
    said = re.sub(r"<[^>]*>", "", board(room))
    assert "Not kept: immediate reaction" in said
    assert "Not kept: coordination" in said
    assert "Not kept: regular information" not in said


@pytest.mark.row("STP-16")
def test_an_incident_that_is_not_critical_has_none(room: Room) -> None:
    room.post(room.world.ana, "facts", **{"fact:unusable": "yes"})
    answer = room.post(room.world.ana, "decisions/lower_status/choice", option="ordinary", reason="one user")
    assert answer.status_code == 303, answer.content.decode()[-2000:]
    assert head(room) == {}
