"""Alerts found by state, source, labels, words and time, the latest turn first: a page costs the same whether a thousand are open or a million."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain, groupby, islice, repeat
from typing import Any, Final
from uuid import UUID

from django.db import connection

from tocsin.ingest import filing
from tocsin.ingest.log import REJECTED_KEPT
from tocsin.ingest.matchers import Matcher, meet
from tocsin.ingest.models import Alert, Match, RawBody
from tocsin.kit import bulk, tables

LOOKED_AT_MAX: Final = 5_000
"""Alerts that one page looks at; where they do not suffice, the page says how far back it has looked, and the next goes on from there."""
COMMON: Final = 2_000
"""How far labels are counted to find the rarest."""
_CHUNKS: Final = (64, 256, 1_000)
"""How many are taken at once: few at first, since most pages are full soon."""
_SLACK: Final = timedelta(minutes=5)
"""The log is in the order of arrival but for this, since several processes append to it, and for refused bodies that were replayed."""

Place = tuple[int, UUID]
"""Where an alert stands in the list: its latest turn's position in the log, and its id."""
_LAST: Final = UUID(int=(1 << 128) - 1)
_Key = UUID | str
"""An alert's id as the driver has it: a page looks at hundreds and shows fifty."""
_Seen = tuple[int, _Key, bool]
"""A place, and whether the alert there can be what is looked for: it is filed under every label that must be equal, or not filed yet."""

_WALKED: Final = """SELECT raw, id, 1 FROM ingest_alert
    WHERE organisation_id = %s AND firing = %s AND raw > %s AND (raw, id) < (%s, %s) ORDER BY raw DESC, id DESC LIMIT %s"""
_FILED: Final = """SELECT raw, alert_id, {borne} FROM ingest_posting AS filed
    WHERE organisation_id = %s AND label = %s AND firing = %s AND raw > %s AND (raw, alert_id) < (%s, %s)
    ORDER BY raw DESC, alert_id DESC LIMIT %s"""
_BORNE: Final = """EXISTS (SELECT 1 FROM ingest_posting AS other WHERE other.organisation_id = filed.organisation_id AND other.label = %s
    AND other.firing = filed.firing AND other.raw = filed.raw AND other.alert_id = filed.alert_id)"""
_COUNTED_ALL: Final = """SELECT count(*) FROM (SELECT 1 FROM ingest_alert
    WHERE organisation_id = %s AND firing IN (%s, %s) LIMIT %s) AS counted"""
_COUNTED: Final = """(SELECT count(*) FROM (SELECT 1 FROM ingest_posting
    WHERE organisation_id = %s AND label = %s AND firing IN (%s, %s) LIMIT {most}) AS counted)"""


@dataclass(frozen=True, slots=True)
class Query:
    """
    What is looked for. `firing` None means both; `since` and `until` are about the latest turn; `about` is what routes led it to, as
    their matches say. With `any_of`, one of these sets of matchers is met too.
    """

    organisation: UUID
    firing: bool | None = True
    source: str = ""
    matchers: tuple[Matcher, ...] = ()
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    about: str = ""
    any_of: tuple[tuple[Matcher, ...], ...] = ()

    def finds(self, alert: Alert) -> bool:
        """Return whether `alert` is looked for."""
        return (
            (self.firing is None or alert.firing is self.firing)
            and (not self.source or alert.source == self.source)
            and all(one.meets(alert.labels) for one in self.matchers)
            and (not self.any_of or any(meet(one, alert.labels) for one in self.any_of))
            and (not self.words or self._says(alert))
            and (self.since is None or alert.turned_at >= self.since)
            and (self.until is None or alert.turned_at <= self.until)
        )

    def _says(self, alert: Alert) -> bool:
        words = self.words.lower()
        return words in alert.title.lower() or any(words in str(value).lower() for value in alert.labels.values())


@dataclass(frozen=True, slots=True)
class Found:
    """Some alerts, and where to go on; None at the end. Fewer than asked for with a place to go on: so many were looked at."""

    alerts: list[Alert]
    next: Place | None
    looked_at: int


def find(query: Query, after: Place | None = None, limit: int = 50) -> Found:
    """Return up to `limit` alerts after a place."""
    found: list[Alert] = []
    looked, last = 0, after
    for chunk in _chunks(_places(query, after)):
        for alert in _alerts(chunk, limit + 1):
            if query.finds(alert):
                if len(found) == limit:
                    return Found(found, last, looked)
                found.append(alert)
                last = alert.raw, alert.pk
        looked, last = looked + len(chunk), (chunk[-1][0], bulk.uuid(chunk[-1][1]))
        if looked >= LOOKED_AT_MAX:
            return Found(found, last, looked)
    return Found(found, None, looked)


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts with one value of a label, empty where they have none: how many, and the latest of them."""

    value: str
    count: int
    latest: list[Alert]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Groups, the largest first, of all that there is; or, where `looked_at` is not 0, of the latest so many."""

    groups: list[Group]
    looked_at: int


def group(query: Query, by: str, shown: int) -> Grouped:
    """Return what is found by the values of the label `by`, with the latest `shown` of each."""
    counts, latest = Counter[str](), dict[str, list[Alert]]()
    looked = 0
    for chunk in _chunks(_places(query, None)):
        for alert in _alerts(chunk, len(chunk)):
            if query.finds(alert):
                value = str(alert.labels.get(by, ""))
                counts[value] += 1
                if counts[value] <= shown:
                    latest.setdefault(value, []).append(alert)
        looked += len(chunk)
        if looked >= LOOKED_AT_MAX:
            break
    groups = [Group(value, number, latest[value]) for value, number in counts.most_common()]
    return Grouped(groups, looked if looked >= LOOKED_AT_MAX else 0)


def count(organisation_id: UUID, *, firing: bool | None, most: int) -> int:
    """Return how many alerts fire or do not, or both with None, counted in the index and no further than `most`."""
    flags = _flags(firing)
    ((number,),) = bulk.rows(_COUNTED_ALL, [_key(organisation_id), flags[0], flags[-1], most])
    return int(number)


# ------------------------------------------------------------------ where to look


def _chunks(places: Iterator[_Seen]) -> Iterator[list[_Seen]]:
    for size in chain(_CHUNKS, repeat(_CHUNKS[-1])):
        chunk = list(islice(places, size))
        if not chunk:
            return
        yield chunk


def _equal(query: Query) -> list[int]:
    """Return the labels that must be equal, as they are filed."""
    return sorted({filing.hashed(one.name, one.value) for one in query.matchers if one.sign == "=" and one.value})


def _flags(firing: bool | None) -> list[bool]:
    return [True, False] if firing is None else [firing]


def _alerts(chunk: list[_Seen], at_once: int) -> Iterator[Alert]:
    """Yield the alerts at those places that can be looked for, if they are still there; no more are read at once than a page shows."""
    places = [place for place in chunk if place[2]]
    for at in range(0, len(places), at_once):
        some = places[at : at + at_once]
        which = [("uuid", bulk.uuid(key)) for _, key, _ in some]
        still = {(alert.raw, _key(alert.pk)): alert for alert in tables.select(Alert, f"WHERE id IN {bulk.among(some)}", which)}
        yield from (still[raw, key] for raw, key, _ in some if (raw, key) in still)


def _places(query: Query, after: Place | None) -> Iterator[_Seen]:
    """Yield where what is looked for can stand, the latest first: by the rarest of the labels that must be equal, if there is one."""
    before = after or _beginning(query)
    if query.any_of:
        each = (_places(replace(query, matchers=(*query.matchers, *one), any_of=()), after) for one in query.any_of)
        yield from (place for place, _again in groupby(merge(*each, reverse=True)))
        return
    if query.about:
        yield from _led(query, before)
        return
    floor = position(query.since - _SLACK, among=REJECTED_KEPT + 1) if query.since else 0
    labels = _equal(query)
    upto = filing.upto(query.organisation) if labels else floor
    whose = _key(query.organisation)
    yield from merge(
        *(_below(_WALKED, [whose, firing, max(floor, upto)], before) for firing in _flags(query.firing)),
        reverse=True,
    )
    if labels:
        rarest = _rarest(query, labels)
        others = [label for label in labels if label != rarest]
        sql = _FILED.format(borne=" AND ".join([_BORNE] * len(others)) or "1")
        until = min(before, (upto, _LAST))
        yield from merge(
            *(_below(sql, [*others, whose, rarest, firing, floor], until) for firing in _flags(query.firing)),
            reverse=True,
        )


def _led(query: Query, before: Place) -> Iterator[_Seen]:
    """Yield the places of what routes led to one incident: as many as it knows of, found by the matches."""
    told = Match.objects.filter(organisation_id=query.organisation, about=query.about).values_list("alert_id", flat=True)
    rows = Alert.objects.filter(organisation_id=query.organisation, pk__in=told, firing__in=_flags(query.firing))
    places = rows.filter(raw__lte=before[0]).order_by("-raw", "-id").values_list("raw", "pk")
    yield from ((raw, _key(pk), True) for raw, pk in places.iterator() if (raw, pk) < before)


def _beginning(query: Query) -> Place:
    return (position(query.until + _SLACK), _LAST) if query.until else (1 << 62, _LAST)


def _below(sql: str, values: list[Any], before: Place) -> Iterator[_Seen]:
    """Yield the places that a statement finds from `before` down."""
    raw, key = before[0], _key(before[1])
    for size in chain(_CHUNKS, repeat(_CHUNKS[-1])):
        chunk = bulk.rows(sql, [*values, raw, key, size])
        yield from chunk
        if len(chunk) < size:
            return
        raw, key, _ = chunk[-1]


def _rarest(query: Query, labels: list[int]) -> int:
    """Return the label that the fewest alerts bear, as far as they are counted."""
    if len(labels) == 1:
        return labels[0]
    flags = _flags(query.firing)
    asked = [value for label in labels for value in (_key(query.organisation), label, flags[0], flags[-1])]
    (counts,) = bulk.rows(f"SELECT {', '.join([_COUNTED.format(most=COMMON)] * len(labels))}", asked)
    return min(zip(counts, labels, strict=True))[1]


def _key(value: UUID) -> _Key:
    """Return an id as the driver takes it."""
    return value if connection.vendor == "postgresql" else value.hex


def position(at: datetime, among: int = 1) -> int:
    """
    Return the position in the log at which bodies arrived at an instant, found by halving.

    Where refused bodies were replayed, it may lie too far back if so many are looked at each time, and too far on if only one is.
    """
    ends = (
        RawBody.objects.order_by("id").values_list("id", flat=True).first(),
        RawBody.objects.order_by("-id").values_list("id", flat=True).first(),
    )
    low, high = (ends[0] or 1) - 1, (ends[1] or 0) + 1
    while high - low > 1:
        middle = (low + high) // 2
        rows = list(RawBody.objects.filter(id__gte=middle).order_by("id").values_list("id", "received_at")[:among])
        if not rows or any(received_at > at for _, received_at in rows):
            high = middle
        else:
            low = rows[0][0]
    return low
