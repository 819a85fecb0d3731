"""Guards: the triggers of every plan in force look at samples while no incident runs, and begin one by themselves (DET-05), once for each stretch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from tocsin.engine import guarding, watch
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.incidents import desk, measured, plans, samples
from tocsin.incidents.models import BoardRow, Composition, Guard, Incident, Lookout, Plan
from tocsin.incidents.shapes import Eye, Pen, shape
from tocsin.kit import clock
from tocsin.kit.transactions import retry
from tocsin.plan.scenarios.commands import called

LEASE: Final = timedelta(seconds=15)
"""What somebody has begun to look at and not ended is looked at again after this."""

LATE_MAX: Final = samples.SLACK
"""How late a sample may come and still begin something: what is older is history that somebody hands in."""

AT_ONCE: Final = 20
MEANS: Final = "trigger"
SYSTEM: Final = t.Actor(t.SYSTEM)
TICK: Final = timedelta(microseconds=1)

_EDGE, _INSTANT = shape(t.Edge), shape(datetime)
_PEN, _EYE = Pen(text=str, sealed=lambda _place, text: text), Eye(sealed=lambda _place, tree: str(tree))
_log = structlog.get_logger(__name__)


def run_once() -> bool:
    """Let the guards that are due look; return whether there may be more."""
    for _ in range(AT_ONCE):
        guard = retry(lambda: _claim(clock.now()))
        if guard is None:
            return False
        _look(guard, clock.now())
    return True


def _claim(now: datetime) -> Guard | None:
    """Take a turn at one that is due. It is kept short: what is looked up afterwards holds nobody up who hands in an alert."""
    if not Guard.objects.filter(look_at__lte=now).exists():
        return None  # without the right to write: most of the time there is nothing to do
    with transaction.atomic():
        guard = Guard.objects.filter(look_at__lte=now).order_by("look_at").select_for_update(skip_locked=True).first()
        if guard is not None:
            if guard.late is not None and guard.until is not None:
                guard.until = min(guard.until, max(guard.late - TICK, guard.until - LATE_MAX))
            guard.late, guard.look_at, guard.turn = None, now + LEASE, guard.turn + 1
            guard.save(update_fields=["until", "late", "look_at", "turn"])
    return guard


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a guard knows after a look: edges in order of time, what fired, and what of that is new."""

    edges: Sequence[t.Edge]
    fired: Mapping[str, datetime]
    new: Sequence[watch.Matured]
    following: datetime | None


def _look(guard: Guard, now: datetime) -> None:
    try:
        program = plans.program(guard.organisation_id, guard.plan_hash)
    except (Plan.DoesNotExist, plans.Uncompilable) as problem:
        _log.warning("guard.blind", plan=guard.plan_id, problem=str(problem))
        _end(guard, None)
        return
    seen = _see(guard, _guarded(program), now)
    begins = bool(seen.new) and not _runs(guard)
    learned = _learned(guard, program, seen, now) if begins else ()
    retry(lambda: _write(guard, program, seen, learned, now))


def _guarded(program: Program) -> Program:
    """Return the program with nothing but what its triggers watch: nobody waits for anything else yet."""
    watches = {name: one for name, one in program.watches.items() if name in {trigger.watch for trigger in program.triggers.values()}}
    needed = {name for one in watches.values() for name in one.signals}
    return replace(program, watches=watches, signals={name: one for name, one in program.signals.items() if name in needed or one.formula})


def _see(guard: Guard, program: Program, now: datetime) -> _Seen:
    """Look from where the last look ended, or from the earliest sample that came late since."""
    past = samples.reach(program) + guarding.hold_max(program)
    after = guard.until
    kept = [edge for edge in (_EDGE.read(tree, _EYE, "") for tree in guard.edges) if after is not None and edge.since <= after]
    fired = {key: _INSTANT.read(at, _EYE, "") for key, at in guard.fired.items()}
    series = measured.load(guard.organisation_id, program, (after or now) - past)
    edges = [*kept, *watch.edges(program, series, {edge.watch: edge for edge in kept}, after, now)]
    new = guarding.fired_by(program, edges, fired, now, at_first=after is None)
    fired |= {one.key: one.since for one in new}
    silences = [watch.silent_from(program.signals[name], one, now) for name, one in series.items()]
    wakes = [at for at in (*silences, guarding.next_at(program, edges, fired, now)) if at is not None and at > now]
    return _Seen(watch.as_of(edges, now - past), fired, new, min(wakes, default=None))


def _runs(guard: Guard) -> bool:
    """Return whether an incident runs by the plan already, in whatever version, alone or beside others: it learns of the firing as evidence."""
    running = BoardRow.objects.filter(organisation_id=guard.organisation_id, open=True, drill=False).values("incident")
    hashes = set(Incident.objects.filter(pk__in=running).values_list("plan_hash", flat=True))
    for together in Composition.objects.filter(organisation_id=guard.organisation_id, hash__in=hashes):
        hashes |= set(together.hashes)
    return Plan.objects.filter(organisation_id=guard.organisation_id, plan_id=guard.plan_id, hash__in=hashes).exists()


def _learned(guard: Guard, program: Program, seen: _Seen, now: datetime) -> tuple[t.Edge, ...]:
    """Return what the incident learns at its beginning: what the trigger saw, and how everything else stood when it fired."""
    begins = min(one.at for one in seen.new) if guard.until else now
    own = {trigger.watch for trigger in program.triggers.values()}
    others = replace(program, watches={name: one for name, one in program.watches.items() if name not in own})
    series = measured.load(guard.organisation_id, others, now - samples.KEPT)
    rest = watch.as_of(watch.edges(others, series, {}, None, now), begins)
    return tuple(sorted((*watch.as_of(seen.edges, begins), *rest), key=lambda edge: (edge.since, edge.watch)))


def _write(guard: Guard, program: Program, seen: _Seen, learned: tuple[t.Edge, ...], now: datetime) -> None:
    """Keep what was seen, and begin the incident in the same transaction: a crash leaves both or neither."""
    with transaction.atomic():
        present = Guard.objects.select_for_update().filter(pk=guard.pk, turn=guard.turn).first()
        if present is None:
            return  # another worker has looked since
        if learned:
            _declare(guard, program, seen.new[0], learned, now)
        guard.until = now
        guard.edges = [_EDGE.write(edge, _PEN, "") for edge in seen.edges]
        guard.fired = {key: _INSTANT.write(at, _PEN, "") for key, at in seen.fired.items()}
        guard.save(update_fields=["until", "edges", "fired"])
        _end(guard, seen.following)


def _end(guard: Guard, following: datetime | None) -> None:
    """End the turn. Whoever recorded a sample meanwhile has asked to look again: that wish is left standing."""
    Guard.objects.filter(pk=guard.pk, turn=guard.turn, look_at=guard.look_at).update(look_at=following)


def _declare(guard: Guard, program: Program, first: watch.Matured, learned: tuple[t.Edge, ...], now: datetime) -> None:
    declaration = desk.Declaration(words=called(program, first.trigger), means=MEANS, reported=False)
    key = f"trigger:{guard.plan_id}:{first.key}:{_INSTANT.write(first.since, _PEN, '')}"
    answer = desk.declare(guard.organisation_id, guard.plan_hash, declaration, actor=SYSTEM, key=key)
    if isinstance(answer, t.Refused):
        _log.warning("guard.not_declared", plan=guard.plan_id, trigger=first.trigger, reason=answer.message)
        return
    desk.handle(answer.incident, t.Observe(edges=learned), actor=SYSTEM, key=key)
    Lookout.objects.get_or_create(incident_id=answer.incident, defaults={"organisation_id": guard.organisation_id, "look_at": now})
    _log.info("guard.declared", plan=guard.plan_id, trigger=first.trigger, incident=answer.number)
