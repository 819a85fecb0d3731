"""Sources that leave out what they said before: no beginning to tell episodes apart, no words at the end, somebody who takes it on."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.ingest.bodies import NOON
from tocsin.ingest.episodes import LATE, Heard, Outcome, Standing, Taken, hear
from tocsin.ingest.sources import Alert

S = timedelta(seconds=1)
NAME = ("pagerduty", "disk")
LABELS = {"service": "db"}


def said(firing: bool = True, *, at: datetime = NOON, **more: Any) -> Heard:
    words = {"title": "Disk full", "labels": LABELS} if firing and not more.get("brief") else {"title": "disk", "labels": {}, "brief": True}
    rest: dict[str, Any] = {"starts_at": None, "ends_at": None, "annotations": {}, "link": ""}
    alert = Alert(key="disk", firing=firing, **(rest | words | more))
    return Heard("pagerduty", alert, at, 1)


def taken(by: str = "Bea", *, at: datetime = NOON) -> Heard:
    return said(at=at, brief=True, acknowledged_by=by)


def after(*messages: Heard) -> tuple[Standing, Outcome]:
    outcome = hear({}, messages)
    return outcome.standings[NAME], outcome


def turns(outcome: Outcome) -> list[tuple[datetime, bool, dict[str, str]]]:
    return [(turn.starts_at, turn.firing, dict(turn.labels)) for turn in outcome.turns]


@pytest.mark.row("F-21")
def test_what_fires_already_goes_on_firing():
    standing, outcome = after(said(), said(at=NOON + 60 * S), said(at=NOON + 7200 * S))
    assert (standing.starts_at, standing.received, standing.duplicates, len(outcome.turns)) == (NOON, 3, 2, 1)


def test_an_end_without_words_ends_the_alert_that_had_them():
    standing, outcome = after(said(), said(firing=False, at=NOON + 60 * S))
    assert (standing.alert.title, standing.ends_at) == ("Disk full", NOON + 60 * S)
    assert turns(outcome) == [(NOON, True, LABELS), (NOON, False, LABELS)]


def test_what_fires_after_its_end_begins_anew_however_soon():
    standing, outcome = after(said(), said(firing=False, at=NOON + S), said(at=NOON + 2 * S))
    assert (standing.firing, standing.starts_at, len(outcome.past)) == (True, NOON + 2 * S, 1)
    assert [firing for _, firing, _ in turns(outcome)] == [True, False, True]


@pytest.mark.row("F-21")
def test_an_end_before_its_beginning_is_remembered_for_a_minute():
    overtaken, none = after(said(firing=False), said(at=NOON + LATE - S))
    assert (overtaken.firing, overtaken.alert.title, turns(none)) == (False, "Disk full", [])
    again, one = after(said(firing=False), said(at=NOON + LATE))
    assert (again.firing, again.starts_at, len(turns(one))) == (True, NOON + LATE, 1)


def test_the_sender_may_say_since_when_but_not_since_tomorrow():
    assert after(said(happened_at=NOON - 60 * S))[0].starts_at == NOON - 60 * S
    assert after(said(happened_at=NOON + 60 * S))[0].starts_at == NOON
    again, _ = after(said(), said(firing=False, at=NOON + S), said(at=NOON + 2 * S, happened_at=NOON - 60 * S))
    assert again.starts_at > NOON


def test_whoever_takes_an_alert_on_is_noted_and_nothing_turns():
    standing, outcome = after(said(), taken(at=NOON + 60 * S))
    assert list(outcome.taken.values()) == [Taken(standing.id, NOON, "Bea", NOON + 60 * S)]
    assert (standing.alert.title, len(outcome.turns)) == ("Disk full", 1)


@pytest.mark.row("F-21")
def test_nobody_takes_on_what_is_over_or_was_never_heard_of():
    assert hear({}, [taken()]).standings == {}
    ended, outcome = after(said(), said(firing=False, at=NOON + S), taken(at=NOON + 2 * S))
    assert (ended.firing, outcome.taken) == (False, {})


def test_whoever_heard_it_begin_hears_it_end_whatever_the_end_is_labelled():
    standing, outcome = after(
        said(labels={"severity": "major"}), said(firing=False, at=NOON + S, labels={"severity": "normal"}, brief=False)
    )
    assert [labels for _, _, labels in turns(outcome)] == [{"severity": "major"}] * 2
    assert standing.alert.labels == {"severity": "major"}


def test_an_alert_that_becomes_graver_turns_and_one_whose_other_labels_change_does_not():
    warned = [said(labels={"severity": "warning", "server": name}, at=NOON + number * S) for number, name in enumerate("ab")]
    standing, outcome = after(*warned, said(labels={"severity": "critical"}, at=NOON + 60 * S))
    assert [labels["severity"] for _, _, labels in turns(outcome)] == ["warning", "critical"]
    assert (standing.firing, standing.starts_at, standing.turn) == (True, NOON, 2)


@pytest.mark.row("F-21")
def test_what_happened_before_the_last_turn_by_the_senders_own_clock_is_old_news():
    def told(firing: bool, happened_s: int, heard_s: int) -> Heard:
        at = NOON + happened_s * S
        return said(firing, at=NOON + heard_s * S, happened_at=at, ends_at=None if firing else at, sequenced=True)

    again, outcome = after(told(True, 0, 1), told(False, 10, 11), told(True, 0, 300), told(False, 10, 301))
    assert (again.firing, again.ends_at, again.received, len(outcome.turns)) == (False, NOON + 10 * S, 4, 2)
    late, outcome = after(told(True, 0, 1), told(False, 10, 11), told(True, 20, 21), told(False, 10, 22))
    assert (late.firing, late.starts_at, len(outcome.turns)) == (True, NOON + 20 * S, 3)
