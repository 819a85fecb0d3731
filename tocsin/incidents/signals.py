"""Signals: samples in, edges to the desk. Series stay outside the lock; an incident learns only what turned, and when (CLK-09, TRM-04)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from django.db.models import Q

from tocsin.engine import terms as t
from tocsin.engine import watch
from tocsin.incidents import desk, lookouts, measured, plans, samples, sentinels, states
from tocsin.incidents.canonical import UnknownEvent
from tocsin.incidents.models import BoardRow, Head, Lookout
from tocsin.kit import clock, faults

AGAIN_AFTER: Final = timedelta(minutes=5)
"""An incident that this release cannot read is tried again after this; the others are looked at meanwhile."""
SYSTEM: Final = t.Actor(t.SYSTEM)
_log = structlog.get_logger(__name__)
_resting: Final[dict[int, datetime]] = {}
"""Until when this process leaves a lookout alone whose look ended in a fault."""


def run_once() -> bool:
    """
    Let every plan in force and every incident that must look at the samples do so; return whether there may be more.

    :raises ExceptionGroup: the faults of those that could not look. They know what they knew and are tried again; all others have looked.
    """
    more = False

    def watch_for_new() -> None:
        nonlocal more
        more = sentinels.run_once()

    def look_again() -> None:
        nonlocal more
        more = _look_all(clock.now()) or more

    faults.each((watch_for_new, look_again), lambda act: act(), "what watches the samples")
    return more


def _look_all(now: datetime) -> bool:
    wanted = Lookout.objects.filter(look_at__lte=now).select_related("incident")
    due = [lookout for lookout in wanted if _resting.get(lookout.pk, now) <= now]
    faults.each(due, partial(_look, now=now), "lookouts that could not look", lambda lookout, _: _rest(lookout, now))
    return bool(due)


def _rest(lookout: Lookout, now: datetime) -> None:
    """Try it again after a while. It stays due: time must not complete what it would have learned otherwise (TRM-04)."""
    _log.exception("signals.fault", incident=lookout.incident.number)
    _resting[lookout.pk] = now + AGAIN_AFTER


def _look(lookout: Lookout, now: datetime) -> None:
    incident = lookout.incident
    if BoardRow.objects.filter(incident=incident, phase__in=t.OVER).exists():
        Lookout.objects.filter(pk=lookout.pk).update(look_at=None)
        return
    try:
        program = plans.program(incident.organisation_id, incident.plan_hash)
        known = states.load(incident, Head.objects.get(pk=incident.pk)).edges
    except (plans.Uncompilable, UnknownEvent) as problem:
        _log.warning("signals.blind", incident=incident.number, problem=str(problem))
        Lookout.objects.filter(pk=lookout.pk).update(look_at=now + AGAIN_AFTER)
        return
    series = lookouts.series(lookout, program, now)
    found = lookouts.turned(lookout, program, series, known, now)
    answer = desk.handle(incident.pk, t.Observe(edges=found), actor=SYSTEM) if found else None
    if isinstance(answer, t.Refused):
        # What it did not learn is not passed over: it looks again from where it stood.
        _log.warning("signals.refused", incident=incident.number, code=answer.code, reason=answer.message)
        Lookout.objects.filter(Q(look_at=lookout.look_at), pk=lookout.pk).update(look_at=now + AGAIN_AFTER)
        return
    silences = [watch.silent_from(program.signals[name], one, now) for name, one in series.items()]
    following = min((at for at in silences if at and at > now), default=None)
    # Whoever recorded a sample meanwhile has asked to look again: that wish is left standing.
    Lookout.objects.filter(Q(look_at=lookout.look_at), pk=lookout.pk).update(until=now, look_at=following)


def edges_now(known: measured.Measured, at: datetime) -> tuple[t.Edge, ...]:
    """Return what every watch of a plan says at `at`: for a recommendation before anything is declared."""
    series = known.since(at - measured.NEAR - samples.reach(known.program))
    latest = {edge.watch: edge for edge in watch.edges(known.program, series, {}, None, at)}
    return tuple(latest.values())
