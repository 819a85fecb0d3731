"""Alerts in the database: those that a batch speaks of, and what it made of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec

from tocsin.ingest import filing, remarks, sources
from tocsin.ingest.episodes import Name, Outcome, Standing, Turn
from tocsin.ingest.routing import rules
from tocsin.ingest.telling import clean
from tocsin.kit import bulk, ids

_encoder = msgspec.json.Encoder()

ORGANISATIONS_MAX = 256
"""Of so many the routes are remembered as they were read last."""
TITLE_CHARS_MAX = 500
LINK_CHARS_MAX = 2000

_ALERT = {
    "id": "uuid",
    "organisation_id": "uuid",
    "source": "text",
    "fingerprint": "text",
    "title": "text",
    "labels": "jsonb",
    "annotations": "jsonb",
    "link": "text",
    "firing": "boolean",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "first_received_at": "timestamptz",
    "last_received_at": "timestamptz",
    "turned_at": "timestamptz",
    "turn": "integer",
    "received": "integer",
    "duplicates": "integer",
    "raw": "bigint",
}
_KEY = ("id", "organisation_id", "source", "fingerprint", "first_received_at")
_LATEST = ", ".join(f"{name} = excluded.{name}" for name in _ALERT if name not in _KEY)
_REPLACE = f"ON CONFLICT (organisation_id, source, fingerprint) DO UPDATE SET {_LATEST}"

_EPISODE = {
    "id": "uuid",
    "organisation_id": "uuid",
    "alert_id": "uuid",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "received": "integer",
    "duplicates": "integer",
}
_ADD = """ON CONFLICT (organisation_id, alert_id, starts_at) DO UPDATE SET
    ends_at = COALESCE(excluded.ends_at, ingest_episode.ends_at),
    received = ingest_episode.received + excluded.received,
    duplicates = ingest_episode.duplicates + excluded.duplicates"""

_MATCH = {
    "organisation_id": "uuid",
    "route_id": "uuid",
    "alert_id": "uuid",
    "starts_at": "timestamptz",
    "turn": "integer",
    "firing": "boolean",
    "at": "timestamptz",
    "about": "text",
    "problem": "text",
}
_ONCE = "ON CONFLICT (organisation_id, route_id, alert_id, starts_at, turn) DO NOTHING"

_FILED = {"organisation_id": "uuid", "upto": "bigint", "waiting": "boolean", "mark": "bigint"}
_UNFILED = """ON CONFLICT (organisation_id) DO UPDATE SET
    upto = CASE WHEN excluded.upto < ingest_filed.upto THEN excluded.upto ELSE ingest_filed.upto END,
    waiting = excluded.waiting,
    mark = ingest_filed.mark + 1"""

_COUNTED = {"id": "uuid", "last_received_at": "timestamptz", "received": "integer", "duplicates": "integer"}

# Behind a plus a column comes as it is stored; Django would have SQLite's driver make something of each instant.
_KNOWN = """SELECT id, fingerprint, title, +labels, +annotations, link, +firing, +starts_at, +ends_at,
    +first_received_at, +last_received_at, +turned_at, turn, received, duplicates, raw
    FROM ingest_alert WHERE organisation_id = {} AND source = {} AND fingerprint IN (SELECT value FROM json_each({}))"""
_KNOWN_POSTGRESQL = f"{_KNOWN.replace('+', '').rpartition(' IN ')[0]} = ANY({{}})"

_ROUTES = "SELECT {} FROM ingest_route WHERE organisation_id = {{}} AND enabled AND removed_at IS NULL"

_EXPIRY = {"alert_id": "uuid", "organisation_id": "uuid", "expires_at": "timestamptz"}
_MOVED = "ON CONFLICT (alert_id) DO UPDATE SET expires_at = excluded.expires_at"


def known(organisation_id: UUID, names: Collection[Name]) -> dict[Name, Standing]:
    """Return how those of the named alerts stand that exist."""
    postgresql = bulk.on_postgresql()
    found: dict[Name, Standing] = {}
    for source, group in groupby(sorted(names), key=itemgetter(0)):
        keys = [key for _, key in group]
        where = (("uuid", organisation_id), ("text", source))
        if postgresql:
            rows = bulk.asked(_KNOWN_POSTGRESQL, [*where, ("text[]", keys)])
        else:
            rows = bulk.asked(_KNOWN, [*where, ("text", msgspec.json.encode(keys).decode())])
        for row in rows:
            found[source, row[1]] = _standing(source, row)
    return found


def _standing(source: str, row: Sequence[Any]) -> Standing:
    id_, key, title, labels, annotations, link, firing, starts_at, ends_at, first_at, last_at, turned_at, *counters = row
    alert = sources.Alert(
        key=key,
        title=title,
        firing=bool(firing),
        starts_at=bulk.instant(starts_at),
        ends_at=bulk.instant(ends_at) if ends_at else None,
        labels=bulk.mapping(labels),
        annotations=bulk.mapping(annotations),
        link=link,
    )
    times = (bulk.instant(starts_at), alert.ends_at, bulk.instant(first_at), bulk.instant(last_at), bulk.instant(turned_at))
    standing = Standing(bulk.uuid(id_), source, alert, alert.firing, *times, *counters)
    standing.rewritten, standing.kept = False, True
    return standing


def changes(organisation_id: UUID, outcome: Outcome, matches: Sequence[bulk.Row]) -> Iterator[bulk.Statement]:
    """Yield the statements that write what a batch changed, with the matches that it brought, and ask for what turned to be filed."""
    standings = [outcome.standings[name] for name in sorted(outcome.standings)]
    yield from bulk.insert("ingest_alert", _ALERT, [_alert(organisation_id, one) for one in standings if not one.kept])
    rewritten = [_alert(organisation_id, one) for one in standings if one.kept and one.rewritten]
    yield from bulk.insert("ingest_alert", _ALERT, rewritten, _REPLACE)
    counted = [(one.id, one.last_received_at, one.received, one.duplicates) for one in standings if not one.rewritten]
    yield from bulk.update("ingest_alert", ("id",), _COUNTED, sorted(counted))
    past = [
        (ids.new(), organisation_id, one.alert_id, one.starts_at, one.ends_at, one.received, one.duplicates)
        for _, one in sorted(outcome.past.items())
    ]
    yield from bulk.insert("ingest_episode", _EPISODE, past, _ADD)
    yield from remarks.changes(organisation_id, outcome)
    expiries = [(alert_id, organisation_id, expires_at) for alert_id, expires_at in sorted(outcome.expiries.items())]
    yield from bulk.insert("ingest_expiry", _EXPIRY, expiries, _MOVED)
    yield from bulk.insert("ingest_match", _MATCH, matches, _ONCE)
    if outcome.first is not None:
        yield from bulk.insert("ingest_filed", _FILED, [(organisation_id, outcome.first - 1, True, 1)], _UNFILED)
    relabelled = [(one.id, one.position, one.firing, one.alert.labels) for one in standings if one.relabelled]
    yield from filing.changes(organisation_id, relabelled)


def matches(organisation_id: UUID, turns: Sequence[Turn]) -> list[bulk.Row]:
    """Return a match for each turn that an enabled route is to hear of."""
    if not turns:
        return []
    routes = bulk.asked(_ROUTES.format(bulk.stored("id", "rule")), [("uuid", organisation_id)])
    if not routes:
        return []
    wanting = _wanting(tuple(map(tuple, routes)))
    return [
        (organisation_id, route_id, turn.alert_id, turn.starts_at, turn.turn, turn.firing, turn.at, "", "")
        for turn in turns
        for route_id in wanting.routes(turn.labels)
    ]


@lru_cache(ORGANISATIONS_MAX)
def _wanting(routes: tuple[tuple[UUID | str, str], ...]) -> "Wanting":
    """Return what routes want that stand so in the database: for most alerts they are those of the alert before."""
    return Wanting((bulk.uuid(route_id), rules.read(msgspec.json.decode(rule))) for route_id, rule in routes)


class Wanting:
    """Which routes are to hear of an alert, found by one label that each asks to be equal; those that ask for none are all asked."""

    def __init__(self, those: Iterable[tuple[UUID, rules.Rule]]) -> None:
        self._by_label: dict[tuple[str, str], list[tuple[UUID, rules.Rule]]] = {}
        self._others: list[tuple[UUID, rules.Rule]] = []
        for route_id, rule in those:
            equal = next(((one.name, one.value) for one in rule.wanted if one.sign == "=" and one.value), None)
            where = self._others if equal is None or rule.unless else self._by_label.setdefault(equal, [])
            where.append((route_id, rule))

    def routes(self, labels: Mapping[str, str]) -> Iterator[UUID]:
        """Yield the routes that are to hear of an alert with these labels."""
        known = self._by_label
        asked = [*self._others, *(one for label in labels.items() if label in known for one in known[label])]
        for route_id, rule in asked:
            if rule.hears(labels):
                yield route_id


def _alert(organisation_id: UUID, standing: Standing) -> tuple[Any, ...]:
    alert = standing.alert
    return (
        standing.id,
        organisation_id,
        standing.source,
        alert.key,
        clean(alert.title)[:TITLE_CHARS_MAX],
        _json(alert.labels),
        _json(alert.annotations),
        _link(alert.link),
        standing.firing,
        standing.starts_at,
        standing.ends_at,
        standing.first_received_at,
        standing.last_received_at,
        standing.turned_at,
        standing.turn,
        standing.received,
        standing.duplicates,
        standing.position,
    )


def _json(words: Mapping[str, str]) -> str:
    text = _encoder.encode(words).decode()
    if "\\" in text and "\\u0000" in text:  # most hold not even the first of these
        return _encoder.encode({clean(name): clean(value) for name, value in words.items()}).decode()
    return text


def _link(text: str) -> str:
    """Return `text` if a browser may follow it."""
    return clean(text) if text.startswith(("http://", "https://")) and len(text) <= LINK_CHARS_MAX else ""
