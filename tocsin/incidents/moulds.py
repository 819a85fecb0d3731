"""
Moulds: what begins by itself in one sitting is recorded and projected once. Each incident has its own names, words, salts and chain.

Of a declaration by the system no rule reads more than that it was made: the incident's id, its number and the words it is declared with are
only handed on, and the engine puts them into nothing but letters (`engine/letters.py`). So what one such declaration causes is what every other
causes at the same instant, with the blanks filled in otherwise. A declaration with blanks instead of names goes the whole way once; what it
would have written is the mould. Where more than filling in would be needed, there is none, and each declaration goes the whole way.
"""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, partial, reduce
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from tocsin.comms.meetings import CHAT, VIDEO
from tocsin.comms.outbox import Order
from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.incidents import chain, journal, sealing, states
from tocsin.incidents.models import Entry, Head, Incident, Seal
from tocsin.kit import bulk, ids
from tocsin.kit.tables import Form, Sheaf

_WRITES_MORE: Final = (t.MessageDrafted, t.RecordEntered)
"""Letters quote the incident, and entries may count as samples elsewhere."""
_MEETS: Final = re.compile(rf":told:(?:{CHAT}|{VIDEO})\b")
"""Links to where people meet hold a word made of the incident's id."""
_OF_ORDERS: Final = ("event_id", "about", "subject", "body")

Said = Mapping[str, str]
"""What is filled in for each blank."""
Text = Sequence[str]
"""A text with blanks among its parts."""


@dataclass(frozen=True, slots=True)
class Blanks:
    """What stands for the incident's id, its number and its words while a mould is made: nothing else contains them."""

    incident: UUID
    number: str
    words: str


@cache
def blanks() -> Blanks:
    """Return those of this process."""
    return Blanks(ids.new(), f"INC-{ids.new().hex}", ids.new().hex)


@cache
def _names_or_hashes() -> re.Pattern[str]:
    """Return what finds the blanks, and whatever may be what an entry commits to."""
    blank = blanks()
    return re.compile(f"({blank.incident.hex}|{blank.incident}|{blank.number}|{blank.words}|[0-9a-f]{{64}})")


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and where in it the incident's id and texts are filled in, these in one of three spellings (see `_Names`)."""

    form: Form
    values: list[Any]
    ids_at: tuple[int, ...]
    texts_at: tuple[tuple[int, str, Text], ...]

    def at(self, name: str) -> int:
        return self.form.names.index(name)

    def adapted(self) -> "Row":
        """Return it with all values but the blanks as the driver takes them."""
        kinds = self.form.columns.values()
        values = [
            value if at in self.ids_at else bulk.adapted(kind, value)
            for at, (kind, value) in enumerate(zip(kinds, self.values, strict=True))
        ]
        return Row(self.form, values, self.ids_at, self.texts_at)


@dataclass(slots=True)
class _Rows:
    """What a mould writes, by the way in which each is filled in."""

    others: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    seals: list[Row] = field(default_factory=list)
    heads: list[Row] = field(default_factory=list)
    incidents: list[Row] = field(default_factory=list)

    def of(self, model: type[Model]) -> list[Row]:
        """Return where rows of a model are."""
        return {Entry: self.entries, Seal: self.seals, Head: self.heads, Incident: self.incidents}.get(model, self.others)

    def all(self) -> Iterator[Row]:
        yield from (*self.others, *self.entries, *self.seals, *self.heads, *self.incidents)

    def remade(self, row: Callable[[Row], Row]) -> "_Rows":
        """Return what `row` makes of them."""
        return _Rows(*([*map(row, rows)] for rows in (self.others, self.entries, self.seals, self.heads, self.incidents)))


@dataclass(frozen=True, slots=True)
class _Names:
    """What one incident fills in: as it is, within JSON as columns hold it, and within JSON as journals and states do."""

    incident: UUID
    adapted: Any
    """The incident's id as the driver takes it."""
    number: str
    words: str
    plain: dict[str, str]
    column: dict[str, str]
    canonical: dict[str, str]

    def spelled(self, spelling: str) -> Said:
        return self.plain if spelling == "plain" else self.column if spelling == "column" else self.canonical


@dataclass(frozen=True, slots=True)
class Cast:
    """An incident that began by a mould: what is to be said of it beside its rows."""

    incident: UUID
    number: str
    events: tuple[t.AnyEvent, ...]
    orders: list[Order]
    topics: Set[str]
    standing: Callable[[], tuple[Incident, Head, t.State]]


class Mould:
    """What a declaration with blanks would have written: `events`, and how it would stand after them."""

    def __init__(self, incident: Incident, head: Head, events: Sequence[t.AnyEvent]) -> None:
        self._blanks, self._incident, self._head, self.events = blanks(), incident, head, tuple(events)
        self._orders: list[tuple[Order, list[tuple[str, Text]]]] = []
        self.topics: Set[str] = frozenset()
        self.commitments: list[str] = []
        self._rows = _Rows()
        self._adapted: _Rows | None = None

    def take(self, sheaf: Sheaf, orders: Sequence[Order], topics: Set[str]) -> None:
        """Take what the declaration would have written."""
        self.topics = topics
        made, blank = list(sheaf.made()), self._blanks
        self.commitments = [_committed(form, row) for form, row in made if form.model is Seal]
        names = {blank.incident.hex, str(blank.incident), blank.number, blank.words, *self.commitments}
        for form, values in made:
            self._take_row(form, values, names)
        split = _names_or_hashes().split
        self._orders = [(order, [(name, split(getattr(order, name))) for name in _OF_ORDERS]) for order in orders]

    def _take_row(self, form: Form, values: list[Any], names: Set[str]) -> None:
        split, kinds = _names_or_hashes().split, list(form.columns.values())
        ids_at, texts = [], []
        for at, value in enumerate(values):
            if isinstance(value, UUID) and value == self._blanks.incident:
                ids_at.append(at)
            elif isinstance(value, str) and not names.isdisjoint(parts := split(value)):
                own = (form.model, form.names[at]) in {(Entry, "body"), (Incident, "state")}
                texts.append((at, "canonical" if own else "column" if kinds[at] == "jsonb" else "plain", parts))
        self._rows.of(form.model).append(Row(form, values, tuple(ids_at), tuple(texts)))

    # ------------------------------------------------------------------ the same again, at another instant

    def rows(self) -> Iterator[Row]:
        """Yield what it writes."""
        yield from self._rows.all()

    def orders(self) -> Iterator[Order]:
        """Yield what it tells."""
        return (order for order, _ in self._orders)

    def remade(self, row: Callable[[Row], Row], text: Callable[[Text], Text], events: Sequence[t.AnyEvent]) -> "Mould":
        """Return another one, of `events`, with what `row` and `text` make of its rows and of the texts in what it tells."""
        other = copy.copy(self)
        other.events = tuple(events)
        other._rows, other._adapted = self._rows.remade(row), None
        other._orders = [(order, [(name, text(parts)) for name, parts in texts]) for order, texts in self._orders]
        return other

    # ------------------------------------------------------------------ one incident more

    def cast(self, sheaf: Sheaf, number: str, words: str) -> Cast:
        """Let another incident begin, called and described like this."""
        names = self._names(ids.new(), number, words)
        rows = self._adapted = self._adapted or self._rows.remade(Row.adapted)
        for row in rows.others:
            sheaf.add_adapted(row.form, _filled(row, names))
        self._seal(sheaf, names, rows.seals)
        state, (seq, linked) = self._add_incident(sheaf, names, rows.incidents), self._link(sheaf, names, rows.entries)
        signature = self._sign(sheaf, names, rows.heads, seq, linked)
        declared = self.events[0]
        assert isinstance(declared, t.Declared), declared
        mine = replace(declared, incident=ids.typed("inc", names.incident), number=number, words=words)
        orders = [_told(order, texts, names) for order, texts in self._orders]
        standing = partial(self._standing, names, state, seq, linked, signature)
        return Cast(names.incident, number, (mine, *self.events[1:]), orders, self.topics, standing)

    def _names(self, incident: UUID, number: str, words: str) -> _Names:
        blank = self._blanks
        plain = {blank.incident.hex: incident.hex, str(blank.incident): str(incident), blank.number: number, blank.words: words}
        column = {**plain, blank.words: json.dumps(words)[1:-1]}
        canonical = {**plain, blank.words: json.dumps(words, ensure_ascii=False)[1:-1]}
        return _Names(incident, bulk.adapted("uuid", incident), number, words, plain, column, canonical)

    def _seal(self, sheaf: Sheaf, names: _Names, rows: Sequence[Row]) -> None:
        """Seal every text anew; the entries commit to it."""
        for row, committed in zip(rows, self.commitments, strict=True):
            values = _filled(row, names)
            sealed = sealing.seal(values[row.at("text")])
            values[row.at("salt")] = sealed.salt.hex()
            names.canonical[committed] = sealed.commitment
            sheaf.add_adapted(row.form, values)

    def _link(self, sheaf: Sheaf, names: _Names, rows: Sequence[Row]) -> tuple[int, str]:
        """Add the entries, each linked to the one before, and return where the chain has come to."""
        seq, before = 0, chain.genesis(ids.typed("org", self._incident.organisation_id), ids.typed("inc", names.incident))
        read, prev_hash_at, hash_at = _of_entries(rows[0].form)
        for row in rows:
            values = _filled(row, names)
            seq, kind, version, body = read(values)
            values[prev_hash_at] = before
            values[hash_at] = before = chain.link(before, seq, kind, version, body)
            sheaf.add_adapted(row.form, values)
        return seq, before

    def _sign(self, sheaf: Sheaf, names: _Names, rows: Sequence[Row], seq: int, linked: str) -> str:
        (row,) = rows
        head = chain.Head(ids.typed("org", self._incident.organisation_id), ids.typed("inc", names.incident), seq, linked)
        values, signature = _filled(row, names), chain.sign_head(journal.signing_key(), head)
        values[row.at("hash")], values[row.at("signature")] = linked, signature
        sheaf.add_adapted(row.form, values)
        return signature

    def _add_incident(self, sheaf: Sheaf, names: _Names, rows: Sequence[Row]) -> str:
        (row,) = rows
        values = _filled(row, names)
        state: str = values[row.at("state")]
        values[row.at("state_hash")] = states.hash_of(state)
        sheaf.add_adapted(row.form, values)
        return state

    def _standing(self, names: _Names, state: str, seq: int, linked: str, signature: str) -> tuple[Incident, Head, t.State]:
        """Return how an incident stands that began by this mould, for whoever goes on with it in the same sitting."""
        incident, head = copy.copy(self._incident), copy.copy(self._head)
        (row,) = self._rows.incidents
        for name, value in zip(row.form.names, row.values, strict=True):
            if isinstance(value, datetime):
                setattr(incident, name, value)
        incident.pk, incident.number = names.incident, names.number
        incident.state, incident.state_hash = state, states.hash_of(state)
        head.incident_id, head.seq, head.hash, head.signature = names.incident, seq, linked, signature
        known = reduce(evolve, self.events, t.State())
        return incident, head, replace(known, incident=ids.typed("inc", names.incident), number=names.number, words=names.words)


@cache
def _of_entries(form: Form) -> tuple[Callable[[list[Any]], tuple[int, str, int, str]], int, int]:
    """Return what takes out of an entry's row what its hash is over, and where the hash before it and its own stand."""
    at = form.names.index
    return itemgetter(at("seq"), at("type"), at("version"), at("body")), at("prev_hash"), at("hash")


def _committed(form: Form, values: list[Any]) -> str:
    return sealing.commit(bytes.fromhex(values[form.names.index("salt")]), values[form.names.index("text")])


def allows(events: Sequence[t.AnyEvent]) -> bool:
    """Return whether what a declaration causes may be a mould, as far as its events tell."""
    return not any(isinstance(event, _WRITES_MORE) for event in events)


def allows_orders(orders: Sequence[Order]) -> bool:
    """Return whether it may, as far as what is told tells."""
    return not any(_MEETS.search(order.about) for order in orders)


class Moulds:
    """The mould of a sitting: kept while declarations are alike."""

    def __init__(self) -> None:
        self._alike: object = None
        self._mould: Mould | None = None

    def of(self, alike: object, make: Callable[[], Mould | None]) -> Mould | None:
        """Return the mould of declarations that have `alike` in common, if they can have one."""
        if alike != self._alike:
            self._alike, self._mould = alike, make()
        return self._mould


def _filled(row: Row, names: _Names) -> list[Any]:
    values = row.values.copy()
    for at in row.ids_at:
        values[at] = names.adapted
    for at, spelling, text in row.texts_at:
        values[at] = _said(text, names.spelled(spelling))
    return values


def _told(order: Order, texts: Sequence[tuple[str, Text]], names: _Names) -> Order:
    own: dict[str, Any] = {name: _said(text, names.plain) for name, text in texts}
    return replace(order, **own)


def _said(text: Text, said: Said) -> str:
    return "".join([said.get(part, part) for part in text])


__all__ = ["Blanks", "Cast", "Mould", "Moulds", "Row", "Text", "allows", "allows_orders", "blanks"]
