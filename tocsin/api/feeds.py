"""Samples in the forms in which others have them: Prometheus remote-write, OpenMetrics or Prometheus text, and sheets of CSV."""

from typing import Any, cast

from django.http import HttpRequest
from ninja import Router, Schema, Status

from tocsin.accounts import access
from tocsin.api import problems
from tocsin.api.door import Request, needs
from tocsin.api.room import in_turn
from tocsin.api.samples import Taken
from tocsin.incidents import measurable, samples, series, sheets
from tocsin.ingest.metrics import Fault, Point, TooLarge, Unreadable, exposition, remote_write
from tocsin.kit import clock

router = Router(tags=["signals"])
NAMED_MAX = 20


class Fed(Schema):
    """How many samples were kept, and the first names of series that no rule reads: they were passed over."""

    taken: int
    unmapped: list[str]


@router.post("/samples/remote-write", response={201: Fed}, summary="Prometheus remote-write 1.0")
@needs(access.ACT)
@in_turn(503)
def remote(request: HttpRequest) -> Any:
    """
    201 once what the rules read is kept; series that no rule reads are passed over. 400 names what cannot be taken, and the rest is kept.

    A sender repeats what was answered with 5xx, and drops what was answered with 400: the same again changes nothing.
    """
    if request.content_type == "application/x-protobuf" and "proto=io.prometheus.write.v2" in request.headers.get("Content-Type", ""):
        raise problems.Problem(
            415, "remote_write_2", "This is remote-write 2.0", "send remote-write 1.0: `protobuf_message: prometheus.WriteRequest`"
        )
    try:
        return _taken(request, list(remote_write.read(request.body)))
    except (Unreadable, TooLarge) as error:
        raise refused(error) from error


@router.post("/samples/openmetrics", response={201: Fed}, summary="Samples as OpenMetrics or Prometheus text")
@needs(access.ACT)
@in_turn(429)
def text(request: HttpRequest) -> Any:
    """201 once what the rules read is kept. 400 names every line that cannot be read, and nothing is kept."""
    try:
        return _taken(request, exposition.read(request.body.decode(), request.headers.get("Content-Type", "")))
    except UnicodeDecodeError as error:
        raise problems.Problem(400, "unreadable", "The text is not UTF-8") from error
    except (Unreadable, TooLarge) as error:
        raise refused(error) from error


@router.post("/samples/csv", response={201: Taken}, summary="Samples as a sheet of CSV")
@needs(access.ACT)
@in_turn(429)
def sheet(request: HttpRequest) -> Any:
    """201 once every line is kept. 400 names every line that cannot be taken, and nothing is kept."""
    caller = cast("Request", request).auth
    try:
        given = sheets.read(request.body, measurable.of(caller.organisation.id), clock.now())
    except (Unreadable, TooLarge) as error:
        raise refused(error) from error
    return Status(201, {"taken": samples.record(caller.organisation.id, given, caller.person)})


def refused(error: Unreadable | TooLarge) -> problems.Problem:
    """Return the answer to a body that cannot be read, or not as a whole."""
    if isinstance(error, TooLarge):
        return problems.Problem(413, "too_large", "The body is too large", "send less at once")
    return problems.Problem(400, "unreadable", "The input cannot be read", "see `errors` for each place", map(_place, error.faults))


def _place(fault: Fault) -> problems.Fault:
    return {"place": f"line {fault.line}" if fault.line else "", "problem": str(fault.problem)}


def _taken(request: HttpRequest, points: list[Point]) -> Any:
    caller = cast("Request", request).auth
    taken = series.take(caller.organisation.id, points, caller.person)
    if taken.problems:
        faults = [{"place": "", "problem": str(problem)} for problem in taken.problems[:NAMED_MAX]]
        raise problems.Problem(
            400, "not_all_taken", f"Not everything could be taken; {taken.kept} samples are kept", "see `errors`", faults
        )
    return Status(201, {"taken": taken.kept, "unmapped": taken.unmapped[:NAMED_MAX]})
