"""What is worked out of turn stands first: on the board, in what is due, in the viewer's tasks, in lists and in the queue of messages."""

import re
from pathlib import Path

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World

pytestmark = pytest.mark.django_db

KITCHEN = Path(__file__).with_name("kitchen.yaml")


@pytest.fixture
def rooms(world: World) -> tuple[Room, Room, Room]:
    """Return what boils over, which came first and has the most time, then what is warm and what nobody has judged."""
    plan = in_force(world, KITCHEN)
    boiling, warm, unjudged = (under(world, plan, words) for words in ("Milk", "Soup", "Smell"))
    for room, level in ((boiling, "boiling"), (warm, "warm")):
        assert room.post(world.ana, "decisions/set_level/choice", option=level).status_code == 303
    return boiling, warm, unjudged


def read(world: World, path: str) -> str:
    answer = world.browse(world.ana).get(f"/o/{world.organisation.slug}/{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def numbers(page: str, begin: str, end: str = "</section>") -> list[str]:
    """Return the incidents that one part of a page names, in its order, each once."""
    return list(dict.fromkeys(re.findall(r"INC-\d+", page[page.index(begin) :].partition(end)[0])))


@pytest.mark.row("REG-09")
def test_on_the_board_it_stands_before_all_others_then_what_nobody_has_judged(world: World, rooms: tuple[Room, Room, Room]) -> None:
    boiling, warm, unjudged = rooms
    assert numbers(read(world, ""), 'id="h-active"') == [boiling.number, unjudged.number, warm.number]


@pytest.mark.row("REG-09")
@pytest.mark.parametrize("part", ['id="h-due"', 'id="h-mine"'])
def test_what_it_asks_for_stands_before_what_is_due_earlier_elsewhere(world: World, rooms: tuple[Room, Room, Room], part: str) -> None:
    boiling, _warm, _unjudged = rooms
    found = numbers(read(world, ""), part)
    assert (found[0], len(found)) == (boiling.number, 3)


@pytest.mark.row("REG-09")
@pytest.mark.parametrize("show", ["all", "open"])
def test_in_a_list_it_stands_before_what_is_newer(world: World, rooms: tuple[Room, Room, Room], show: str) -> None:
    boiling, warm, unjudged = rooms
    listed = numbers(read(world, f"incidents?show={show}"), "<tbody", "</tbody")
    assert listed == [boiling.number, unjudged.number, warm.number]


@pytest.mark.row("REG-09")
def test_its_messages_wait_before_all_others(world: World, rooms: tuple[Room, Room, Room]) -> None:
    for room in rooms:
        assert room.post(world.ana, "messages", template="note", **{"field:what": "Stand back"}).status_code == 303
    boiling, warm, unjudged = rooms
    assert numbers(read(world, "messages"), 'id="q-h"') == [boiling.number, unjudged.number, warm.number]


@pytest.mark.row("REG-09")
def test_what_is_over_is_worked_no_more_and_stands_behind_what_runs(world: World, rooms: tuple[Room, Room, Room]) -> None:
    boiling, warm, unjudged = rooms
    assert boiling.post(world.ana, "decisions/close/choice").status_code == 303
    assert numbers(read(world, "incidents"), "<tbody", "</tbody") == [unjudged.number, warm.number, boiling.number]


def test_the_headline_still_names_what_is_due_next_of_all(world: World, rooms: tuple[Room, Room, Room]) -> None:
    _boiling, warm, unjudged = rooms
    said = numbers(read(world, ""), 'class="board-headline"', "</h1>")
    assert said[0] in (warm.number, unjudged.number)
