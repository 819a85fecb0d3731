"""What messages about an alert change, in facts in and facts out."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.ingest.bodies import NOON
from tocsin.ingest.episodes import LATE, Heard, Outcome, Standing, hear
from tocsin.ingest.sources import Alert

S = timedelta(seconds=1)
NAME = ("alertmanager", "a1")


def said(
    *,
    firing: bool = True,
    starts_at: datetime = NOON,
    ends_at: datetime | None = None,
    at: datetime = NOON + S,
    key: str = "a1",
    position: int = 1,
) -> Heard:
    alert = Alert(
        key=key,
        title="Queue too long",
        firing=firing,
        starts_at=starts_at,
        ends_at=None if firing else ends_at or starts_at + 600 * S,
        labels={"region": "north"},
        annotations={},
        link="",
    )
    return Heard("alertmanager", alert, at, position)


def after(*messages: Heard) -> tuple[Standing, Outcome]:
    outcome = hear({}, messages)
    return outcome.standings[NAME], outcome


def turns(outcome: Outcome) -> list[tuple[int, bool]]:
    return [(turn.turn, turn.firing) for turn in outcome.turns]


def test_a_first_message_opens_an_episode():
    standing, outcome = after(said())
    assert (standing.firing, standing.starts_at, standing.ends_at) == (True, NOON, None)
    assert (standing.received, standing.duplicates, turns(outcome)) == (1, 0, [(1, True)])


@pytest.mark.row("F-21")
def test_a_resend_is_counted_and_changes_nothing_else():
    standing, outcome = after(said(), said(at=NOON + 3600 * S), said(at=NOON + 7200 * S))
    assert (standing.received, standing.duplicates, turns(outcome)) == (3, 2, [(1, True)])
    assert standing.last_received_at == NOON + 7200 * S


def test_a_resolve_closes_the_episode_once():
    end = said(firing=False, at=NOON + 700 * S)
    standing, outcome = after(said(), end, end)
    assert (standing.firing, standing.ends_at, standing.duplicates) == (False, NOON + 600 * S, 1)
    assert turns(outcome) == [(1, True), (2, False)]


def test_a_new_beginning_opens_another_episode_and_the_one_before_is_past():
    later = NOON + 3600 * S
    standing, outcome = after(said(), said(firing=False, at=NOON + 700 * S), said(starts_at=later, at=later))
    assert (standing.firing, standing.starts_at, standing.received) == (True, later, 1)
    (past,) = outcome.past.values()
    assert (past.starts_at, past.ends_at, past.received) == (NOON, NOON + 600 * S, 2)
    assert turns(outcome) == [(1, True), (2, False), (1, True)]


@pytest.mark.row("F-21")
def test_an_end_before_its_beginning_keeps_the_late_beginning_from_opening_what_is_over():
    standing, outcome = after(said(firing=False), said(at=NOON + 5 * S))
    assert (standing.firing, standing.duplicates, turns(outcome)) == (False, 1, [])


@pytest.mark.row("F-21")
def test_firing_again_with_the_old_beginning_is_believed_once_it_can_no_longer_be_late():
    end_at = NOON + 700 * S
    standing, outcome = after(said(), said(firing=False, at=end_at), said(at=end_at + LATE))
    assert (standing.firing, standing.ends_at) == (True, None)
    assert turns(outcome) == [(1, True), (2, False), (3, True)]


@pytest.mark.row("F-21")
def test_the_end_of_an_earlier_episode_does_not_end_the_present_one():
    later = NOON + 3600 * S
    standing, outcome = after(said(starts_at=later, at=later), said(firing=False, at=later + S))
    assert standing.firing
    assert [past.ends_at for past in outcome.past.values()] == [NOON + 600 * S]
    assert turns(outcome) == [(1, True)]


def test_a_beginning_that_moved_back_is_the_same_episode():
    later = NOON + 10 * S
    moved = said(at=NOON + 30 * S)
    standing, outcome = after(said(starts_at=later), moved, said(firing=False, ends_at=NOON + 60 * S, at=NOON + 61 * S))
    assert (standing.firing, outcome.past) == (False, {})
    assert turns(outcome) == [(1, True), (2, False)]


def test_only_the_end_of_a_newer_episode_ends_the_older_one_too():
    later = NOON + 3600 * S
    standing, outcome = after(said(), said(firing=False, starts_at=later, at=later + 900 * S))
    assert not standing.firing
    assert turns(outcome) == [(1, True), (2, False)]
    assert [turn.starts_at for turn in outcome.turns] == [NOON, NOON]


MESSAGES = st.lists(
    st.builds(
        said,
        firing=st.booleans(),
        starts_at=st.integers(0, 3).map(lambda hour: NOON + 3600 * hour * S),
        key=st.sampled_from(["a1", "a2"]),
    ),
    min_size=1,
    max_size=12,
)


def in_time(messages: list[Heard], gaps: list[int]) -> list[Heard]:
    at, timed = NOON, []
    for position, message in enumerate(messages):
        at += timedelta(seconds=gaps[position % len(gaps)])
        timed.append(Heard(message.source, message.alert, at, position))
    return timed


@given(MESSAGES, st.lists(st.integers(0, 200), min_size=1, max_size=5))
def test_every_message_is_counted_in_exactly_one_episode(messages, gaps):
    outcome = hear({}, in_time(messages, gaps))
    standing = sum(one.received for one in outcome.standings.values())
    assert standing + sum(past.received for past in outcome.past.values()) == len(messages)


@given(MESSAGES, st.lists(st.integers(0, 200), min_size=1, max_size=5), st.integers(0, 12))
def test_how_the_log_is_cut_into_batches_makes_no_difference(messages, gaps, cut):
    timed = in_time(messages, gaps)
    whole = hear({}, timed)
    first = hear({}, timed[:cut])
    second = hear(first.standings, timed[cut:])
    assert facts({**first.standings, **second.standings}) == facts(whole.standings)
    assert turns(first) + turns(second) == turns(whole)


def facts(standings: dict[tuple[str, str], Standing]) -> dict[tuple[str, str], dict[str, object]]:
    return {
        name: {field: value for field, value in structs.asdict(standing).items() if field != "id"} for name, standing in standings.items()
    }


@given(MESSAGES, st.lists(st.integers(0, 200), min_size=1, max_size=5))
def test_begin_and_end_take_turns_within_an_episode(messages, gaps):
    seen: dict[object, int] = {}
    for turn in hear({}, in_time(messages, gaps)).turns:
        episode = (turn.alert_id, turn.starts_at)
        assert turn.firing == (turn.turn % 2 == 1)
        assert turn.turn == seen.get(episode, 0) + 1
        seen[episode] = turn.turn
