"""What a sent message promises is owed at the time that it says: never later than the plan asks, and never taken back by another word."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.story import START, Story
from tests.engine.test_answers import begun
from tocsin.engine import terms as t
from tocsin.engine import texts, times
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


def test_a_time_that_is_not_promised_is_the_last_one_unless_the_plan_says_that_it_lies_ahead():
    story = begun()  # 03:00 in Warsaw
    story.do(5, "eva", t.Send(template="excuse", fields={"since": "02:50", "again": "02:50"}))
    said = story.of(t.MessageDrafted)[-1].texts["en"]
    assert "No bread since 2025-06-03 02:50 (Europe/Warsaw)." in said
    assert "Ask again at 2025-06-04 02:50 (Europe/Warsaw)." in said


@pytest.mark.parametrize(
    ("words", "english", "russian"),
    [
        ("1d", "1 d", "1 д"),
        ("1 d 2 h", "1 d 2 h", "1 д 2 ч"),
        ("1 д 2 ч", "1 d 2 h", "1 д 2 ч"),
        ("26h", "1 d 2 h", "1 д 2 ч"),
        ("1w", "7 d", "7 д"),
        ("1w2d30m", "9 d 30 min", "9 д 30 мин"),
        ("30s", "30 s", "30 с"),
    ],
)
def test_a_span_is_sent_whole_in_every_language(words, english, russian):
    story = begun()
    told(story, 5, next=words)
    sent = story.of(t.MessageDrafted)[-1].texts
    assert sent["en"].startswith(f"More in {english}.")
    assert sent["ru"].startswith(f"Ещё через {russian}.")


def test_a_span_that_a_message_writes_back_keeps_its_days():
    story = begun()
    story.do(5, "eva", t.Send(template="excuse", fields={"since": "02:50", "lasts": "1 d 2 h"}))
    assert story.state.facts["pause"].value == timedelta(hours=26)


@pytest.mark.row("CLK-06")
def test_a_promised_time_is_the_one_in_the_text_however_late_it_is_sent():
    story = begun()  # 03:00 in Warsaw
    story.do(5, "eva", t.Draft(template="note", fields={"ready": "04:30"}))
    (draft,) = story.state.messages.values()
    assert "2025-06-03 04:30" in draft.texts["en"]
    assert story.of(t.MessageDrafted)[-1].promised == {"ready": story.at(90)}
    publish = t.Publish(message=draft.message, text_hash=draft.text_hash)
    assert story.refused(95, "eva", publish) == "E104"
    story.do(89, "eva", publish)
    assert due(story, "loaf") == 90


def test_a_draft_that_is_revised_later_still_means_the_same_time():
    story = begun()
    story.do(5, "eva", t.Draft(template="note", fields={"ready": "04:30"}))
    (draft,) = story.state.messages.values()
    story.do(95, "eva", t.Draft(template="note", message=draft.message, fields=draft.fields))
    (revised,) = story.state.messages.values()
    assert revised.texts == draft.texts
    assert revised.promised == {"ready": story.at(90)}


@pytest.mark.row("CLK-06")
def test_a_promise_that_passed_before_the_call_was_confirmed_is_owed_and_breached():
    story = begun()
    story.do(5, "eva", t.Send(template="ring", fields={"ready": story.at(60).isoformat()}))
    assert "loaf" not in story.state.clocks
    story.do(61, "eva", t.Confirm(message="ring-1", channel="telephone", result="they know"))
    assert due(story, "loaf") == 60
    story.tick(62)
    assert story.clock("loaf").status == "breached"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ready": "0001-01-01 00:30"},
        {"ready": "9999-12-31 23:59"},
        {"ready": "04:30 (approx.)"},
        {"ready": "2025-06-03T04:30+05:00 (UTC)"},
        {"next": "99999999999 d"},
        {"next": "99999999999 min"},
        {"next": "99999999999d"},
        {"next": "1mo"},
        {"next": "0 min"},
    ],
    ids=str,
)
def test_what_no_calendar_holds_is_refused(wrong):
    assert begun().refused(5, "eva", t.Send(template="note", fields=wrong)) == "E104"


def test_words_beside_a_time_are_not_lost_and_another_zone_is_honoured():
    story = begun()
    told(story, 5, ready="02:30 (UTC)")
    assert "2025-06-03 04:30 (Europe/Warsaw)" in story.of(t.MessageDrafted)[-1].texts["en"]
    assert due(story, "loaf") == 90
    story.do(6, "eva", t.Send(template="excuse", fields={"since": "12:30 (approx.)"}))
    assert "No bread since 12:30 (approx.)." in story.of(t.MessageDrafted)[-1].texts["en"]


@pytest.mark.parametrize("minutes", [0, 60])
def test_the_hour_that_comes_twice_in_autumn_reads_back_as_itself(minutes):
    at = datetime(2025, 10, 26, 0, 30, tzinfo=UTC) + timedelta(minutes=minutes)  # 02:30 in Warsaw, both times
    spelled = texts.spell(at, "en", "Europe/Warsaw")
    assert times.instant(spelled, at, "Europe/Warsaw") == at


@pytest.mark.parametrize("words", ["90m", "1h30m", "1 h 30 min", "1 ч 30 мин", "1 godz. 30 min", "1 小时 30 分钟", "90 мин"])
def test_a_span_is_read_as_every_language_writes_it(words):
    assert texts.span(words).exact == timedelta(minutes=90)


def test_what_a_simulation_fills_in_can_be_sent():
    story = begun()
    told(story, 5, **filled(story.program.messages["note"].fields, story.at(5)))
    assert due(story, "loaf") > 60
