"""Samples of signals, handed in by programs: what the watches of a plan look at."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from tocsin.accounts import access
from tocsin.api import problems
from tocsin.api.commands import Given
from tocsin.api.door import Request, needs
from tocsin.api.room import in_turn
from tocsin.api.wire import Instant, Name, Text
from tocsin.incidents import measurable, readings
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


class Reading(Schema):
    """
    What a signal stands at over its own window: as a whole, or with `label` and `of` the part that was measured on that.

    `value` is null where nothing was heard, or it has been silent since `silent_since`: unknown, never zero.
    """

    plan: str
    signal: str
    label: str
    of: str
    value: Decimal | None
    mean: Decimal | None
    at: datetime | None
    silent_since: datetime | None


@router.get("/signals", response=list[Reading], summary="Read what signals stand at")
@needs(access.SEE)
def signals(request: HttpRequest) -> Any:
    """Every measured signal of the plans in force, as a whole and by each label value."""
    organisation, now = cast("Request", request).auth.organisation, clock.now()
    return [
        Reading(
            plan=program.id,
            signal=name,
            label=one.label,
            of=one.of,
            value=one.value,
            mean=one.mean,
            at=one.at,
            silent_since=one.silent_since,
        )
        for program in measurable.programs(organisation.id)
        for name, found in readings.every(organisation.id, program, now).items()
        for one in found
    ]


@router.post("/samples", response={201: Taken}, summary="Hand in samples of signals")
@needs(access.ACT)
@in_turn(429)
def samples(request: HttpRequest, body: Samples) -> Any:
    """201 once they are kept; running incidents look at them at once. 422 names every unknown signal and every instant in the future."""
    caller, now = cast("Request", request).auth, clock.now()
    given = [
        kept.Given(one.signal, one.at or now, one.value, timedelta(seconds=one.over_s), tuple(sorted(one.labels.items())))
        for one in body.samples
    ]
    known = measurable.of(caller.organisation.id)
    faults = [
        {"place": f"/samples/{index}/{part}", "problem": str(problem)}
        for index, one in enumerate(given)
        for part, problem in known.faults(one, now)
    ]
    if faults:
        raise problems.invalid(faults)
    return Status(201, {"taken": kept.record(caller.organisation.id, given, caller.person)})


@router.post("/baselines", response={201: Baseline}, summary="Set the mean of a signal")
@needs(access.ACT)
def baselines(request: HttpRequest, body: Baseline) -> Any:
    """201 once it holds."""
    caller = cast("Request", request).auth
    known = measurable.of(caller.organisation.id)
    if body.signal not in known.labels:
        raise problems.invalid([{"place": "/signal", "problem": str(known.unknown())}])
    kept.set_baseline(caller.organisation.id, body.signal, body.mean, caller.person)
    return Status(201, body)
