"""What a sent message promises is owed at the time that it says: never later than the plan asks, and never taken back by another word."""

from datetime import timedelta

import pytest

from tests.engine.story import START, Story
from tests.engine.test_answers import begun
from tocsin.engine import terms as t
from tocsin.engine import texts
from tocsin.engine.simulate.given import filled


def told(story: Story, minutes: float, **fields: str) -> None:
    answer = story.do(minutes, "eva", t.Send(template="note", fields=fields))
    assert not isinstance(answer, t.Refused), answer


def due(story: Story, clock: str) -> float:
    """Return when a clock is due, in minutes since the start."""
    at = story.state.clocks[clock].due_at
    assert at is not None
    return (at - START) / timedelta(minutes=1)


@pytest.mark.row("CLK-06", "TL-15")
def test_the_next_word_is_owed_when_it_was_promised_and_never_later_than_the_plan_asks():
    story = begun()
    told(story, 5, next="10m")
    assert due(story, "news") == 15
    told(story, 14, next="2h")
    assert due(story, "news") == 44
    moved = [event for event in story.of(t.ClockMoved) if event.reason == "promised"]
    assert [event.clock for event in moved] == ["news"]


@pytest.mark.row("CLK-06", "TL-16")
def test_a_promised_time_is_a_clock_of_its_own_that_another_promise_only_brings_forward():
    story = begun()
    assert "loaf" not in story.state.clocks
    told(story, 5, ready=story.at(60).isoformat())
    assert due(story, "loaf") == 60
    told(story, 6, ready=story.at(90).isoformat())
    assert due(story, "loaf") == 60
    told(story, 7, ready=story.at(40).isoformat())
    assert due(story, "loaf") == 40
    story.do(41, "eva", t.Note(words="late"))
    assert story.state.clocks["loaf"].status == "breached"
    told(story, 42, ready=story.at(50).isoformat())
    assert (due(story, "loaf"), due(story, "loaf#2")) == (40, 50)
    story.do(45, "eva", t.Mark(moment="baked"))
    assert (story.state.clocks["loaf"].status, story.state.clocks["loaf#2"].status) == ("late", "met")


def test_a_draft_promises_nothing_and_what_is_no_time_to_come_is_not_sent():
    story = begun()
    story.do(5, "eva", t.Draft(template="note", fields={"next": "10m", "ready": story.at(60).isoformat()}))
    assert due(story, "news") == 30
    assert "loaf" not in story.state.clocks
    for wrong in ({"ready": "soon"}, {"ready": story.at(1).isoformat()}, {"ready": "2025-06-03"}, {"next": "a while"}):
        assert story.refused(6, "eva", t.Send(template="note", fields=wrong)) == "E104"


def test_what_stands_by_default_is_filled_in_and_counts_as_said():
    story = begun()
    told(story, 5)
    sent = story.of(t.MessageDrafted)[-1]
    assert (sent.fields["next"], sent.ready) == ("30 min", True)
    assert due(story, "news") == 35


def test_a_time_of_day_is_the_next_one_where_the_plan_is_at_home():
    story = begun()  # 3 June 2025, 01:00 in UTC: 03:00 in Warsaw
    told(story, 5, ready="04:30")
    assert due(story, "loaf") == 90
    assert "2025-06-03 04:30 (Europe/Warsaw)" in story.of(t.MessageDrafted)[-1].texts["en"]


@pytest.mark.parametrize("words", ["90m", "1h30m", "1 h 30 min", "1 ч 30 мин", "1 godz. 30 min", "1 小时 30 分钟", "90 мин"])
def test_a_span_is_read_as_every_language_writes_it(words):
    assert texts.span(words).exact == timedelta(minutes=90)


def test_what_a_simulation_fills_in_can_be_sent():
    story = begun()
    told(story, 5, **filled(story.program.messages["note"].fields, story.at(5)))
    assert due(story, "loaf") > 60
