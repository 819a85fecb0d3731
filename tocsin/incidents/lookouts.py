"""Lookouts: what an incident has to learn of the samples since it last looked, and what it should have learned before time passes over it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tocsin.engine import watch
from tocsin.engine.program import Program
from tocsin.engine.terms import Edge
from tocsin.incidents import measured, samples
from tocsin.incidents.models import Incident, Lookout
from tocsin.kit.tables import Sheaf

BEHIND: Final = timedelta(seconds=5)
"""Whoever looks at the samples is this late only after a downtime, after the clock was set, or because it is held up."""


def begin(sheaf: Sheaf, incident: Incident, program: Program) -> None:
    """
    Let an incident that begins be looked out for: at once, or, if its plan watches nothing, once somebody records a sample.

    A drill brings its own edges, and what is owed between incidents watches nothing.
    """
    if not incident.drill and not incident.standing:
        own = {"organisation_id": incident.organisation_id, "incident_id": incident.pk}
        watches = bool(program.watches or program.signals)
        times = {"until": None, "look_at": incident.declared_at} if watches else {"until": incident.declared_at, "look_at": None}
        sheaf.add(Lookout, {**own, **times})


def series(lookout: Lookout, program: Program, now: datetime) -> Mapping[str, watch.Series]:
    """Return the samples that the next look needs."""
    return measured.load(lookout.organisation_id, program, (lookout.until or now - samples.KEPT) - samples.reach(program))


def turned(
    lookout: Lookout, program: Program, series: Mapping[str, watch.Series], known: Mapping[str, Edge], now: datetime
) -> tuple[Edge, ...]:
    """Return the edges that the incident, which knows of `known`, has to learn at `now`."""
    if lookout.until is None:
        return watch.as_of(_corrected(watch.edges(program, series, {}, None, now), known), lookout.incident.declared_at)
    return watch.edges(program, series, known, lookout.until, now)


def behind(incidents: Iterable[Incident], now: datetime) -> dict[UUID, Lookout]:
    """Return, of these incidents, the lookouts of those that should have learned something long ago; mostly none."""
    mine = {incident.pk: incident for incident in incidents}
    found = {row.incident_id: row for row in Lookout.objects.filter(incident__in=list(mine), look_at__lte=now - BEHIND)}
    for pk, lookout in found.items():
        lookout.incident = mine[pk]
    return found


def missed(lookout: Lookout, program: Program, known: Mapping[str, Edge], now: datetime) -> tuple[Edge, ...]:
    """
    Return what an incident should have learned long ago, such as that a feed fell silent while the server was down.

    What time alone completes (a hold of 72 hours) is completed only by what was measured until then (TRM-04): this comes before it.
    """
    return turned(lookout, program, series(lookout, program, now), known, now)


def _corrected(seen: Iterable[Edge], known: Mapping[str, Edge]) -> tuple[Edge, ...]:
    """
    Return what an incident has to learn after everything was looked at again: what turned since it last did, or how it really stands.

    The latter is a gap that late samples have closed: sample time counts, not arrival, so what holds has held for longer.
    """
    turns: dict[str, list[Edge]] = defaultdict(list)
    latest: dict[str, Edge] = {}
    for edge in seen:
        latest[edge.watch] = edge
        last = turns[edge.watch][-1] if turns[edge.watch] else known.get(edge.watch)
        if last is None or (edge.since >= last.since and edge.value != last.value):
            turns[edge.watch].append(edge)
    closed = [edge for name, edge in latest.items() if not turns[name] and edge.since < known[name].since]
    return (*(edge for edges in turns.values() for edge in edges), *closed)
