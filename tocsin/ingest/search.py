"""Alerts found by state, source, labels, words and time, the latest turn first: a page costs the same whether a thousand are open or a million."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain, islice, repeat
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from tocsin.ingest import filing
from tocsin.ingest.log import REJECTED_KEPT
from tocsin.ingest.matchers import Matcher
from tocsin.ingest.models import Alert, Match, Posting, RawBody

LOOKED_AT_MAX: Final = 5_000
"""Alerts that one page looks at; where they do not suffice, the page says how far back it has looked, and the next goes on from there."""
GROUPED_MAX: Final = 2_000
"""Alerts that are looked at for groups, which are counted anew at each look."""
COMMON: Final = 2_000
"""How far labels are counted to find the rarest."""
_CHUNKS: Final = (64, 256, 1_000)
"""How many are taken at once: few at first, since most pages are full soon."""
_SLACK: Final = timedelta(minutes=5)
"""The log is in the order of arrival but for this, since several processes append to it, and for refused bodies that were replayed."""

Place = tuple[int, UUID]
"""Where an alert stands in the list: its latest turn's position in the log, and its id."""
_LAST: Final = UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class Query:
    """
    What is looked for. `firing` None means both; `since` and `until` are about the latest turn; `about` is what routes led it to, as
    their matches say.
    """

    organisation: UUID
    firing: bool | None = True
    source: str = ""
    matchers: tuple[Matcher, ...] = ()
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    about: str = ""

    def finds(self, alert: Alert) -> bool:
        """Return whether `alert` is looked for."""
        return (
            (self.firing is None or alert.firing is self.firing)
            and (not self.source or alert.source == self.source)
            and all(one.meets(alert.labels) for one in self.matchers)
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


def find(query: Query, after: Place | None = None, limit: int = 50, also: Callable[[Alert], bool] | None = None) -> Found:
    """Return up to `limit` alerts after a place. What `also` says no to is not found."""
    found: list[Alert] = []
    looked, last = 0, after
    for chunk in _chunks(_places(query, after)):
        for alert in _alerts(_narrowed(query, chunk)):
            if query.finds(alert) and (also is None or also(alert)):
                if len(found) == limit:
                    return Found(found, last, looked)
                found.append(alert)
                last = alert.raw, alert.pk
        looked, last = looked + len(chunk), chunk[-1]
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


def group(query: Query, by: str, shown: int, also: Callable[[Alert], bool] | None = None) -> Grouped:
    """Return what is found by the values of the label `by`, with the latest `shown` of each."""
    counts, latest = Counter[str](), dict[str, list[Alert]]()
    looked = 0
    for chunk in _chunks(_places(query, None)):
        for alert in _alerts(_narrowed(query, chunk)):
            if query.finds(alert) and (also is None or also(alert)):
                value = str(alert.labels.get(by, ""))
                counts[value] += 1
                if counts[value] <= shown:
                    latest.setdefault(value, []).append(alert)
        looked += len(chunk)
        if looked >= GROUPED_MAX:
            break
    groups = [Group(value, number, latest[value]) for value, number in counts.most_common()]
    return Grouped(groups, looked if looked >= GROUPED_MAX else 0)


def count(organisation_id: UUID, *, firing: bool | None, most: int) -> int:
    """Return how many alerts fire or do not, or both with None, counted in the index and no further than `most`."""
    rows = Alert.objects.filter(organisation_id=organisation_id, firing__in=_flags(firing))
    return rows.order_by()[:most].count()


# ------------------------------------------------------------------ where to look


def _chunks(places: Iterator[Place]) -> Iterator[list[Place]]:
    for size in chain(_CHUNKS, repeat(_CHUNKS[-1])):
        chunk = list(islice(places, size))
        if not chunk:
            return
        yield chunk


def _narrowed(query: Query, chunk: list[Place]) -> list[Place]:
    """Leave out those that are not filed under all the labels that must be equal; an alert that is not filed yet stays."""
    labels = _equal(query)
    if len(labels) < 2:
        return chunk
    upto = filing.upto(query.organisation)
    rows = Posting.objects.filter(organisation_id=query.organisation, label__in=labels, firing__in=_flags(query.firing))
    filed = rows.filter(raw__lte=chunk[0][0], raw__gte=chunk[-1][0], alert__in=[pk for _, pk in chunk])
    borne = Counter(filed.values_list("raw", "alert_id"))
    return [place for place in chunk if place[0] > upto or borne[place] >= len(labels)]


def _equal(query: Query) -> list[int]:
    """Return the labels that must be equal, as they are filed."""
    return sorted({filing.hashed(one.name, one.value) for one in query.matchers if one.sign == "=" and one.value})


def _flags(firing: bool | None) -> list[bool]:
    return [True, False] if firing is None else [firing]


def _alerts(chunk: list[Place]) -> list[Alert]:
    """Return the alerts at these places that are still there, in their order."""
    rows = Alert.objects.filter(pk__in=[pk for _, pk in chunk])
    still = {(alert.raw, alert.pk): alert for alert in rows}
    return [still[place] for place in chunk if place in still]


def _places(query: Query, after: Place | None) -> Iterator[Place]:
    """Yield where what is looked for can stand, the latest first: by the rarest of the labels that must be equal, if there is one."""
    before = after or _beginning(query)
    if query.about:
        yield from _led(query, before)
        return
    floor = position(query.since - _SLACK, among=REJECTED_KEPT + 1) if query.since else 0
    labels = _equal(query)
    upto = filing.upto(query.organisation) if labels else floor
    walked = [_below(_walked(query, firing).filter(raw__gt=max(floor, upto)), "id", before) for firing in _flags(query.firing)]
    yield from merge(*walked, reverse=True)
    if labels:
        rows = Posting.objects.filter(organisation_id=query.organisation, label=_rarest(query, labels), raw__gt=floor)
        filed = [_below(rows.filter(firing__in=[firing]), "alert_id", min(before, (upto, _LAST))) for firing in _flags(query.firing)]
        yield from merge(*filed, reverse=True)


def _led(query: Query, before: Place) -> Iterator[Place]:
    """Yield the places of what routes led to one incident: as many as it knows of, found by the matches."""
    told = Match.objects.filter(organisation_id=query.organisation, about=query.about).values_list("alert_id", flat=True)
    rows = Alert.objects.filter(organisation_id=query.organisation, pk__in=told, firing__in=_flags(query.firing))
    places = rows.filter(raw__lte=before[0]).order_by("-raw", "-id").values_list("raw", "pk")
    yield from (place for place in places.iterator() if place < before)


def _beginning(query: Query) -> Place:
    return (position(query.until + _SLACK), _LAST) if query.until else (1 << 62, _LAST)


def _walked(query: Query, firing: bool) -> QuerySet[Alert]:
    # An `IN` of one: for a bare yes-or-no column SQLite does not see that the index is in the right order.
    return Alert.objects.filter(organisation_id=query.organisation, firing__in=[firing])


def _below(rows: QuerySet[Any], key: str, before: Place) -> Iterator[Place]:
    """Yield the places of `rows` from `before` down; `key` is the field that holds the alert's id."""
    for size in chain(_CHUNKS, repeat(_CHUNKS[-1])):
        below = rows.filter(raw__lte=before[0]).exclude(**{"raw": before[0], f"{key}__gte": before[1]})
        chunk = list(below.order_by("-raw", f"-{key}").values_list("raw", key)[:size])
        yield from chunk
        if len(chunk) < size:
            return
        before = chunk[-1]


def _rarest(query: Query, labels: list[int]) -> int:
    """Return the label that the fewest alerts bear, as far as they are counted."""
    if len(labels) == 1:
        return labels[0]
    rows = Posting.objects.filter(organisation_id=query.organisation, firing__in=_flags(query.firing))
    return min(labels, key=lambda label: rows.filter(label=label).order_by()[:COMMON].count())


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
