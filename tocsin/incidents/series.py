"""
Series of other systems become samples of signals, by the rules that an administrator keeps: the same again changes nothing.

A place (a signal and its labels) is fed by one series at a time: of two the numbers would be neither's. One that takes the place of
another, such as after a restart elsewhere, does so once that one has been quiet for a while.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import isfinite
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tocsin.incidents import measurable, samples
from tocsin.incidents.models import CounterReading, SeriesFeed, SeriesRule, Unmapped
from tocsin.incidents.models.series import INCREASE
from tocsin.incidents.samples import Given
from tocsin.ingest.metrics import Point
from tocsin.kit import clock
from tocsin.kit.texts import storable
from tocsin.kit.transactions import retry
from tocsin.plan.sentences import Sentence, say

QUIET: Final = timedelta(minutes=5)
"""After this another series may feed a place."""

COUNTERS_KEPT: Final = timedelta(days=2)
"""How late a value of a counter may come and still divide what it grew by; later ones are passed over."""

GROWN_OVER_MAX: Final = timedelta(days=1)
"""What a counter grew by over more than this says nothing of any hour."""

UNMAPPED_MAX: Final = 200
"""So many names are listed that no rule reads; an exporter has thousands."""

NAME_MAX: Final = 200
LABEL_MAX: Final = 100
STEP: Final = Decimal("0.000001")
Place = tuple[str, str]
"""A signal and its labels, as they are kept."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of points: how many samples were kept, the names that no rule reads, and what could not be taken."""

    kept: int
    unmapped: Sequence[str]
    problems: Sequence[Sentence]


@dataclass(slots=True)
class _Sorted:
    """Points by the place and the series that they feed, with the rule that says so."""

    fed: dict[Place, dict[str, list[Given]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    counters: set[Place] = field(default_factory=set)
    unmapped: dict[str, Mapping[str, str]] = field(default_factory=dict)
    problems: dict[str, Sentence] = field(default_factory=dict)


def take(organisation_id: UUID, points: Iterable[Point], by: str) -> Taken:
    """
    Keep what the rules read of `points`, all in one transaction: once this returns, it is on the disk.

    What cannot be taken keeps nothing else back. No number (a series that has ended) and an infinite one are passed over.
    """
    now = clock.now()
    found = _sorted(organisation_id, points, now)
    kept = retry(lambda: _keep(organisation_id, found, by, now))
    return Taken(kept, sorted(found.unmapped), list(found.problems.values()))


def _keep(organisation_id: UUID, found: _Sorted, by: str, now: datetime) -> int:
    with transaction.atomic():
        given = list(_fed(organisation_id, found, now))
        if given:
            samples.record(organisation_id, given, by)
        _note(organisation_id, found.unmapped, now)
    return len(given)


def _sorted(organisation_id: UUID, points: Iterable[Point], now: datetime) -> _Sorted:
    rules: dict[str, list[SeriesRule]] = defaultdict(list)
    for rule in SeriesRule.objects.filter(organisation_id=organisation_id).order_by("id"):
        rules[rule.name].append(rule)
    known, found = measurable.of(organisation_id), _Sorted()
    for point in points:
        reading = [rule for rule in rules.get(point.name, ()) if all(point.labels.get(k) == v for k, v in rule.matching.items())]
        if not reading and len(found.unmapped) < UNMAPPED_MAX:
            found.unmapped.setdefault(point.name, point.labels)
        for rule in reading if isfinite(point.value) else ():
            one = _given(rule, point, now)
            problem = _problem(one, known, now)
            if problem is None:
                place = (one.signal, samples.spelled(one.labels))
                found.fed[place][spelled(point)].append(one)
                found.counters |= {place} if rule.reading == INCREASE else set()
            else:
                found.problems.setdefault(f"{rule.id}{problem}", say("{series}: {problem}", series=spelled(point), problem=problem))
    return found


def _given(rule: SeriesRule, point: Point, now: datetime) -> Given:
    labels = tuple(sorted((label, point.labels[of]) for label, of in rule.labels.items() if point.labels.get(of)))
    # A counter is read at whole seconds, as what it grew over is counted: its stretches neither overlap nor leave anything out.
    at = (point.at or now).replace(microsecond=0) if rule.reading == INCREASE else point.at or now
    return Given(rule.signal, at, Decimal(repr(point.value)) * rule.factor, labels=labels)


def _problem(one: Given, known: measurable.Measurable, now: datetime) -> Sentence | None:
    if any(len(value) > LABEL_MAX or not storable(value) for _, value in one.labels):
        return say("a label is no longer than {most} characters", most=LABEL_MAX)
    return next((problem for _, problem in known.faults(one, now)), None)


def spelled(point: Point) -> str:
    """Return a series as its own system writes it."""
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(point.labels.items()))
    return f"{point.name}{{{labels}}}".replace("\x00", "")[:2000]


def _fed(organisation_id: UUID, found: _Sorted, now: datetime) -> Iterator[Given]:
    """Yield the samples of each place from the one series that feeds it."""
    if not found.fed:
        return
    held = {(feed.signal, feed.labels): feed for feed in SeriesFeed.objects.filter(organisation_id=organisation_id)}
    fresh = []
    for place, by_series in sorted(found.fed.items()):  # in one order: of two pushes at once neither waits for the other
        series = _feeding(held.get(place), by_series, now)
        for other in by_series.keys() - {series}:
            found.problems[f"{place}{other}"] = say(
                "{series} and {other} feed the same place: let a rule match only one of them, or tell them apart by a label",
                series=series,
                other=other,
            )
        if series in by_series:
            fresh.append(SeriesFeed(organisation_id=organisation_id, signal=place[0], labels=place[1], series=series, heard_at=now))
    SeriesFeed.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["organisation", "signal", "labels"], update_fields=["series", "heard_at"]
    )
    counters = _feeds_of(organisation_id, found.counters)
    successors = [feed.pk for place, feed in counters.items() if place in held and held[place].series != feed.series]
    CounterReading.objects.filter(feed__in=successors).delete()  # another counter stands elsewhere: between the two nothing grew
    for feed in fresh:
        place = (feed.signal, feed.labels)
        given = found.fed[place][feed.series]
        yield from _grown(counters[place], given) if place in counters else (_rounded(one) for one in given)


def _feeding(feed: SeriesFeed | None, offered: Collection[str], now: datetime) -> str:
    """Return the series that feeds a place: the one that did, unless it has been quiet."""
    if feed is not None and (feed.series in offered or now - feed.heard_at < QUIET):
        return feed.series
    return min(offered)


def _rounded(one: Given) -> Given:
    return Given(one.signal, one.at, one.value.quantize(STEP), one.over, one.labels)


def _feeds_of(organisation_id: UUID, places: Collection[Place]) -> Mapping[Place, SeriesFeed]:
    if not places:
        return {}
    feeds = SeriesFeed.objects.filter(organisation_id=organisation_id, signal__in={signal for signal, _ in places})
    return {(feed.signal, feed.labels): feed for feed in feeds if (feed.signal, feed.labels) in places}


def _grown(feed: SeriesFeed, given: Sequence[Given]) -> Iterator[Given]:
    """
    Yield what a counter has grown by up to each of its new values, and up to the one that follows them: what came late divides a stretch.

    A counter that stands lower than before has begun anew. What comes so late that its neighbours are forgotten divides nothing, and would
    count a second time what was counted by them: it is passed over.
    """
    newest = feed.readings.aggregate(at=Max("at"))["at"]
    given = [one for one in given if newest is None or one.at >= newest - COUNTERS_KEPT]
    if not given:
        return
    CounterReading.objects.bulk_create(
        {one.at: CounterReading(feed=feed, at=one.at, value=one.value.quantize(STEP)) for one in given}.values(),
        update_conflicts=True,
        unique_fields=["feed", "at"],
        update_fields=["value"],
    )
    readings = feed.readings.order_by("at").values_list("at", "value")
    first, last = min(one.at for one in given), max(one.at for one in given)
    before, after = readings.filter(at__lt=first).last(), readings.filter(at__gt=last).first()
    known = [before, *readings.filter(at__gte=first, at__lte=last), after]
    for (begin, low), (end, high) in pairwise(one for one in known if one is not None):
        if end - begin <= GROWN_OVER_MAX:
            yield Given(feed.signal, end, high - low if high >= low else high, end - begin, given[0].labels)
    feed.readings.filter(at__lt=last - COUNTERS_KEPT).delete()


def _note(organisation_id: UUID, unmapped: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    """Keep which names came that no rule reads: the latest of them."""
    rows = [
        Unmapped(organisation_id=organisation_id, name=name, labels=dict(labels), heard_at=now)
        for name, labels in unmapped.items()
        if len(name) <= NAME_MAX and storable(name) and all(storable(name + value) for name, value in labels.items())
    ]
    own = Unmapped.objects.filter(organisation_id=organisation_id)
    known = set(own.filter(heard_at__gt=now - QUIET).values_list("name", flat=True))
    fresh = [row for row in rows if row.name not in known]  # many come every few seconds: that one is heard is written down now and then
    if not fresh:
        return
    Unmapped.objects.bulk_create(fresh, update_conflicts=True, unique_fields=["organisation", "name"], update_fields=["labels", "heard_at"])
    own.exclude(pk__in=own.order_by("-heard_at", "name").values_list("pk", flat=True)[:UNMAPPED_MAX]).delete()
