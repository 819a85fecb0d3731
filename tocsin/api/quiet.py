"""What keeps alerts quiet, for programs: silences for a while, and maintenance windows that come again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar, cast

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from tocsin.accounts import access
from tocsin.api import cursors
from tocsin.api.commands import Given
from tocsin.api.door import Request, needs
from tocsin.api.incidents import Cursor, Limit
from tocsin.api.problems import Fault, invalid, not_found
from tocsin.api.wire import Instant, Name, Text
from tocsin.ingest import keeping, matchers, quiet
from tocsin.ingest.routing.models import MaintenanceWindow, Silence
from tocsin.kit import clock, ids

router = Router(tags=["alerts"])
COMING = 3
Standing = Literal["coming", "active", "ended"]
Match = Annotated[Text, Field(min_length=1, description='Labels, such as `region="east",job=~"ivr-.*"`, as `GET /alerts` takes them.')]
Comment = Annotated[Text, Field(min_length=1, max_length=keeping.COMMENT_CHARS_MAX)]
T = TypeVar("T", Silence, MaintenanceWindow)
R = TypeVar("R")
_EXPECTED = {
    "/zone": "a zone of the tz database was expected, such as Europe/Warsaw",
    "/begins": "a local time without an offset was expected, such as 2026-11-29T02:00",
    "/repeats": "a recurrence of RFC 5545, daily at the most, was expected, such as FREQ=WEEKLY;BYDAY=SU",
}


class Wanted(Given):
    """
    What matches `match` declares nothing from `starts_at` on, at once if that is left out, until `ends_at`, or for `lasts_s`.

    `GET /alerts?firing=true&match=…` says beforehand what it would hold back.
    """

    match: Match
    comment: Comment
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    lasts_s: Annotated[int, Field(ge=1, le=int(keeping.SILENCE_MAX.total_seconds()))] | None = None


class Silenced(Schema):
    """One silence. It is never deleted: one that was lifted ends then, and `lifted_by` says by whom."""

    id: str
    match: str
    comment: str
    starts_at: datetime
    ends_at: datetime
    state: Standing
    made_at: datetime
    made_by: str
    lifted_by: str


class Silences(Schema):
    """Some silences, the latest end first."""

    items: list[Silenced]
    next: str


class Planning(Given):
    """Work from `begins` on, a local time of `zone` such as 2026-11-29T02:00, for `lasts_s`; again as `repeats` says, by RFC 5545."""

    name: Annotated[Name, Field(min_length=1, max_length=keeping.NAME_CHARS_MAX)]
    match: Match
    zone: Name
    begins: Name
    lasts_s: Annotated[int, Field(ge=60, le=int(quiet.LASTS_MAX.total_seconds()))]
    repeats: Name = ""


class Opening(Schema):
    """Once that a window is open."""

    starts_at: datetime
    ends_at: datetime


class Window(Schema):
    """One maintenance window; `coming` is when it is open now or comes next."""

    id: str
    name: str
    match: str
    zone: str
    begins: str
    lasts_s: int
    repeats: str
    made_at: datetime
    made_by: str
    coming: list[Opening]


# ------------------------------------------------------------------ silences


@router.get("/silences", response=Silences, summary="List silences, the latest end first")
@needs(access.SEE)
def silences(request: HttpRequest, state: Annotated[Standing | None, Query()] = None, cursor: Cursor = "", limit: Limit = 50) -> Any:
    """`state` narrows it to those that are coming, active or ended."""
    now = clock.now()
    narrowed = {
        "coming": Q(starts_at__gt=now, ends_at__gt=now),
        "active": Q(starts_at__lte=now, ends_at__gt=now),
        "ended": Q(ends_at__lte=now),
    }
    page = cursors.page(_silences(request).filter(narrowed[state] if state else Q()), "ends_at", cursor, limit)
    return {"items": [silenced(row, now) for row in page.rows], "next": page.next}


@router.post("/silences", response={201: Silenced}, summary="Silence alerts for a while")
@needs(access.ACT)
def silence(request: HttpRequest, response: HttpResponse, body: Wanted) -> Any:
    """201 once it holds. What still fires when it ends reaches its routes then."""
    caller, wanted = cast("Request", request).auth, _matchers(body.match)
    starts_at = max(body.starts_at or clock.now(), clock.now())
    if (body.ends_at is None) == (body.lasts_s is None):
        raise invalid([{"place": "/ends_at", "problem": "either this or `lasts_s` was expected"}])
    ends_at = body.ends_at or starts_at + timedelta(seconds=body.lasts_s or 0)
    if not keeping.is_span(starts_at, ends_at):
        raise invalid(
            [{"place": "/ends_at", "problem": f"a time after its beginning and within {keeping.SILENCE_MAX.days} days was expected"}]
        )
    with transaction.atomic():
        made = keeping.silence(
            caller.organisation.id, matchers.write(wanted), starts_at, ends_at, comment=body.comment, person=caller.named.id
        )
    response.headers["Location"] = f"/api/v1/silences/{ids.typed('sil', made.id)}"
    return Status(201, silenced(made, clock.now()))


@router.get("/silences/{silence}", response=Silenced, summary="Read one silence")
@needs(access.SEE)
def one(request: HttpRequest, silence: str) -> Any:
    """404 for what is not there, or another organisation's."""
    return silenced(_found(_silences(request), "sil", silence), clock.now())


@router.delete("/silences/{silence}", response=Silenced, summary="Lift a silence: it ends now")
@needs(access.ACT)
def lifting(request: HttpRequest, silence: str) -> Any:
    """200 with the silence as it stands then; one that has ended stays as it is."""
    found = _found(_silences(request), "sil", silence)
    with transaction.atomic():
        keeping.lift(found, person=cast("Request", request).auth.named.id)
    return silenced(_found(_silences(request), "sil", silence), clock.now())


def silenced(row: Silence, now: datetime) -> Silenced:
    """Return a silence as the API says it."""
    return Silenced(
        id=ids.typed("sil", row.id),
        match=row.matchers,
        comment=row.comment,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=standing(row, now),
        made_at=row.created_at,
        made_by=ids.typed("per", row.person),
        lifted_by=ids.typed("per", row.lifted_by) if row.lifted_by else "",
    )


def standing(row: Silence, now: datetime) -> Standing:
    """Return how a silence stands at an instant."""
    return "ended" if row.ends_at <= now else "active" if row.starts_at <= now else "coming"


# ------------------------------------------------------------------ maintenance windows


@router.get("/windows", response=list[Window], summary="List maintenance windows by name")
@needs(access.SEE)
def windows(request: HttpRequest) -> Any:
    """Each with when it is open now or comes next; none for one that is over."""
    return [_window(row) for row in _windows(request).order_by("name", "pk")]


@router.post("/windows", response={201: Window}, summary="Plan a maintenance window")
@needs(access.PLANS)
def planning(request: HttpRequest, response: HttpResponse, body: Planning) -> Any:
    """201 once it counts. 422 names every part that cannot be read."""
    caller, wanted = cast("Request", request).auth, _matchers(body.match)
    faults = list[Fault]()
    zone, begins = _read(quiet.zone, body.zone, "/zone", faults), _read(quiet.first_time, body.begins, "/begins", faults)
    repeats = _read(lambda written: _recurrence(written, begins), body.repeats, "/repeats", faults)
    if zone is None or repeats is None or faults:
        raise invalid(faults)
    made = MaintenanceWindow(
        organisation=caller.organisation, name=body.name, matchers=matchers.write(wanted), zone=zone, begins=body.begins,
        lasts_s=body.lasts_s, repeats=repeats, person=caller.named.id,
    )  # fmt: skip
    if not quiet.planned(made).coming(clock.now(), 1):
        raise invalid([{"place": "/begins", "problem": "it is over: a time to come was expected"}])
    with transaction.atomic():
        keeping.plan(made, by=caller.named)
    response.headers["Location"] = f"/api/v1/windows/{ids.typed('mnt', made.id)}"
    return Status(201, _window(made))


@router.get("/windows/{window}", response=Window, summary="Read one maintenance window")
@needs(access.SEE)
def window(request: HttpRequest, window: str) -> Any:
    """404 for what is not there, was removed, or is another organisation's."""
    return _window(_found(_windows(request), "mnt", window))


@router.delete("/windows/{window}", response={204: None}, summary="Remove a maintenance window")
@needs(access.PLANS)
def removal(request: HttpRequest, window: str) -> Any:
    """204 once it counts no more: what it held back and still fires reaches its routes."""
    found = _found(_windows(request), "mnt", window)
    with transaction.atomic():
        keeping.remove(found, by=cast("Request", request).auth.named)
    return Status(204, None)


def _recurrence(written: str, begins: datetime | None) -> str:
    return quiet.recurrence(written, begins) if written and begins else ""


def _window(row: MaintenanceWindow) -> Window:
    coming = quiet.planned(row).coming(clock.now(), COMING)
    return Window(
        id=ids.typed("mnt", row.id),
        name=row.name,
        match=row.matchers,
        zone=row.zone,
        begins=row.begins,
        lasts_s=row.lasts_s,
        repeats=row.repeats,
        made_at=row.created_at,
        made_by=ids.typed("per", row.person),
        coming=[Opening(starts_at=begin, ends_at=end) for begin, end in coming],
    )


# ------------------------------------------------------------------ what both have


def _silences(request: HttpRequest) -> QuerySet[Silence]:
    return Silence.objects.filter(organisation=cast("Request", request).auth.organisation)


def _windows(request: HttpRequest) -> QuerySet[MaintenanceWindow]:
    return MaintenanceWindow.objects.filter(organisation=cast("Request", request).auth.organisation, removed_at=None)


def _found(rows: QuerySet[T], kind: str, typed: str) -> T:
    try:
        found = rows.filter(pk=ids.untyped(kind, typed)).first()
    except ValueError:
        found = None
    if found is None:
        raise not_found()
    return found


def _read(reader: Callable[[str], R], written: str, place: str, faults: list[Fault]) -> R | None:
    """Return what is written as `reader` reads it; what cannot be read is one more fault."""
    try:
        return reader(written)
    except quiet.Unreadable:
        faults.append({"place": place, "problem": _EXPECTED[place]})
        return None


def _matchers(written: str) -> tuple[matchers.Matcher, ...]:
    """Return what a body wants kept quiet; nothing at all would be everything."""
    try:
        found = matchers.parse(written)
    except matchers.Unreadable as problem:
        raise invalid([{"place": "/match", "problem": f"this is no matcher: {problem}"}]) from problem
    if not found:
        raise invalid([{"place": "/match", "problem": "a label was expected: without one everything would be quiet"}])
    return found
