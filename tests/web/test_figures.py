"""Figures in the room: green or red against their target, and no breach."""

from datetime import timedelta

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.incidents.models import BreachRow

pytestmark = pytest.mark.django_db


@pytest.mark.row("CLK-11")
def test_a_target_that_has_passed_is_shown_and_nothing_is_breached(world: World, clock) -> None:
    room = declare(world)

    def shown() -> str:
        return room.get(world.ana, "panels/figures").content.decode()

    waiting = shown().count("not begun")
    room.post(world.ana, "decisions/set_level/choice", option="l1", reason="many calls")
    assert shown().count("not begun") < waiting
    assert "over:" not in shown()
    room.pass_minutes(16)
    assert "Public told in" in shown()
    assert "over: 16 min" in shown()
    breached = set(BreachRow.objects.values_list("obligation", flat=True))
    assert breached
    assert "told_public" not in breached


@pytest.mark.row("CLK-10")
def test_a_limit_the_document_does_not_give_is_shown_as_assumed(world: World) -> None:
    room = declare(world)
    room.post(world.ana, "decisions/set_level/choice", option="l1", reason="many calls")
    steps = room.get(world.ana, "panels/steps").content.decode()
    (assumed,) = [part for part in steps.split("<li") if "web_channel" in part][:1]
    assert "The document gives no value for this: it is assumed" in assumed


@pytest.mark.row("REC-11")
def test_the_rate_of_recovery_is_a_curve_of_what_was_said_again_and_again(world: World, clock) -> None:
    room = declare(world)
    room.post(world.ana, "decisions/set_level/choice", option="l1", reason="many calls")
    room.post(world.ana, "facts", **{"fact:restored_share": "40"})
    assert "<path" not in rate(room.get(world.ana, "panels/figures").content.decode())
    room.pass_minutes(60)
    room.post(world.ana, "facts", **{"fact:restored_share": "85"})
    shown = rate(room.get(world.ana, "panels/figures").content.decode())
    assert '<path class="series" d="M0.0 100.0 100.0 10.0"/>' in shown
    assert ": 40; " in shown
    assert ': 85"' in shown


@pytest.mark.row("KPI-10", "WC-H21")
def test_false_responses_are_added_up_by_quarter_and_held_against_the_quarter_before(world: World, clock) -> None:
    clock.freeze(clock.now().replace(month=5, day=20))

    def false_response() -> Room:
        room = declare(world)
        answer = {"fact:false_report": "yes", "reason": "The probe was broken"}
        assert room.post(world.ana, "decisions/false_alarm/choice", **answer).status_code == 303
        return room

    for _ in range(4):
        false_response()
    clock.shift(timedelta(days=50))
    room = false_response()
    declare(world)  # one that is no false alarm
    page = room.get(world.ana, "panels/figures").content.decode()
    (shown,) = [part for part in page.split("<li") if "False responses" in part]
    assert "this quarter 1, the quarter before 4: −75 %" in shown


def rate(page: str) -> str:
    (found,) = [part for part in page.split("<li") if "Recovery rate after 72 hours" in part]
    return found
