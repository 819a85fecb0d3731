"""Samples of signals, handed in by programs: what the watches of a plan look at."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from tocsin.accounts import access
from tocsin.api import problems
from tocsin.api.commands import Given
from tocsin.api.door import Caller, Request, needs
from tocsin.api.wire import Instant, Name, Text
from tocsin.incidents import plans
from tocsin.incidents import samples as kept
from tocsin.kit import clock

router = Router(tags=["signals"])
SAMPLES_MAX = 1000
LABELS_MAX = 8
LabelValue = Annotated[Text, Field(min_length=1, max_length=100)]
Number = Annotated[Decimal, Field(max_digits=20, decimal_places=6)]


class Sample(Given):
    """
    One reading. `at` defaults to now; `over_s` is the stretch before `at` that a count was counted over.

    `labels` say what it was measured on, such as a region, a line or a node: those that the plan names for this signal.
    """

    signal: Name
    value: Number
    at: Instant | None = None
    over_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    labels: Annotated[dict[Name, LabelValue], Field(max_length=LABELS_MAX)] = Field(default_factory=dict)


class Samples(Given):
    """Readings of any signals, in any order. The later word on one signal, instant and set of labels counts, so a repeat is harmless."""

    samples: Annotated[list[Sample], Field(min_length=1, max_length=SAMPLES_MAX)]


class Baseline(Given):
    """The daily mean that a signal is held against."""

    signal: Name
    mean: Number


class Taken(Schema):
    """How many samples were kept."""

    taken: int


@router.post("/samples", response={201: Taken}, summary="Hand in samples of signals")
@needs(access.ACT)
def samples(request: HttpRequest, body: Samples) -> Any:
    """201 once they are kept; running incidents look at them at once. 422 names every unknown signal and every instant in the future."""
    caller, now = cast("Request", request).auth, clock.now()
    faults = list(_faults(body, _signals(caller), _entered(caller), now))
    if faults:
        raise problems.invalid(faults)
    given = [
        kept.Given(one.signal, one.at or now, one.value, timedelta(seconds=one.over_s), tuple(sorted(one.labels.items())))
        for one in body.samples
    ]
    return Status(201, {"taken": kept.record(caller.organisation.id, given, caller.person)})


def _faults(body: Samples, known: Mapping[str, frozenset[str]], entered: frozenset[str], now: datetime) -> Iterator[problems.Fault]:
    for index, one in enumerate(body.samples):
        place = f"/samples/{index}"
        if one.signal not in known:
            yield _unknown(place, known)
        if one.signal in entered:
            yield {"place": f"{place}/signal", "problem": "this is counted from what is entered in incidents alone"}
        for label in sorted(one.labels.keys() - known.get(one.signal, one.labels.keys())):
            has = ", ".join(sorted(known[one.signal])) or "none"
            yield {"place": f"{place}/labels/{label}", "problem": f"no plan in force labels {one.signal} so; it has: {has}"}
        if one.at and one.at > now + kept.AHEAD_MAX:
            yield {"place": f"{place}/at", "problem": "this instant has not come yet"}


@router.post("/baselines", response={201: Baseline}, summary="Set the mean of a signal")
@needs(access.ACT)
def baselines(request: HttpRequest, body: Baseline) -> Any:
    """201 once it holds."""
    caller = cast("Request", request).auth
    known = _signals(caller)
    if body.signal not in known:
        raise problems.invalid([_unknown("", known)])
    kept.set_baseline(caller.organisation.id, body.signal, body.mean, caller.person)
    return Status(201, body)


def _signals(caller: Caller) -> Mapping[str, frozenset[str]]:
    """Return the signals of every plan in force with their labels."""
    found: dict[str, frozenset[str]] = {}
    for plan in plans.in_force(caller.organisation.id).values():
        for name, signal in plans.compiled(plan).signals.items():
            found[name] = found.get(name, frozenset()) | frozenset(signal.labels)
    return found


def _entered(caller: Caller) -> frozenset[str]:
    """Return the signals that no plan in force lets anybody hand in: they come from records alone."""
    found = [signal for plan in plans.in_force(caller.organisation.id).values() for signal in plans.compiled(plan).signals.values()]
    return frozenset(signal.id for signal in found if not signal.fed) - {signal.id for signal in found if signal.fed}


def _unknown(place: str, known: Iterable[str]) -> problems.Fault:
    return {"place": f"{place}/signal", "problem": f"no plan in force has this signal; they have: {', '.join(sorted(known)) or 'none'}"}
