"""What a message about an alert changes: pure, in the order of the log, so that reading the log again gives the same alerts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.ingest.sources import Alert
from tocsin.kit import ids

LATE = timedelta(seconds=60)
"""A firing message that arrives this soon after the end of its own episode was overtaken by that end. Later, the alert fires again."""

Name = tuple[str, str]
"""Source and fingerprint."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a source said about one alert, when it arrived and where in the log."""

    source: str
    alert: Alert
    at: datetime
    position: int


@dataclass(slots=True)
class Standing:
    """How an alert stands with its latest episode; the fields are those of `models.Alert`."""

    id: UUID
    source: str
    alert: Alert
    firing: bool
    starts_at: datetime
    ends_at: datetime | None
    first_received_at: datetime
    last_received_at: datetime
    turned_at: datetime
    turn: int
    received: int
    duplicates: int
    position: int


@dataclass(frozen=True, slots=True)
class Turn:
    """An episode began to fire (again), or ended."""

    alert_id: UUID
    labels: Mapping[str, str]
    starts_at: datetime
    turn: int
    firing: bool
    at: datetime


@dataclass(slots=True)
class Past:
    """An episode that is not the latest one, or more about it."""

    alert_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    received: int
    duplicates: int


@dataclass(slots=True)
class Outcome:
    """What a batch changed: alerts as they stand now, episodes that are past, and turns in order."""

    standings: dict[Name, Standing] = field(default_factory=dict)
    past: dict[tuple[UUID, datetime], Past] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)


def hear(known: Mapping[Name, Standing], heard: Iterable[Heard]) -> Outcome:
    """
    Return what `heard` changes. `known` holds every alert named in it that exists; these standings are altered in place.

    A resend changes two counters. An end before its beginning is remembered, so that the beginning, when it comes, does not open
    what is over.
    """
    outcome = Outcome()
    for one in heard:
        name = (one.source, one.alert.key)
        standing = outcome.standings.get(name) or known.get(name)
        if standing is None:
            outcome.standings[name] = _new(one, ids.new(), one.at)
            _turned(outcome, outcome.standings[name])
        elif _past(standing, one.alert):
            _add_past(outcome, Past(standing.id, one.alert.starts_at, one.alert.ends_at, 1, 0))
        else:
            outcome.standings[name] = _follow(outcome, standing, one)
    return outcome


def _new(one: Heard, alert_id: UUID, first_received_at: datetime) -> Standing:
    """Return the standing of an alert whose latest episode begins with `one`."""
    alert = one.alert
    return Standing(
        id=alert_id,
        source=one.source,
        alert=alert,
        firing=alert.firing,
        starts_at=alert.starts_at,
        ends_at=None if alert.firing else alert.ends_at or one.at,
        first_received_at=first_received_at,
        last_received_at=one.at,
        turned_at=one.at,
        turn=1 if alert.firing else 0,
        received=1,
        duplicates=0,
        position=one.position,
    )


def _past(standing: Standing, alert: Alert) -> bool:
    """
    Return whether `alert` speaks of an episode before the latest: it ended before that began.

    An earlier beginning alone does not say so: of two replicas that saw the same fault, Alertmanager comes to tell the earlier one.
    """
    return not alert.firing and alert.ends_at is not None and alert.starts_at < standing.starts_at and alert.ends_at <= standing.starts_at


def _follow(outcome: Outcome, standing: Standing, one: Heard) -> Standing:
    """Return the standing after `one`, which speaks of the latest episode or of a newer one."""
    alert = one.alert
    if alert.starts_at > standing.starts_at:
        return _succeed(outcome, standing, one)
    standing.alert = alert
    standing.last_received_at = one.at
    standing.received += 1
    late = alert.firing and not standing.firing and one.at - standing.turned_at < LATE
    if alert.firing == standing.firing or late:
        standing.duplicates += 1
        return standing
    standing.firing = alert.firing
    standing.ends_at = None if alert.firing else alert.ends_at or one.at
    standing.turned_at = one.at
    standing.turn += 1
    standing.position = one.position
    _turned(outcome, standing)
    return standing


def _succeed(outcome: Outcome, standing: Standing, one: Heard) -> Standing:
    """Let a new episode follow the latest. If only the end of the new one arrived, the one before has ended as well."""
    if standing.firing and not one.alert.firing:
        outcome.turns.append(Turn(standing.id, one.alert.labels, standing.starts_at, standing.turn + 1, firing=False, at=one.at))
    _add_past(outcome, Past(standing.id, standing.starts_at, standing.ends_at, standing.received, standing.duplicates))
    follower = _new(one, standing.id, standing.first_received_at)
    _turned(outcome, follower)
    return follower


def _turned(outcome: Outcome, standing: Standing) -> None:
    """Note the turn that `standing` has just taken; an end that nobody saw begin is none."""
    if standing.turn:
        turn = Turn(standing.id, standing.alert.labels, standing.starts_at, standing.turn, standing.firing, standing.turned_at)
        outcome.turns.append(turn)


def _add_past(outcome: Outcome, past: Past) -> None:
    earlier = outcome.past.setdefault((past.alert_id, past.starts_at), past)
    if earlier is not past:
        earlier.ends_at = past.ends_at or earlier.ends_at
        earlier.received += past.received
        earlier.duplicates += past.duplicates
