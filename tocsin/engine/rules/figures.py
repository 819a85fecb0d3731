"""Figures read for good: at the instant that the plan names, and when the incident is closed (STP-13)."""

from tocsin.engine import terms as t
from tocsin.engine.figures import FigureView, measure
from tocsin.engine.turn import Turn


def settle(turn: Turn) -> bool:
    """Keep every figure that has come to something once the incident is closed and all has settled; return whether there was one."""
    if turn.state.phase != "closed":
        return False
    return keep(turn, *(name for name in turn.program.figures if name not in turn.state.figures))


def keep(turn: Turn, *names: str) -> bool:
    """Record these figures as they stand now; one that still waits or runs is left to go on. Return whether there was one to record."""
    views = (measure(turn.program, turn.state, turn.program.figures[name], turn.instant) for name in names)
    readings = tuple(reading for view in views if (reading := _reading(view)))
    if readings:
        turn.emit(t.FiguresKept(at=turn.at, by=t.SYSTEM, readings=readings))
    return bool(readings)


def _reading(view: FigureView) -> t.FigureReading | None:
    if view.standing not in ("green", "red", "shown"):
        return None
    return t.FigureReading(view.figure, view.standing, view.value, view.target)
