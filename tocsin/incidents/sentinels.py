"""Sentinels: the triggers of every plan in force look at samples while no incident runs, and begin one by themselves, once a stretch (DET-05)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from tocsin.engine import terms as t
from tocsin.engine import watch
from tocsin.engine.program import Program
from tocsin.engine.sentinels import fired_by, hold_max, next_at
from tocsin.incidents import counters, desk, looks, measured, plans, samples, silences
from tocsin.incidents.models import BoardRow, Plan, Sentinel
from tocsin.kit import clock
from tocsin.kit.transactions import retry
from tocsin.plan.scenarios.commands import called

LEASE: Final = timedelta(seconds=15)
"""What somebody has begun to look at and not ended is looked at again after this."""

LATE_MAX: Final = samples.SLACK
"""How late a sample may come and still begin something: what is older is history that somebody hands in."""

AGAIN_AFTER: Final = timedelta(minutes=1)
"""What could not begin is tried again after this, or with the next sample."""

AT_ONCE: Final = 20
MEANS: Final = "trigger"
SYSTEM: Final = t.Actor(t.SYSTEM)
_log = structlog.get_logger(__name__)


class NotBegun(Exception):  # noqa: N818 - it names what happened to the firing
    """The desk refused what a trigger wanted: nothing of it is written."""


def run_once() -> bool:
    """Let the sentinels that are due look; return whether there may be more."""
    for _ in range(AT_ONCE):
        sentinel = retry(lambda: _claim(clock.now()))
        if sentinel is None:
            return False
        _look(sentinel, clock.now())
    return True


def _claim(now: datetime) -> Sentinel | None:
    """Take a turn at one that is due. It is kept short: what is looked up afterwards holds nobody up who hands in an alert."""
    if not Sentinel.objects.filter(look_at__lte=now).exists():
        return None  # without the right to write: most of the time there is nothing to do
    with transaction.atomic():
        sentinel = Sentinel.objects.filter(look_at__lte=now).order_by("look_at").select_for_update(skip_locked=True).first()
        if sentinel is not None:
            if sentinel.late is not None and sentinel.until is not None:
                sentinel.until = min(sentinel.until, max(sentinel.late - looks.TICK, sentinel.until - LATE_MAX))
            sentinel.late, sentinel.look_at, sentinel.turn = None, now + LEASE, sentinel.turn + 1
            sentinel.save(update_fields=["until", "late", "look_at", "turn"])
    return sentinel


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a sentinel knows after a look: edges in order of time, what had `fired` before, and what is new."""

    edges: Sequence[t.Edge]
    fired: Mapping[str, datetime]
    new: Sequence[watch.Matured]
    series: Mapping[str, watch.Series]
    following: datetime | None


def _look(sentinel: Sentinel, now: datetime) -> None:
    try:
        program = plans.program(sentinel.organisation_id, sentinel.plan_hash)
    except (Plan.DoesNotExist, plans.Uncompilable) as problem:
        _log.warning("sentinel.blind", plan=sentinel.plan_id, problem=str(problem))
        _end(sentinel, None)
        return
    seen = _see(sentinel, _watchful(program), now)
    begins = bool(seen.new) and not _runs(sentinel)
    learned = _learned(sentinel, program, seen, now) if begins else ()
    try:
        retry(lambda: _write(sentinel, program, seen, learned, now))
    except NotBegun as problem:
        _log.warning("sentinel.not_begun", plan=sentinel.plan_id, trigger=seen.new[0].trigger, reason=str(problem))
        retry(lambda: _write(sentinel, program, replace(seen, new=(), following=now + AGAIN_AFTER), (), now))


def _watchful(program: Program) -> Program:
    """Return the program with nothing but what its triggers watch: nobody waits for anything else yet."""
    watches = {name: one for name, one in program.watches.items() if name in {trigger.watch for trigger in program.triggers.values()}}
    needed = {name for one in watches.values() for name in one.signals}
    return replace(program, watches=watches, signals={name: one for name, one in program.signals.items() if name in needed or one.formula})


def _see(sentinel: Sentinel, program: Program, now: datetime) -> _Seen:
    """Look from where the last look ended, or from the earliest sample that came late since."""
    past = samples.reach(program) + hold_max(program)
    after = sentinel.until
    kept = looks.read(sentinel.edges, after)
    fired = {key: looks.read_instant(at) for key, at in sentinel.fired.items()}
    series = measured.load(sentinel.organisation_id, program, (after or now) - past)
    edges = [*kept, *watch.edges(program, series, {edge.watch: edge for edge in kept}, after, now)]
    new = fired_by(program, edges, fired, now, at_first=after is None)
    if after is None:
        fired |= {one.key: one.since for one in fired_by(program, edges, fired, now) if one not in new}
    silences = [watch.silent_from(program.signals[name], one, now) for name, one in series.items()]
    wakes = [at for at in (*silences, next_at(program, edges, fired | _keys(new), now)) if at is not None and at > now]
    return _Seen(looks.near(edges, now - past), fired, new, series, min(wakes, default=None))


def _keys(fired: Sequence[watch.Matured]) -> dict[str, datetime]:
    return {one.key: one.since for one in fired}


def _runs(sentinel: Sentinel) -> bool:
    """Return whether an incident runs by the plan already: it learns of the firing as evidence."""
    own = plans.ran_by(sentinel.organisation_id, sentinel.plan_id)
    return BoardRow.objects.filter(incident__in=own, open=True, drill=False).exists()


def _learned(sentinel: Sentinel, program: Program, seen: _Seen, now: datetime) -> tuple[t.Edge, ...]:
    """Return what the incident learns at its beginning: what the trigger saw, and how everything else stood when it fired."""
    begins = min(one.at for one in seen.new) if sentinel.until else now
    own = {trigger.watch for trigger in program.triggers.values()}
    others = replace(program, watches={name: one for name, one in program.watches.items() if name not in own})
    series = measured.load(sentinel.organisation_id, others, now - samples.KEPT)
    rest = watch.as_of(watch.edges(others, series, {}, None, now), begins)
    return tuple(sorted((*watch.as_of(seen.edges, begins), *rest), key=lambda edge: (edge.since, edge.watch)))


def _write(sentinel: Sentinel, program: Program, seen: _Seen, learned: tuple[t.Edge, ...], now: datetime) -> None:
    """
    Keep what was seen, and begin the incident in the same transaction: a crash leaves both or neither.

    :raises NotBegun: the desk refused it.
    """
    with transaction.atomic():
        present = Sentinel.objects.select_for_update().filter(pk=sentinel.pk, turn=sentinel.turn).first()
        if present is None:
            return  # another worker has looked since
        if learned:
            counters.hold(sentinel.organisation_id, desk.NUMBERS)  # whoever declares meanwhile is before us or after us
            if not _runs(sentinel):
                _declare(sentinel, program, seen.new[0], learned)
        sentinel.until = now
        sentinel.edges = looks.write(seen.edges)
        fired = _remembered(program, seen, now)
        sentinel.fired = {key: looks.write_instant(at) for key, at in fired.items()}
        sentinel.save(update_fields=["until", "edges", "fired"])
        silences.note(sentinel.organisation_id, _watchful(program), seen.series, now, running=_runs(sentinel))
        _end(sentinel, seen.following)


def _remembered(program: Program, seen: _Seen, now: datetime) -> Mapping[str, datetime]:
    """Return what fired and could be taken for new if it were forgotten: what lies in reach, and what still stands."""
    since = now - samples.reach(program) - hold_max(program)
    standing = _keys(watch.matured(program, seen.edges))
    return {key: at for key, at in {**seen.fired, **_keys(seen.new)}.items() if at > since or key in standing}


def _end(sentinel: Sentinel, following: datetime | None) -> None:
    """End the turn. Whoever recorded a sample meanwhile has asked to look again: that wish is left standing."""
    Sentinel.objects.filter(pk=sentinel.pk, turn=sentinel.turn, look_at=sentinel.look_at).update(look_at=following)


def _declare(sentinel: Sentinel, program: Program, first: watch.Matured, learned: tuple[t.Edge, ...]) -> None:
    declaration = desk.Declaration(words=called(program, first.trigger), means=MEANS, reported=False)
    key = f"trigger:{sentinel.plan_id}:{first.key}:{looks.write_instant(first.since)}"
    answer = desk.declare(sentinel.organisation_id, sentinel.plan_hash, declaration, actor=SYSTEM, key=key)
    if isinstance(answer, t.Refused):
        raise NotBegun(answer.message)
    taught = desk.handle(answer.incident, t.Observe(edges=learned), actor=SYSTEM, key=key)
    if isinstance(taught, t.Refused):
        raise NotBegun(taught.message)
    _log.info("sentinel.declared", plan=sentinel.plan_id, trigger=first.trigger, incident=answer.number)
