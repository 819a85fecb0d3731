"""The timeline: one line for each event, with what a sentence in any language needs."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.program import Program, Rule
from tocsin.incidents import readers
from tocsin.incidents.models import TimelineRow
from tocsin.incidents.projection.rows import Row, Scene, plain_event, titled

_QUIET: Final = (
    t.ExpressionTurned,
    t.Observed,
    t.ClockOpened,
    t.ClockMoved,
    t.ClockReminded,
    t.ClockEnded,
    t.RungReached,
    t.LevelProposed,
    t.Told,
    t.WorkTakenUp,
    t.WorkPutDown,
)
"""What the machine notes for itself; a reader may leave it out."""
_BY_PEOPLE: Final = ("not_needed", "promised", "by_hand")
"""Why a clock ends or moves when somebody said so, which a reader wants to know."""

_SUBJECTS: Final = (
    "obligation",
    "trigger",
    "decision",
    "condition",
    "situation",
    "template",
    "role",
    "record",
    "party",
    "fact",
    "moment",
    "level",
    "clock",
    "message",
    "chain",
    "inbox",
    "plan",
    "phase",
    "subject",
    "said",
)
"""Fields that name what an event is about; the first that it has counts."""


def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the line of the event."""
    subject, rule = _about(scene, event)
    values = {
        "at": event.at,
        "happened_at": getattr(event, "happened_at", event.at),
        "by": event.by,
        "kind": type(event).__name__,
        "subject": subject,
        **titled(rule),
        "quiet": isinstance(event, _QUIET) and getattr(event, "reason", "") not in _BY_PEOPLE,
        "data": plain_event(event),
        "kept_for": sorted(map(list, readers.about(scene.program, event))),
    }
    yield Row(TimelineRow, (scene.seq,), values, new=True)


def _about(scene: Scene, event: t.AnyEvent) -> tuple[str, Rule | None]:
    kind: Any = type(event)
    name = _name(kind)
    subject = str(getattr(event, name, ""))
    return subject, _rule(scene.program, _base(scene.state, name, subject))


@cache
def _name(kind: Any) -> str:
    """Return which field of such events says what they are about."""
    known = {each.name for each in fields(kind)}
    return next((name for name in _SUBJECTS if name in known), "")


def _base(state: t.State, name: str, subject: str) -> str:
    """Return the rule behind a clock, a message or a chain of the incident; for anything else the subject itself."""
    if name == "clock" and subject in state.clocks:
        return state.clocks[subject].obligation
    if name == "message" and subject in state.messages:
        return state.messages[subject].template
    if name == "chain" and subject in state.chains:
        return _base(state, "message", state.chains[subject].subject)
    return subject


def _rule(program: Program, name: str) -> Rule | None:
    found = _find(program, name)
    # `<decision or message>.<does>` is the clock of a link, `<rule>.done` a moment that a rule has by nature.
    return found or _find(program, name.partition(".")[0])


def _find(program: Program, name: str) -> Rule | None:
    nouns: tuple[Any, ...] = (
        program.obligations,
        program.decisions,
        program.conditions,
        program.situations,
        program.roles,
        program.records,
        program.messages,
        program.facts,
        program.moments,
        program.triggers,
        program.levels,
    )
    return next((rules[name] for rules in nouns if name in rules), None)
