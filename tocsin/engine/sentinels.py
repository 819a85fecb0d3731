"""Before anything is declared: which triggers of a plan have fired, once for each stretch in which they held (DET-02 to -05). Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tocsin.engine.program import Program
from tocsin.engine.terms import Edge
from tocsin.engine.watch import Matured, matured


def fired_by(
    program: Program, edges: Sequence[Edge], fired: Mapping[str, datetime], now: datetime, *, at_first: bool = False
) -> tuple[Matured, ...]:
    """
    Return what has fired by `now` and had not: `fired` says since when the stretch held that each had fired for.

    Who looks `at_first` has not watched the past: only what still holds fires then.
    """
    standing = {edge.watch: edge.since for edge in edges}
    return tuple(
        one
        for one in matured(program, edges)
        if one.at <= now and _is_new(one, fired) and not (at_first and standing[_watch(program, one)] != one.since)
    )


def next_at(program: Program, edges: Sequence[Edge], fired: Mapping[str, datetime], now: datetime) -> datetime | None:
    """Return when the next trigger fires if nothing turns."""
    return min((one.at for one in matured(program, edges) if one.at > now and _is_new(one, fired)), default=None)


def hold_max(program: Program) -> timedelta:
    """Return the longest time that a trigger must hold."""
    return max((trigger.hold for trigger in program.triggers.values()), default=timedelta())


def _is_new(one: Matured, fired: Mapping[str, datetime]) -> bool:
    return one.key not in fired or fired[one.key] < one.since


def _watch(program: Program, one: Matured) -> str:
    watch = program.triggers[one.trigger].watch
    return f"{watch}[{one.entry}]" if one.entry else watch
