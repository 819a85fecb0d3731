"""What differs between two versions of a plan: rule by rule and part by part, by what the engine runs, not by how the file is laid out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, get_args

from tocsin.engine.expressions import Expression
from tocsin.engine.program import Cases, FromFact, Program, Rule, Text
from tocsin.engine.spelling import spell
from tocsin.engine.times import Span

_LEAVES: Final = (str, bool, int, Decimal, Fraction, timedelta, Span, Cases, FromFact, *get_args(Expression))
"""What is shown whole: a limit that depends on a case, an expression."""
_NOT_COMPARED: Final = frozenset({"plans", "parts", "id", "hash", "watches", "was"})
_INHERITED: Final = ("remind", "late")
"""Parts of an obligation that the plan's defaults give; where they changed alone, the change of the defaults says it once."""


@dataclass(frozen=True, slots=True)
class Change:
    """
    One difference. `kind` is the part of the plan (`obligations`, or `plan` for what belongs to no rule), `rule` the id in the newer
    version, `path` what of the rule (empty: the whole of it). `before` or `after` is None where it was not, or is not any more.
    """

    kind: str
    rule: str
    title: Text
    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def what(self) -> str:
        """Return added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def difference(before: Program, after: Program) -> tuple[Change, ...]:
    """Return every change from `before` to `after`, in the order of the newer plan, what is gone after what is there. Pure."""
    return tuple(_of_plan(before, after))


def _of_plan(before: Program, after: Program) -> Iterator[Change]:
    for field in fields(Program):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name in _NOT_COMPARED or not field.compare:
            continue
        if field.name == "standing":
            owed_before, owed_after = (each.obligations if each else {} for each in (old, new))
            yield from _of_rules(before, after, "readiness", owed_before, owed_after)
        elif _is_rules(old) or _is_rules(new):
            yield from _of_rules(before, after, field.name, old, new)
        else:
            yield from (Change("plan", field.name, {}, path, *pair) for path, *pair in _parts(old, new, ()))


def _is_rules(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(isinstance(item, Rule) for item in value.values())


def _of_rules(before: Program, after: Program, kind: str, old: Mapping[str, Rule], new: Mapping[str, Rule]) -> Iterator[Change]:
    renamed = {rule.was: rule.id for rule in new.values() if rule.was in old and rule.was not in new}
    earlier = {renamed.get(name, name): rule for name, rule in old.items()}
    for name, rule in new.items():
        if kind == "moments" and "." in name:
            continue  # moments that rules have of their own come and go with whoever refers to them
        known = earlier.get(name)
        if known is None:
            yield Change(kind, name, rule.title, (), None, rule)
            continue
        if known.id != name:
            yield Change(kind, name, rule.title, ("id",), known.id, name)
        for path, then, now in _parts(known, rule, ()):
            if not _is_inherited(before, after, path[0], known, rule):
                yield Change(kind, name, rule.title, path, then, now)
    for name, rule in earlier.items():
        if name not in new and not (kind == "moments" and "." in name):
            yield Change(kind, name, rule.title, (), rule, None)
    kept_before, kept_now = [name for name in earlier if name in new], [name for name in new if name in earlier]
    if kind == "levels" and kept_before != kept_now:
        yield Change("plan", "levels", {}, ("order",), tuple(kept_before), tuple(kept_now))


def _is_inherited(before: Program, after: Program, part: str, old: Rule, new: Rule) -> bool:
    """Return whether both versions take this part of the rule from their defaults, whose own change says it already."""
    usual = part in _INHERITED and getattr(old, part) == getattr(before.defaults, part)
    return bool(usual and getattr(new, part) == getattr(after.defaults, part))


def _parts(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield the smallest parts that differ, each with its path."""
    if before == after:
        return
    old, new = _named(before), _named(after)
    if old is None or new is None or type(before) is not type(after):
        yield path, before if before not in ("", ()) else None, after if after not in ("", ()) else None
        return
    for name in dict.fromkeys((*new, *old)):
        if name not in _NOT_COMPARED or not is_dataclass(after):
            yield from _parts(old.get(name), new.get(name), (*path, name))


def _named(value: Any) -> dict[str, Any] | None:
    """Return the parts of `value` by name, or None where it is shown whole."""
    if value is None or isinstance(value, _LEAVES):
        return None
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and any(is_dataclass(item) for item in value) and not isinstance(value[0], _LEAVES):
        return {_name_in(item, index): item for index, item in enumerate(value)}
    return None


def _name_in(item: Any, index: int) -> str:
    """Return what a part of a list is known by: its id, what a link does, else its place, counted from one."""
    return str(getattr(item, "id", "") or getattr(item, "does", "") or index + 1)


# ------------------------------------------------------------------ in plain words


def spelled(value: Any, locale: str = "") -> str:
    """Return a part of a plan as one line of text, names as the plan writes them."""
    match value:
        case None:
            return "—"
        case bool():
            return "yes" if value else "no"
        case timedelta():
            return str(Span(exact=value))
        case Span() | str():
            return str(value)
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case Cases(by, cases, otherwise):
            rest = [f"else {spelled(otherwise, locale)}"] if otherwise is not None else []
            return f"by {by}: " + ", ".join([*(f"{case} {spelled(each, locale)}" for case, each in cases.items()), *rest])
        case FromFact(fact):
            return f"from {fact}"
        case Rule():
            return value.title.get(locale) or next(iter(value.title.values()), value.id)
        case Mapping():
            return ", ".join(f"{name}: {spelled(each, locale)}" for name, each in value.items())
        case tuple():
            return ", ".join(spelled(each, locale) for each in value) or "—"
        case _ if isinstance(value, get_args(Expression)):
            return spell(value)
        case _ if is_dataclass(value):
            said = {field.name: getattr(value, field.name) for field in fields(value)}
            return " ".join(f"{name} {spelled(each, locale)}" for name, each in said.items() if each not in (None, "", (), False, {}))
        case _:
            return str(value)


def sentence(change: Change, locale: str = "") -> str:
    """Return `change` as one line: `obligation client_update (Client update) every: 2h → 1h`."""
    kind = change.kind.removesuffix("s")
    title = change.title.get(locale) or next(iter(change.title.values()), "")
    name = f"{kind} {change.rule}" + (f" ({title})" if title else "")
    match change.what:
        case "added":
            return f"+ {name} {'.'.join(change.path)}".rstrip() + (f": {spelled(change.after, locale)}" if change.path else "")
        case "removed":
            return f"- {name} {'.'.join(change.path)}".rstrip() + (f": {spelled(change.before, locale)}" if change.path else "")
        case _:
            return f"  {name} {'.'.join(change.path)}: {spelled(change.before, locale)} → {spelled(change.after, locale)}"
