"""
Moulds that last from one sitting to the next: what was made of a declaration is moved to another instant, as long as the same follows from it.

In every sitting the declaration is decided anew, and what its mould was made of is looked up anew. Only if all of that is as it was, and every
instant in the events has moved as far as the sitting has, the rows of the mould are moved along. Which instants in them move is found out by
making it twice, at two instants that share no part of their spelling: where anything differs that is no instant moved by just as much, such as a
time that people are told or a limit by the calendar, the mould serves its own sitting only.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.incidents import canonical
from tocsin.incidents.models import Entry, Head, Incident, Seal
from tocsin.incidents.moulds import Mould, Row
from tocsin.incidents.shapes import spell_instant
from tocsin.kit.memory import Memory, Recent, Witness

APART: Final = timedelta(days=400, hours=1, minutes=1, seconds=1, microseconds=1)
"""Between the two instants: year, month, day, weekday, hour, minute, second and fraction all differ."""

_PARTS: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00:00)|[0-9a-f]{64})", re.ASCII)
_OWN: Final = frozenset(
    {(Seal, "salt"), (Entry, "prev_hash"), (Entry, "hash"), (Head, "hash"), (Head, "signature"), (Incident, "state_hash")}
)
"""What each incident has of its own, whatever the mould says."""


class _Differs(Exception):  # noqa: N818 - it says what is so
    """The two differ in more than instants."""


class Lasting:
    """A mould made at `at`, with what it was made of, and the instants in it that move; none of them where it does not last."""

    def __init__(self, mould: Mould, at: datetime, seen: Witness, other: Mould | None) -> None:
        self._mould, self._at, self._seen = mould, at, seen
        self._moving: dict[str, datetime] = {}
        self._staying: set[str] = set()
        self.lasts = other is not None and self._compared(other)
        self._instants = frozenset(self._moving.values())
        self._touched = {id(row): [at for at, value in enumerate(row.values) if self._moves(value)] for row in mould.rows()}

    def moved(self, events: Sequence[t.AnyEvent], now: datetime, known: Memory) -> Mould | None:
        """Return the mould as it would be made at `now` of these events, if it would be the same; `known` looks up what holds now."""
        later, moving = now - self._at, self._instants
        before = self._mould.events
        if not self.lasts or len(events) != len(before):
            return None
        if not all(_follows(old, new, later, moving) for old, new in zip(before, events, strict=True)) or not self._seen.still(known):
            return None
        said = {old: _spelled(at + later, old) for old, at in self._moving.items()}

        def spoken(text: str) -> str:
            return _PARTS.sub(lambda found: said.get(found[0], found[0]), text)

        def remade(row: Row) -> Row:
            touched = self._touched[id(row)]
            if not touched:
                return row
            values = row.values.copy()
            for at in touched:
                values[at] = spoken(values[at]) if isinstance(values[at], str) else values[at] + later
            texts_at = [(at, how, [*map(spoken, text)] if at in touched else text) for at, how, text in row.texts_at]
            return Row(row.form, values, row.ids_at, tuple(texts_at))

        return self._mould.remade(remade, lambda text: [*map(spoken, text)], [*map(canonical.settled, events)])

    # ------------------------------------------------------------------ what moves

    def _moves(self, value: object) -> bool:
        if isinstance(value, str):
            return any(spelled in value for spelled in self._moving)
        return isinstance(value, datetime) and value in self._instants

    def _compared(self, other: Mould) -> bool:
        """Find out what moves between the mould and another one, made so much later; return whether nothing else differs."""
        first = self._mould
        sealed = dict(zip(first.commitments, other.commitments, strict=False))
        try:
            if first.topics != other.topics or len(first.commitments) != len(other.commitments):
                raise _Differs
            for one, two in _pairs(first.rows(), other.rows()):
                if one.form is not two.form:
                    raise _Differs
                for name, value, other_value in zip(one.form.names, one.values, two.values, strict=True):
                    if (one.form.model, name) not in _OWN:
                        self._compare(value, other_value, sealed)
            for order, later in _pairs(first.orders(), other.orders()):
                if order.awaited:  # what an organisation publishes is made of more than was looked up
                    raise _Differs
                for field in fields(order):
                    self._compare(getattr(order, field.name), getattr(later, field.name), sealed)
        except _Differs:
            return False
        return self._staying.isdisjoint(self._moving)

    def _compare(self, one: object, two: object, sealed: Mapping[str, str]) -> None:
        match one, two:
            case datetime(), datetime():
                self._note(spell_instant(one), spell_instant(two))
            case str(), str():
                for part, other in _pairs(_PARTS.split(one), _PARTS.split(two)):
                    if sealed.get(part) != other:
                        self._note(part, other)
            case _ if one != two:
                raise _Differs
            case _:
                pass

    def _note(self, part: str, other: str) -> None:
        """Note two parts of a text that stand in the same place."""
        if part == other:
            if _PARTS.fullmatch(part):
                self._staying.add(part)
            return
        if not _PARTS.fullmatch(part) or not _PARTS.fullmatch(other) or len(part) == len(other) == 64:
            raise _Differs
        at = _read(part)
        if _read(other) - at != APART or _spelled(at, part) != part or _spelled(at + APART, part) != other:
            raise _Differs
        self._moving[part] = at


def _pairs(ones: Iterable[Any], others: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    those, these = list(ones), list(others)
    if len(those) != len(these):
        raise _Differs
    return zip(those, these, strict=True)


def _read(spelled: str) -> datetime:
    return datetime.fromisoformat(spelled).astimezone(UTC)


def _spelled(at: datetime, like: str) -> str:
    """Return an instant as journals and states spell it, or as other JSON does."""
    return spell_instant(at) if like.endswith("Z") else at.isoformat()


def _follows(old: Any, new: Any, later: timedelta, moving: frozenset[datetime]) -> bool:
    """Return whether an event is as another one was, with all instants moved that move."""
    if type(old) is not type(new):
        return False
    if isinstance(old, datetime):
        return bool(new == (old + later if old in moving else old))
    if is_dataclass(old):
        kind: Any = type(old)
        return all(_follows(getattr(old, name), getattr(new, name), later, moving) for name in _names(kind))
    match old, new:
        case Mapping(), Mapping():
            return old.keys() == new.keys() and all(_follows(value, new[name], later, moving) for name, value in old.items())
        case (tuple(), tuple()) | (list(), list()):
            return len(old) == len(new) and all(_follows(one, two, later, moving) for one, two in zip(old, new, strict=True))
    return bool(old == new)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


known: Final[Recent[tuple[UUID, str], Lasting]] = Recent(64)
"""By organisation, and what its declarations have in common."""
