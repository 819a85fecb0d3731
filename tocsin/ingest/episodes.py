"""What a message about an alert changes: pure, in the order of the log, so that reading the log again gives the same alerts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import structs

from tocsin.ingest.sources import Alert, Aside, Deed, Edit
from tocsin.kit import ids

LATE = timedelta(seconds=60)
"""A firing message that arrives this soon after the end of its own episode was overtaken by that end. Later, the alert fires again."""

SEVERITY = "severity"
"""The label that makes an alert turn when it changes: a route that waits for a grave one has to hear of it."""
TAGS, BETWEEN = "tags", ", "

Name = tuple[str, str]
"""Source and fingerprint."""


class Heard(msgspec.Struct, frozen=True):
    """What a source said about one alert, when it arrived and where in the log."""

    source: str
    alert: Alert
    at: datetime
    position: int

    @property
    def starts_at(self) -> datetime:
        """Return when the episode began; where neither its source nor what was known before says so, when it was heard of."""
        return self.alert.starts_at or self.at


class Standing(msgspec.Struct):
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
    rewritten: bool = True
    """Whether more has changed than the time of the latest message and how many there were."""
    relabelled: bool = False
    """Whether its labels are others: it is to be found by them although it has not turned."""
    kept: bool = False
    """Whether the database has a row of it."""


class Turn(msgspec.Struct, frozen=True):
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


@dataclass(frozen=True, slots=True)
class Taken:
    """At the sender's side somebody has taken an episode on; `by` is empty if it is not said who."""

    alert_id: UUID
    starts_at: datetime
    by: str
    at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """What was done to an episode at the sender's side, beside its beginning and its end."""

    alert_id: UUID
    starts_at: datetime
    aside: Aside
    at: datetime


@dataclass(slots=True)
class Outcome:
    """
    What a batch changed: alerts as they stand now, episodes that are past, turns in order, who has taken what on, what was done beside.

    `left` says when an episode was last left by all who had taken it on at the sender's side.
    """

    standings: dict[Name, Standing] = field(default_factory=dict)
    past: dict[tuple[UUID, datetime], Past] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    taken: dict[tuple[UUID, datetime, str], Taken] = field(default_factory=dict)
    left: dict[tuple[UUID, datetime], datetime] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    first: int | None = None
    """The earliest position in the log at which one of the alerts turned."""
    expiries: dict[UUID, datetime] = field(default_factory=dict)
    """Until when those alerts fire at most whose senders have said so; the end itself is brought by time (`expiry.py`)."""


def hear(known: Mapping[Name, Standing], heard: Iterable[Heard]) -> Outcome:
    """
    Return what `heard` changes. `known` holds every alert named in it that exists; these standings are altered in place.

    A resend changes two counters. An end before its beginning is remembered, so that the beginning, when it comes, does not open
    what is over.
    """
    outcome, fresh = Outcome(), ids.many()
    for told in heard:
        name = (told.source, told.alert.key)
        standing = outcome.standings.get(name) or known.get(name)
        if told.alert.aside is not None:
            if standing is not None:
                _beside(outcome, standing, told, told.alert.aside)
            continue
        one = _completed(standing, told) if told.alert.starts_at is None or told.alert.brief else told
        if one.alert.quiet and (standing is None or not standing.firing):
            continue
        if one.alert.acknowledged_by is not None and not _take(outcome, standing, one):
            continue
        if standing is None:
            outcome.standings[name] = _new(one, next(fresh), one.at)
            _turned(outcome, outcome.standings[name])
        elif one.alert.sequenced and _old(standing, one):
            outcome.standings[name] = _count(standing)
        elif _past(standing, one):
            _add_past(outcome, Past(standing.id, one.starts_at, one.alert.ends_at, 1, 0))
        else:
            outcome.standings[name] = _follow(outcome, standing, one)
        if name in outcome.standings and outcome.standings[name].position == one.position:
            _first(outcome, one.position)
        if one.alert.expires_at is not None:
            outcome.expiries[outcome.standings[name].id] = one.alert.expires_at
    return outcome


def expire(standings: Iterable[tuple[Standing, datetime]], at: datetime) -> Outcome:
    """Return what it changes that these alerts, altered in place, fire no longer since the instant beside each, as is found `at`."""
    outcome = Outcome()
    for standing, expired_at in standings:
        standing.firing, standing.ends_at, standing.rewritten = False, max(expired_at, standing.starts_at), True
        standing.turned_at, standing.turn = at, standing.turn + 1
        outcome.standings[standing.source, standing.alert.key] = standing
        _turned(outcome, standing)
    return outcome


def _old(standing: Standing, one: Heard) -> bool:
    """Return whether `one` happened before the last turn, both by the sender's clock."""
    happened_at = one.alert.happened_at
    return happened_at is not None and happened_at < (standing.ends_at or standing.starts_at)


def _count(standing: Standing) -> Standing:
    """Return the standing after one more message that says nothing new."""
    standing.received += 1
    standing.duplicates += 1
    return standing


def _completed(standing: Standing | None, one: Heard) -> Heard:
    """Return `one` with what its source leaves out: when the episode began, and the words that it does not repeat."""
    alert = one.alert
    if alert.brief and standing is not None:
        last = standing.alert
        alert = structs.replace(alert, title=last.title, labels=last.labels, annotations=last.annotations, link=last.link)
    if alert.starts_at is None:
        alert = structs.replace(alert, starts_at=_beginning(standing, alert, one.at))
    return structs.replace(one, alert=alert)


def _beginning(standing: Standing | None, alert: Alert, at: datetime) -> datetime:
    """
    Return when the episode began that `alert` speaks of, whose source does not tell one from another.

    Whatever fires after an end begins anew; only an end that nobody saw begin has overtaken its beginning.
    """
    since = min(alert.happened_at or at, at)
    if standing is None:
        return since
    overtaken = not standing.turn and at - standing.turned_at < LATE
    if standing.firing or not alert.firing or overtaken:
        return standing.starts_at
    return max(since, standing.starts_at + timedelta(microseconds=1))


def _take(outcome: Outcome, standing: Standing | None, one: Heard) -> bool:
    """Note who has taken an open episode on, and return whether there is one."""
    if standing is None or not standing.firing:
        return False
    by = one.alert.acknowledged_by or ""
    outcome.taken[standing.id, standing.starts_at, by] = Taken(standing.id, standing.starts_at, by, one.at)
    return True


def _beside(outcome: Outcome, standing: Standing, told: Heard, aside: Aside) -> None:
    """Note what was done to the latest episode, and let the alert say what it says from now on."""
    if aside.words or aside.deed is not Deed.NOTE:
        outcome.remarks.append(Remark(standing.id, standing.starts_at, aside, told.at))
    if aside.deed is Deed.LEFT:
        outcome.left[standing.id, standing.starts_at] = told.at
        for name, taken in outcome.taken.items():
            if name[:2] == (standing.id, standing.starts_at):
                outcome.taken[name] = replace(taken, left_at=told.at)
    after = edited(standing.alert, aside.edit) if aside.edit else standing.alert
    if _in_the_same_words(standing.alert, after):
        return
    regraded = standing.firing and standing.alert.labels.get(SEVERITY) != after.labels.get(SEVERITY)
    standing.relabelled |= standing.alert.labels != after.labels
    standing.alert, standing.rewritten = after, True
    outcome.standings[told.source, after.key] = standing
    if regraded:
        _turn(outcome, standing, told)
        _first(outcome, told.position)


def edited(alert: Alert, edit: Edit) -> Alert:
    """Return what an alert says after an edit. Pure."""
    labels = {**alert.labels, **edit.labels}
    if edit.tags or edit.untags:
        tags = [tag for tag in labels.get(TAGS, "").split(BETWEEN) if tag]
        labels[TAGS] = BETWEEN.join(sorted({*tags, *edit.tags} - {*edit.untags}))
    annotations = {**alert.annotations, **edit.annotations}
    return structs.replace(
        alert,
        title=edit.title or alert.title,
        labels={name: value for name, value in labels.items() if value},
        annotations={name: value for name, value in annotations.items() if value},
    )


def _new(one: Heard, alert_id: UUID, first_received_at: datetime) -> Standing:
    """Return the standing of an alert whose latest episode begins with `one`."""
    alert = one.alert
    return Standing(
        id=alert_id,
        source=one.source,
        alert=alert,
        firing=alert.firing,
        starts_at=one.starts_at,
        ends_at=None if alert.firing else alert.ends_at or one.at,
        first_received_at=first_received_at,
        last_received_at=one.at,
        turned_at=one.at,
        turn=1 if alert.firing else 0,
        received=1,
        duplicates=0,
        position=one.position,
    )


def _past(standing: Standing, one: Heard) -> bool:
    """
    Return whether `one` speaks of an episode before the latest: it ended before that began.

    An earlier beginning alone does not say so: of two replicas that saw the same fault, Alertmanager comes to tell the earlier one.
    """
    ends_at = one.alert.ends_at
    return not one.alert.firing and ends_at is not None and one.starts_at < standing.starts_at and ends_at <= standing.starts_at


def _follow(outcome: Outcome, standing: Standing, one: Heard) -> Standing:
    """Return the standing after `one`, which speaks of the latest episode or of a newer one."""
    alert = one.alert
    if one.starts_at > standing.starts_at:
        return _succeed(outcome, standing, one)
    if standing.firing and not alert.firing and alert.labels != standing.alert.labels:
        alert = structs.replace(alert, labels=standing.alert.labels)  # whoever heard it begin hears it end
    regraded = standing.alert.labels.get(SEVERITY) != alert.labels.get(SEVERITY)
    if not _in_the_same_words(standing.alert, alert):
        standing.rewritten, standing.relabelled = True, standing.relabelled or alert.labels != standing.alert.labels
    standing.alert = alert
    standing.last_received_at = one.at
    standing.received += 1
    late = alert.firing and not standing.firing and one.at - standing.turned_at < LATE and alert.expires_at is None
    if late or (alert.firing == standing.firing and not (alert.firing and regraded)):
        standing.duplicates += 1
        return standing
    standing.rewritten = True
    standing.firing = alert.firing
    standing.ends_at = None if alert.firing else alert.ends_at or one.at
    _turn(outcome, standing, one)
    return standing


def _turn(outcome: Outcome, standing: Standing, one: Heard) -> None:
    standing.turned_at = one.at
    standing.turn += 1
    standing.position = one.position
    _turned(outcome, standing)


def _in_the_same_words(one: Alert, other: Alert) -> bool:
    return (one.title, one.link, one.labels, one.annotations) == (other.title, other.link, other.labels, other.annotations)


def _succeed(outcome: Outcome, standing: Standing, one: Heard) -> Standing:
    """Let a new episode follow the latest. If only the end of the new one arrived, the one before has ended as well."""
    if standing.firing and not one.alert.firing:
        outcome.turns.append(Turn(standing.id, one.alert.labels, standing.starts_at, standing.turn + 1, firing=False, at=one.at))
    _add_past(outcome, Past(standing.id, standing.starts_at, standing.ends_at, standing.received, standing.duplicates))
    follower = _new(one, standing.id, standing.first_received_at)
    follower.kept = standing.kept
    _turned(outcome, follower)
    return follower


def _turned(outcome: Outcome, standing: Standing) -> None:
    """Note the turn that `standing` has just taken; an end that nobody saw begin is none."""
    if standing.turn:
        turn = Turn(standing.id, standing.alert.labels, standing.starts_at, standing.turn, standing.firing, standing.turned_at)
        outcome.turns.append(turn)


def _first(outcome: Outcome, position: int) -> None:
    outcome.first = position if outcome.first is None else min(outcome.first, position)


def _add_past(outcome: Outcome, past: Past) -> None:
    earlier = outcome.past.setdefault((past.alert_id, past.starts_at), past)
    if earlier is not past:
        earlier.ends_at = past.ends_at or earlier.ends_at
        earlier.received += past.received
        earlier.duplicates += past.duplicates
