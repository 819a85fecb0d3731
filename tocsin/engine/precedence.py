"""Which incident comes first: one that is worked out of turn before all others, whatever else a list goes by (REG-09, X-56)."""

from typing import Final

from tocsin.engine import terms as t
from tocsin.engine.namespaces import within
from tocsin.engine.program import Part, Program

FIRST: Final = 0
_UNJUDGED: Final = 1
"""Nobody has said how grave it is: it may yet be grave, and comes right behind what is."""
_WARNING, _DRILL, OVER = 80, 90, 99


def place(program: Program, state: t.State) -> int:
    """
    Return the place of an incident in every queue and list; a smaller one comes first.

    What a plan works `out_of_turn` is first; then what has no level yet, then the levels by their rank in their plan, warnings, drills, and
    last what is over and waits for nobody. Of several plans the one decides that puts it first. Pure.
    """
    if state.phase in t.OVER:
        return OVER
    if state.drill:
        return _DRILL
    running = [part for part in program.plans if part.levels and state.phase_of(within(part.name, "")) not in t.OVER]
    found = [_place(program, state, part) for part in running]
    return min([known for known in found if known != _UNJUDGED], default=_UNJUDGED)


def out_of_turn(program: Program, state: t.State, part: str = "") -> bool:
    """Return whether the level in force under one plan is one that is worked out of turn."""
    level = program.levels.get(state.standing(part).level)
    return level is not None and level.out_of_turn


def _place(program: Program, state: t.State, part: Part) -> int:
    level = state.standing(part.name).level
    if out_of_turn(program, state, part.name):
        return FIRST
    if state.phase_of(within(part.name, "")) == "warning":
        return _WARNING
    return _UNJUDGED + 1 + part.levels.index(level) if level in part.levels else _UNJUDGED
