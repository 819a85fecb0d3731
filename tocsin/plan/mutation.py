"""
Mutants of a plan: the same plan with one number, comparator, role, moment or approver altered.

Where every scenario passes under a mutant, no rehearsal has ever proved that part of the plan: its number could be wrong and nobody would know.
Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from tocsin.engine.expressions import Compare, WatchRef
from tocsin.engine.program import Decision, Defaults, Effect, Moment, Obligation, Program, Signal
from tocsin.engine.terms import OVER
from tocsin.engine.times import Span
from tocsin.plan.builtin import BY_ENGINE

_OTHER_WAY: Final = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_ROLES: Final = frozenset(
    {
        "owes",
        "role",
        "publisher",
        "author",
        "lead",
        "attest",
        "who",
        "by",
        "approve",
        "stated_by",
        "recorded_by",
        "main",
        "coordinates",
        "takes_over",
    }
)
"""Parts that name a role: who owes, decides, signs, attests, waives, publishes, records."""
_MOMENTS: Final = frozenset({"anchors", "until", "unless", "marks", "with_", "on", "of", "since", "begins", "ends"})
"""Parts that name a moment; in a fact or a field `of` are its values, which are not among them."""
_COUNTS: Final = frozenset({"number", "lower", "raises", "different", "silent_after"})
_TOLD: Final = frozenset({"tell", "alert", "call"})
_LEFT_OUT: Final = frozenset(
    {
        "id",
        "version",
        "hash",
        "language",
        "timezone",
        "title",
        "owner",
        "status",
        "text",
        "names",
        "cite",
        "covers",
        "assumed",
        "acknowledges",
    }
)
"""What no scenario can prove: names, words and places of the document."""
_KINDS: Final = frozenset(
    {
        *("defaults", "facts", "signals", "watches", "conditions", "moments", "levels", "classify", "triggers", "situations"),
        *("obligations", "decisions", "messages", "records", "figures"),
    }
)
"""The parts of a plan that run. Who holds a role is the directory's to say, and what is only shown cannot be rehearsed."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One alteration: of what sort, where, from what to what, and the plan with it."""

    sort: str
    path: Path
    before: str
    after: str
    program: Program

    @property
    def rule(self) -> str:
        """Return the rule that was altered, by its id; of the classification each rule has its own."""
        if self.path[0] == "classify":
            return "classify"
        if self.path[0] == "standing":
            return str(self.path[2])
        return str(self.path[1]) if len(self.path) > 1 else str(self.path[0])

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class _Names:
    roles: tuple[str, ...]
    moments: tuple[str, ...]
    together: Mapping[str, frozenset[str]]
    """By moment: those that come in the same instant, which would be no alteration."""


def mutants(program: Program) -> Iterator[Mutant]:
    """Yield each mutant of `program` once, in the order of the plan; the same every time."""
    roles = tuple(role.id for role in program.roles.values() if not role.outside)
    names = _Names(roles, tuple(program.moments), _together(program))
    for field in fields(Program):
        if field.name not in _KINDS:
            continue
        for sort, path, before, after in _altered(getattr(program, field.name), (field.name,), names):
            if _is_own(program, path) and not _both_end(program, path, before, after):
                yield Mutant(sort, path, str(before), str(after), _carried(put(program, path, after), program.defaults))
    yield from _of_standing(program, roles)


def _of_standing(program: Program, roles: tuple[str, ...]) -> Iterator[Mutant]:
    """Yield each mutant of what is owed between incidents; what its rules took over from the defaults is altered with them."""
    if program.standing is None:
        return
    names = _Names(roles, tuple(program.standing.moments), _together(program.standing))
    for sort, path, before, after in _altered(program.standing.obligations, ("standing", "obligations"), names):
        rule = program.standing.obligations[str(path[2])]
        if sort == "moment" and (rule.collections or rule.verb == "ensure"):
            continue  # an entry is owed from when it is there, and what is to stay true from the beginning: another moment before is no other
        if path[3] not in ("remind", "late") or getattr(rule, str(path[3])) != getattr(program.defaults, str(path[3])):
            yield Mutant(sort, path, str(before), str(after), put(program, path, after))


def _together(program: Program) -> dict[str, frozenset[str]]:
    """Return for each moment those that come with it, directly or through others, and those with which it comes."""
    pairs = [tuple(sorted(BY_ENGINE)), *((moment.id, moment.with_) for moment in program.moments.values() if moment.with_)]
    found = {name: frozenset({name}) for name in program.moments}
    for first, second in pairs:
        same = found[first] | found[second]
        found |= dict.fromkeys(same, same)
    return found


def _carried(program: Program, before: Defaults) -> Program:
    """Return the program with what its rules had taken over from the defaults taken over again: compiling writes it into each."""
    after = program.defaults
    if after == before:
        return program
    obligations = {
        name: replace(
            rule,
            remind=after.remind if rule.remind == before.remind else rule.remind,
            late=after.late if rule.late == before.late else rule.late,
        )
        for name, rule in program.obligations.items()
    }
    signals = {
        name: replace(signal, silent_after=after.silent_after) if signal.silent_after == before.silent_after else signal
        for name, signal in program.signals.items()
    }
    return replace(program, obligations=obligations, signals=signals)


def _is_own(program: Program, path: Path) -> bool:
    """Return whether the plan itself says what stands at `path`, and something hangs on it."""
    kind, part = path[0], path[-1]
    rule = getattr(program, str(kind))[str(path[1])] if kind in ("moments", "signals", "decisions", "obligations") else None
    match rule:
        case Moment():
            return bool(rule.cite)  # not a built-in one
        case Signal() if part == "silent_after":
            return rule.silent_after != program.defaults.silent_after  # else it is altered with the defaults
        case Decision() if part == "different":
            return len(rule.chain) > 1
        case Obligation() if path[2] in ("remind", "late"):
            return bool(getattr(rule, str(path[2])) != getattr(program.defaults, str(path[2])))
    if kind == "triggers" and path[2] == "test":
        return False  # it is altered once, among the watches
    return part != "silent_after" or bool(program.signals)


def _both_end(program: Program, path: Path, before: Any, after: Any) -> bool:
    """Return whether a duty that lasts until one moment or the other ends with the incident either way: each of them is its end."""
    if path[0] != "obligations" or path[2] != "until":
        return False
    return all(program.moments[moment].phase in OVER for moment in (before, after))


def put(value: Any, path: Path, new: Any) -> Any:
    """Return `value` with `new` at `path`."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, head: put(value[head], rest, new)}
    if isinstance(value, tuple):
        index = int(head)
        return (*value[:index], put(value[index], rest, new), *value[index + 1 :])
    return replace(value, **{str(head): put(getattr(value, str(head)), rest, new)})


def _altered(value: Any, path: Path, names: _Names) -> Iterator[tuple[str, Path, Any, Any]]:
    match value:
        case WatchRef():
            return  # its test is altered once, among the watches
        case Span() | timedelta() | Fraction() | Decimal() | bool() | int() | str():
            yield from _leaf(value, path, names)
        case Effect(kind=kind):
            for index, target in enumerate(value.targets):
                place = (*path, "targets", index)
                if kind in _TOLD and target in names.roles:
                    yield "role", place, target, _next(target, names.roles)
                if kind == "mark" and target in names.moments:
                    yield "moment", place, target, _other(target, names)
            yield from _altered(value.when, (*path, "when"), names)
        case Compare(op=op):
            yield "comparator", (*path, "op"), op, _OTHER_WAY[op]
            yield from _altered(value.left, (*path, "left"), names)
            yield from _altered(value.right, (*path, "right"), names)
        case Mapping():
            for name, item in value.items():
                yield from _altered(item, (*path, name), names)
        case tuple():
            for index, item in enumerate(value):
                yield from _altered(item, (*path, index), names)
        case _ if is_dataclass(value):
            for field in fields(value):
                if field.name not in _LEFT_OUT:
                    yield from _altered(getattr(value, field.name), (*path, field.name), names)


def _leaf(value: Any, path: Path, names: _Names) -> Iterator[tuple[str, Path, Any, Any]]:
    part = next((step for step in reversed(path) if isinstance(step, str)), "")
    match value:
        case bool():
            return
        case Span() | timedelta() if value:
            yield "number", path, value, _longer(value)
        case Fraction() if value:
            yield "number", path, value, value / 2
        case Decimal():
            yield "number", path, value, value + (value.copy_abs() / 10 or Decimal(1))
        case int() if part in _COUNTS and value:
            yield "number", path, value, value + 1
        case str() if _names_a(part, path, _ROLES) and value in names.roles:
            yield "approver" if part in ("role", "approve") else "role", path, value, _next(value, names.roles)
        case str() if _names_a(part, path, _MOMENTS) and value in names.moments and path[-2:-1] != ("of",):
            yield "moment", path, value, _other(value, names)


def _names_a(part: str, path: Path, parts: frozenset[str]) -> bool:
    """Return whether `path` leads to one of these parts, directly or through the cases of a value."""
    return part in parts or any(step in parts for step in path[2:-1] if "cases" in path or "otherwise" in path)


def _longer(value: Span | timedelta) -> Span | timedelta:
    """Return a tenth more, and at least a second (or a day, or a month, where the calendar counts); times of day half an hour later."""
    if isinstance(value, timedelta):
        return value + max(value / 10, timedelta(seconds=1))
    if value.clock:
        return replace(value, clock=tuple(sorted((minutes + 30) % 1440 for minutes in value.clock)))
    if value.exact:
        return replace(value, exact=value.exact + max(value.exact / 10, timedelta(seconds=1)))
    if value.days:
        return replace(value, days=value.days + max(value.days // 10, 1))
    if value.is_business:
        return replace(value, open_days=value.open_days + bool(value.open_days), open_hours=value.open_hours + bool(value.open_hours))
    return replace(value, months=value.months + max(value.months // 10, 1))


def _other(moment: str, names: _Names) -> str:
    """Return the next moment of the plan that comes at an instant of its own."""
    return _next(moment, tuple(name for name in names.moments if name == moment or name not in names.together[moment]))


def _next(name: str, names: tuple[str, ...]) -> str:
    return names[(names.index(name) + 1) % len(names)]
