"""Samples of signals, handed in by programs: what the watches of a plan look at."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from tocsin.accounts import access
from tocsin.api import problems
from tocsin.api.commands import Given
from tocsin.api.door import Caller, Request, needs
from tocsin.api.wire import Instant, Name
from tocsin.incidents import plans, signals
from tocsin.kit import clock

router = Router(tags=["signals"])
SAMPLES_MAX = 1000
AHEAD_MAX = timedelta(minutes=5)
"""How far the clock of a source may be ahead of ours."""

Number = Annotated[Decimal, Field(max_digits=20, decimal_places=6)]


class Sample(Given):
    """One reading. `at` defaults to now; `over_s` is the stretch before `at` that a count was counted over."""

    signal: Name
    value: Number
    at: Instant | None = None
    over_s: Annotated[int, Field(ge=0, le=86_400)] = 0


class Samples(Given):
    """Readings of any signals, in any order. The later word on one signal and instant counts, so a repeat is harmless."""

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
    known = _signals(caller)
    faults = [_unknown(f"/samples/{index}", known) for index, one in enumerate(body.samples) if one.signal not in known]
    faults += [
        {"place": f"/samples/{index}/at", "problem": "this instant has not come yet"}
        for index, one in enumerate(body.samples)
        if one.at and one.at > now + AHEAD_MAX
    ]
    if faults:
        raise problems.invalid(faults)
    given = [signals.Given(one.signal, one.at or now, one.value, timedelta(seconds=one.over_s)) for one in body.samples]
    return Status(201, {"taken": signals.record(caller.organisation.id, given, caller.person)})


@router.post("/baselines", response={201: Baseline}, summary="Set the mean of a signal")
@needs(access.ACT)
def baselines(request: HttpRequest, body: Baseline) -> Any:
    """201 once it holds."""
    caller = cast("Request", request).auth
    known = _signals(caller)
    if body.signal not in known:
        raise problems.invalid([_unknown("", known)])
    signals.set_baseline(caller.organisation.id, body.signal, body.mean, caller.person)
    return Status(201, body)


def _signals(caller: Caller) -> frozenset[str]:
    """Return the signals of every plan in force."""
    in_force = plans.in_force(caller.organisation.id).values()
    return frozenset(signal for plan in in_force for signal in plans.compiled(plan).signals)


def _unknown(place: str, known: frozenset[str]) -> problems.Fault:
    return {"place": f"{place}/signal", "problem": f"no plan in force has this signal; they have: {', '.join(sorted(known)) or 'none'}"}
