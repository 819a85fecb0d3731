"""The board: what is due next and who owes it, what runs, what waits on the viewer, and an empty one."""

import re
from datetime import timedelta
from types import ModuleType

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.room import declare
from tests.world import World
from tocsin.accounts.models import Person
from tocsin.incidents.models import BoardRow, Drill

pytestmark = pytest.mark.django_db


def board(world: World, who: Person, *, htmx: bool = False) -> str:
    answer = world.browse(who).get(f"/o/{world.organisation.slug}/", headers={"HX-Request": "true"} if htmx else {})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_empty_board_offers_to_declare_and_to_play_a_drill(world: World) -> None:
    page = board(world, world.ana)
    assert "Nothing is running." in page
    assert "Play the first ten minutes" in page


def test_the_button_begins_the_drill(world: World) -> None:
    answer = world.browse(world.ana).post(f"/o/{world.organisation.slug}/drills")
    assert answer.status_code == 303
    assert Drill.objects.get(organisation=world.organisation).scenario == "first-ten-minutes"


def test_the_headline_counts_what_runs_and_names_the_next_clock(world: World) -> None:
    declare(world)
    page = board(world, world.ana)
    assert "1 incident." in page
    assert re.search(
        r"Next due in <b><time data-left=\"29\d\"[^>]*>04:5\d</time></b>: <span[^>]*>First judgement within five minutes", page
    )


def test_what_is_late_is_said_first(world: World, clock: ModuleType) -> None:
    room = declare(world)
    room.pass_minutes(6)
    page = board(world, world.ana)
    assert "Late by" in page
    assert 'data-state="late"' in page


def test_tasks_are_the_viewers_own(world: World) -> None:
    declare(world)
    mine = board(world, world.chi)
    assert "First judgement within five minutes" in mine[mine.index('id="h-mine"') :]
    hers = board(world, world.bea)
    assert "Nothing waits on you" in hers


def test_pins_stand_by_attribute_and_never_by_style(world: World) -> None:
    declare(world)
    page = board(world, world.ana)
    assert re.search(r'<a class="pin"[^>]*><svg x="\d+\.\d\d%" y="50%">', page)
    assert "style=" not in page


def test_the_live_part_is_fetched_through_the_same_address(world: World) -> None:
    declare(world)
    part = board(world, world.ana, htmx=True)
    assert part.lstrip().startswith('<div id="board"')
    assert "<html" not in part


def test_a_stranger_has_no_board_here(world: World) -> None:
    assert world.browse(world.dov).get(f"/o/{world.organisation.slug}/").status_code == 404


def test_drills_count_apart(world: World, clock: ModuleType) -> None:
    world.browse(world.chi).post(f"/o/{world.organisation.slug}/declare", {"what": "Exercise", "drill": "1"})
    clock.shift(timedelta(minutes=1))
    page = board(world, world.ana)
    assert "1 drill." in page
    assert 'data-kind="drill"' in page


def test_a_board_of_many_asks_no_more_than_one_of_few(world: World) -> None:
    asked = []
    for many in (2, 6):
        for _ in range(many):
            declare(world)
        board(world, world.bea)
        with CaptureQueriesContext(connection) as queries:
            board(world, world.bea)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_of_a_storm_the_board_shows_what_is_late_or_due_soonest_and_counts_the_rest(world: World, clock: ModuleType, monkeypatch) -> None:
    monkeypatch.setattr("tocsin.web.board.SHOWN_MAX", 2)
    late, soon, other = (declare(world).number for _ in range(3))
    BoardRow.objects.filter(number=late).update(overdue=1, next_due_at=None)
    BoardRow.objects.filter(number=soon).update(next_due_at=clock.now())
    page = board(world, world.ana)
    assert "3 incidents." in page
    assert "1 more is open. What is late or due soonest stands here." in page
    active = page[page.index('id="h-active"') :]
    assert [f">{number}<" in active for number in (late, soon, other)] == [True, True, False]
    monkeypatch.setattr("tocsin.web.board.SHOWN_MAX", 3)
    assert "more is open" not in board(world, world.ana)


def test_of_a_storm_everything_that_waits_on_the_viewer_is_counted_also_where_the_incident_is_not_shown(world: World, monkeypatch) -> None:
    for _ in range(3):
        declare(world)
    every = tasks(board(world, world.ana))
    monkeypatch.setattr("tocsin.web.board.SHOWN_MAX", 1)
    few = tasks(board(world, world.ana))
    assert every[0] == few[0] >= 3
    assert (every[1], few[1]) == (every[0], 1)


def tasks(page: str) -> tuple[int, int]:
    """Return how many tasks a board counts, and how many it lists."""
    mine = page[page.index('id="h-mine"') :].partition("</section>")[0]
    return int(re.findall(r'class="count">(\d+)<', mine)[0]), mine.count('class="step"')
