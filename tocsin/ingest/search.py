"""Alerts found by state, source, labels, words and time, the latest turn first: a page costs the same whether a thousand are open or a million."""

from collections import Counter, namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain, groupby, repeat
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from tocsin.ingest import filing
from tocsin.ingest.log import REJECTED_KEPT
from tocsin.ingest.matchers import Matcher, meet
from tocsin.ingest.models import Alert, RawBody
from tocsin.kit import bulk, tables

LOOKED_AT_MAX: Final = 5_000
"""Alerts that one page looks at; where they do not suffice, the page says how far back it has looked, and the next goes on from there."""
_CHUNKS: Final = (64, 128, 256, 512, 1_000)
"""How many are taken at once: few at first, since most pages are full soon."""
_AMONG: Final = 4
"""How many times as many with a label are gone through at once for those that bear others, too."""
_SLACK: Final = timedelta(minutes=5)
"""The log is in the order of arrival but for this, since several processes append to it, and for refused bodies that were replayed."""

Place = tuple[int, UUID]
"""Where an alert stands in the list: its latest turn's position in the log, and its id."""
_FIRST, _LAST = UUID(int=0), UUID(int=(1 << 128) - 1)
Row = Any
"""An alert with the attributes of `Alert` as the driver gives them: what a program is answered goes out as it is stored."""
_Row: Any = namedtuple("_Row", tables.names(Alert))  # type: ignore[misc]
_Gap: Any = namedtuple("_Gap", ["raw", "id", "looked_at"])
"""Down to this place there is nothing more, although so many others were looked at."""
_PLACE: Final = attrgetter("raw", "id")
_Values = Sequence[tuple[str, Any]]
_Reading = Callable[[_Values, int], tuple[list[Any], int]]
"""Reads up to so many from a place down, and down to which position it has looked, 0 for all. The values say whose, whether firing, and the place."""

_ALERTS: Final = """SELECT {columns} FROM ingest_alert
    WHERE organisation_id = {{}} AND firing = {{}} AND (raw, id) < ({{}}, {{}}) AND {which} ORDER BY raw DESC, id DESC LIMIT {{}}"""
_LATER: Final = "raw > {}"
_LED: Final = "id IN (SELECT alert_id FROM ingest_match WHERE organisation_id = {} AND about = {})"
_DEPTH: Final = """(SELECT raw FROM ingest_posting
    WHERE organisation_id = {} AND firing = {} AND (raw, alert_id) < ({}, {}) AND label = {}
    ORDER BY raw DESC, alert_id DESC LIMIT 1 OFFSET {})"""
# SQLite takes a cross join in the order in which it is written. An alert that has turned since it was filed stands at another place.
_FILED: Final = """SELECT {columns} FROM (SELECT raw AS at_raw, alert_id AS at_id FROM ingest_posting AS filed
        WHERE organisation_id = {{}} AND firing = {{}} AND (raw, alert_id) < ({{}}, {{}}) AND label = {{}} AND raw >= {{}} {borne}) AS filed
    CROSS JOIN ingest_alert WHERE id = at_id AND raw = at_raw ORDER BY at_raw DESC, at_id DESC LIMIT {{}}"""
_BORNE: Final = """AND EXISTS (SELECT 1 FROM ingest_posting AS other WHERE other.organisation_id = filed.organisation_id AND other.label = {}
    AND other.firing = filed.firing AND other.raw = filed.raw AND other.alert_id = filed.alert_id)"""
_COUNTED: Final = """SELECT count(*) FROM (SELECT 1 FROM ingest_alert
    WHERE organisation_id = {} AND firing IN ({}, {}) LIMIT {}) AS counted"""


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

    def finds(self, alert: Alert | Row) -> bool:
        """Return whether `alert` is looked for."""
        labels = bulk.mapping(alert.labels) if self.matchers or self.any_of or self.words else {}
        return (
            (self.firing is None or bool(alert.firing) is self.firing)
            and (not self.source or alert.source == self.source)
            and all(one.meets(labels) for one in self.matchers)
            and (not self.any_of or any(meet(one, labels) for one in self.any_of))
            and (not self.words or self._says(alert.title, labels))
            and (self.since is None or bulk.instant(alert.turned_at) >= self.since)
            and (self.until is None or bulk.instant(alert.turned_at) <= self.until)
        )

    def _says(self, title: str, labels: Mapping[str, str]) -> bool:
        words = self.words.lower()
        return words in title.lower() or any(words in value.lower() for value in labels.values())


@dataclass(frozen=True, slots=True)
class Found:
    """Some alerts, and where to go on; None at the end. Fewer than asked for with a place to go on: so many were looked at."""

    rows: list[Row]
    next: Place | None
    looked_at: int

    @property
    def alerts(self) -> list[Alert]:
        """The alerts, made of their rows each time."""
        return tables.made(Alert, self.rows)


def find(query: Query, after: Place | None = None, limit: int = 50) -> Found:
    """Return up to `limit` alerts after a place."""
    found: list[Row] = []
    looked = 0
    for seen in _seen(query, after):
        if not isinstance(seen, _Gap) and query.finds(seen):
            if len(found) == limit:
                return Found(found, _place(found[-1]), looked)
            found.append(seen)
        looked += _looked_at(seen)
        if looked >= LOOKED_AT_MAX:
            return Found(found, _place(seen), looked)
    return Found(found, None, looked)


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts with one value of a label, empty where they have none: how many, and the latest of them."""

    value: str
    count: int
    latest: list[Row]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Groups, the largest first, of all that there is; or, where `looked_at` is not 0, of the latest so many."""

    groups: list[Group]
    looked_at: int


def group(query: Query, by: str, shown: int) -> Grouped:
    """Return what is found by the values of the label `by`, with the latest `shown` of each."""
    counts, latest = Counter[str](), dict[str, list[Row]]()
    looked = 0
    for seen in _seen(query, None):
        if not isinstance(seen, _Gap) and query.finds(seen):
            value = bulk.mapping(seen.labels).get(by, "")
            counts[value] += 1
            if counts[value] <= shown:
                latest.setdefault(value, []).append(seen)
        looked += _looked_at(seen)
        if looked >= LOOKED_AT_MAX:
            break
    groups = [Group(value, number, latest[value]) for value, number in counts.most_common()]
    return Grouped(groups, looked if looked >= LOOKED_AT_MAX else 0)


def count(organisation_id: UUID, *, firing: bool | None, most: int) -> int:
    """Return how many alerts fire or do not, or both with None, counted in the index and no further than `most`."""
    flags = _flags(firing)
    which = [("uuid", organisation_id), ("boolean", flags[0]), ("boolean", flags[-1]), ("bigint", most)]
    ((number,),) = bulk.asked(_COUNTED, which)
    return int(number)


# ------------------------------------------------------------------ where to look


def _looked_at(seen: Any) -> int:
    return seen.looked_at if isinstance(seen, _Gap) else 1


def _place(seen: Any) -> Place:
    return seen.raw, bulk.uuid(seen.id)


def _flags(firing: bool | None) -> list[bool]:
    return [True, False] if firing is None else [firing]


def _seen(query: Query, after: Place | None) -> Iterator[Any]:
    """Yield the alerts that can be what is looked for, the latest first, and gaps between them."""
    before = after or _beginning(query)
    if query.any_of:
        each = (_seen(replace(query, matchers=(*query.matchers, *one), any_of=()), after) for one in query.any_of)
        return (next(same) for _, same in groupby(merge(*each, key=_PLACE, reverse=True), _PLACE))
    ways = [_way(query, firing, before) for firing in _flags(query.firing)]
    return merge(*ways, key=_PLACE, reverse=True) if len(ways) > 1 else ways[0]


def _way(query: Query, firing: bool, before: Place) -> Iterator[Any]:
    """
    Yield what fires of it, or what does not: what routes led to one incident, by their matches; what bears all labels that must be equal,
    by the index of labels, after what is not filed there yet; else all there is.
    """
    whose: _Values = [("uuid", query.organisation), ("boolean", firing)]
    if query.about:
        yield from _below(_alerts(_LED, [("uuid", query.organisation), ("text", query.about)]), whose, before)
        return
    floor = position(query.since - _SLACK, among=REJECTED_KEPT + 1) if query.since else 0
    labels = sorted({filing.hashed(one.name, one.value) for one in query.matchers if one.sign == "=" and one.value})
    upto, waiting = filing.standing(query.organisation) if labels else (floor, True)
    if waiting:
        yield from _below(_alerts(_LATER, [("bigint", max(floor, upto))]), whose, before)
    if labels:
        yield from _below(_filed(labels, floor), whose, min(before, (upto, _LAST)))


def _below(read: _Reading, whose: _Values, before: Place) -> Iterator[Any]:
    """Yield what is read from `before` down."""
    raw, key = before[0], bulk.as_stored(before[1])
    for size in chain(_CHUNKS, repeat(_CHUNKS[-1])):
        rows, down_to = read([*whose, ("bigint", raw), ("text", key)], size)
        yield from rows
        if len(rows) == size:
            raw, key = _PLACE(rows[-1])
        elif down_to:
            raw, key = down_to, bulk.as_stored(_FIRST)
            yield _Gap(raw, key, _AMONG * size - len(rows))
        else:
            return


def _alerts(which: str, values: _Values) -> _Reading:
    """Return what reads alerts of which something is true."""
    sql = _ALERTS.format(columns=tables.columns(Alert), which=which)
    return lambda here, size: (_rows(sql, [*here, *values, ("bigint", size)]), 0)


def _filed(labels: list[int], floor: int) -> _Reading:
    """Return what reads alerts that bear labels, along the one that is rarest there: so many with it reach the furthest back."""
    depths = f"SELECT {', '.join([_DEPTH] * len(labels))}"
    sql = _FILED.format(columns=tables.columns(Alert), borne=_BORNE * (len(labels) - 1))

    def read(here: _Values, size: int) -> tuple[list[Any], int]:
        asked = [[*here, ("bigint", label), ("bigint", _AMONG * size)] for label in labels]
        (reached,) = bulk.asked(depths, list(chain.from_iterable(asked)))
        depth, rarest = min(zip((depth or 0 for depth in reached), labels, strict=True))
        others = [("bigint", label) for label in labels if label != rarest]
        values = [*here, ("bigint", rarest), ("bigint", max(depth, floor + 1)), *others, ("bigint", size)]
        return _rows(sql, values), depth if depth > floor else 0

    return read


def _rows(sql: str, values: _Values) -> list[Any]:
    return list(map(_Row._make, bulk.asked(sql, values)))


def _beginning(query: Query) -> Place:
    return (position(query.until + _SLACK), _LAST) if query.until else (1 << 62, _LAST)


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
