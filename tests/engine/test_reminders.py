"""When an owner is reminded: at a part of the limit, or so many days or hours before it ends."""

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t

SLOW = "obligations: {slow: {cite: O 3, owes: clerk, do: {en: S}, within: 5d, of: reported, until: closed, remind: %s}}"
DAY = 24 * 60


@pytest.mark.row("CLK-03")
@pytest.mark.parametrize(("remind", "day"), [("1d", 4), ("24h", 4), ("1d12h", 3.5), ("30d", 0)])
def test_a_reminder_comes_days_before_the_due_time(remind, day):
    story = Story(cast={"chi": ("clerk",)}, program=written(SLOW % remind)).declare()
    assert story.clock("slow").remind_at == story.at(day * DAY)
    story.tick(4 * DAY + 1)
    assert [event.clock for event in story.of(t.ClockReminded)] == ["slow"]


def told(story: Story) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(event.cause, event.persons, event.urgent) for event in story.of(t.Told)]


@pytest.mark.row("CLK-03", "REG-01")
def test_whoever_owes_something_is_told_at_once_where_nobody_declared_the_incident():
    """The desk of the hotline judges within five minutes; by the first reminder two thirds of that would be gone."""
    story = Story().declare(person=t.SYSTEM, means="monitoring")
    assert ("owed:first_judgement", ("chi",), True) in told(story)
    assert [persons for _, persons, _ in told(story)].count(("chi",)) == 1, "once, of what is due first"
    story.tick(4)
    assert ("remind:first_judgement", ("chi",), False) in told(story)


@pytest.mark.row("CLK-03")
def test_whoever_declares_is_not_told_of_what_follows():
    assert not [cause for cause, *_ in told(Story().declare(person="chi")) if cause.startswith("owed:")]


@pytest.mark.row("CLK-03")
def test_of_several_duties_whoever_owes_them_is_told_of_the_one_due_first():
    duties = """obligations:
  slow: {cite: O 3, owes: clerk, do: {en: S}, within: 5d, of: reported, until: closed}
  quick: {cite: O 3, owes: clerk, do: {en: Q}, within: 1h, of: reported, until: closed}
"""
    story = Story(cast={"ida": ("clerk",)}, program=written(duties)).declare(person=t.SYSTEM)
    assert told(story) == [("owed:quick", ("ida",), True)]


@pytest.mark.row("CLK-03")
@pytest.mark.parametrize(("within", "urgent"), [("1h", True), ("61m", False), ("5d", False)])
def test_nobody_is_woken_for_what_has_time(within, urgent):
    duty = "obligations: {slow: {cite: O 3, owes: clerk, do: {en: S}, within: %s, of: reported, until: closed}}"
    story = Story(cast={"ida": ("clerk",)}, program=written(duty % within)).declare(person=t.SYSTEM)
    assert told(story) == [("owed:slow", ("ida",), urgent)]


@pytest.mark.row("CLK-03")
@pytest.mark.parametrize(("cast", "persons"), [({"ana": ("head_of_command",)}, ("ana",)), ({}, None)])
def test_what_nobody_holds_is_told_to_whoever_answers_for_it_and_never_to_the_server(cast, persons):
    story = Story(cast=cast).declare(person=t.SYSTEM)
    first = next(iter(told(story)), None)
    assert first == (persons and ("owed:first_judgement", persons, True))
    assert not [1 for _, named, _ in told(story) if t.SYSTEM in named]
