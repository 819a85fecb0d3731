"""What keeps alerts quiet: silences for a while, and maintenance windows that come again; each shown with what it holds back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.accounts import access
from tocsin.accounts.models import Person
from tocsin.engine.terms import Refused
from tocsin.ingest import keeping, matchers, quiet, search
from tocsin.ingest.matchers import Matcher
from tocsin.ingest.models import Alert
from tocsin.ingest.routing.models import MaintenanceWindow, Silence
from tocsin.kit import clock
from tocsin.web import reply, times, typed_ids
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

T = TypeVar("T", Silence, MaintenanceWindow)
PREVIEWED: Final = 50
LOOKED_BACK: Final = timedelta(days=7)
SPANS: Final = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1), "7d": timedelta(days=7)}
LISTED: Final = 50
COMING: Final = 3
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Kept:
    """
    A silence with who made it, and how many alerts that fire it holds back, counted no further than `PREVIEWED`; among the latest so
    many, where more fire than are looked at.
    """

    row: Silence
    by: str
    lifted_by: str
    holds: int
    among: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A maintenance window with when it is open now or comes next."""

    row: MaintenanceWindow
    by: str
    coming: list[tuple[datetime, datetime]]
    again: str
    """Its recurrence in words; empty where it has none of these."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What matchers would keep quiet now, and what they would have kept quiet in the last days."""

    now: list[Alert]
    lately: list[Alert]
    more_now: bool
    more_lately: bool
    among: int


@require_http_methods(["GET", "POST"])
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show the silences; look at what a new one would hold back, or make it."""
    if request.method == "GET":
        return _silences(request, {"lasts": "1h"} | {name: request.GET.get(name, "") for name in ("match", "comment")})
    if access.ACT not in request.acts:
        return reply.page(request, "forbidden.html", {"act": access.ACT}, status=403)
    wanted = _matchers(request)
    if isinstance(wanted, Refused) or "preview" in request.POST:
        refused = wanted if isinstance(wanted, Refused) else None
        return _silences(request, request.POST.dict(), refused, None if isinstance(wanted, Refused) else _preview(request, wanted))
    span, comment = _span(request), request.POST.get("comment", "").strip()[: keeping.COMMENT_CHARS_MAX]
    if isinstance(span, Refused) or not comment:
        refused = (
            span if isinstance(span, Refused) else Refused("E202", _("A silence says why."), _("Write what is being done, and where."))
        )
        return _silences(request, request.POST.dict(), refused)
    with transaction.atomic():
        keeping.silence(request.organisation.id, matchers.write(wanted), *span, comment=comment, person=request.person.id)
    return reply.see(reverse("silences", kwargs={"slug": request.organisation.slug}))


@require_POST
@needs("incident.act")
def lifting(request: Request, silence_id: str) -> HttpResponse:
    """End a silence now."""
    with transaction.atomic():
        keeping.lift(_found(request, Silence, "sil", silence_id), person=request.person.id)
    return reply.see(reverse("silences", kwargs={"slug": request.organisation.slug}))


@require_http_methods(["GET", "POST"])
@needs("incident.see")
def windows(request: Request) -> HttpResponse:
    """Show the maintenance windows; look at what a new one would hold back, or plan it."""
    if request.method == "GET":
        return _windows(request, {"zone": request.organisation.timezone, "lasts": "60"})
    if access.PLANS not in request.acts:
        return reply.page(request, "forbidden.html", {"act": access.PLANS}, status=403)
    wanted = _matchers(request)
    if isinstance(wanted, Refused):
        return _windows(request, request.POST.dict(), wanted)
    if "preview" in request.POST:
        return _windows(request, request.POST.dict(), None, _preview(request, wanted))
    made = _planned(request, wanted)
    if isinstance(made, Refused):
        return _windows(request, request.POST.dict(), made)
    with transaction.atomic():
        if not keeping.stands(made):
            keeping.plan(made, by=request.person)
    return reply.see(reverse("windows", kwargs={"slug": request.organisation.slug}))


@require_POST
@needs("plan.edit")
def removal(request: Request, window_id: str) -> HttpResponse:
    """Remove a maintenance window."""
    found = _found(request, MaintenanceWindow, "mnt", window_id)
    with transaction.atomic():
        keeping.remove(found, by=request.person)
    return reply.see(reverse("windows", kwargs={"slug": request.organisation.slug}))


# ------------------------------------------------------------------ what was typed


def _matchers(request: Request) -> tuple[Matcher, ...] | Refused:
    try:
        wanted = matchers.parse(request.POST.get("match", ""))
    except matchers.Unreadable as problem:
        return Refused("E104", _("A value cannot be read."), _("Write each label as name=value."), (str(problem),))
    return wanted or Refused("E202", _("Without a label everything would be silent."), _("Write each label as name=value."))


def _span(request: Request) -> tuple[datetime, datetime] | Refused:
    """Return from when until when a silence was asked for."""
    form, now = request.POST, clock.now()
    unread = Refused("E104", _("The time cannot be read, or lies in the past."), _("Choose for how long, or until when."))
    try:
        starts_at = max(now, times.read(form["starts"])) if form.get("starts") else now
        lasts = None if form.get("until") else SPANS.get(form.get("lasts", ""))
        ends_at = starts_at + lasts if lasts else times.read(form.get("until", ""))
    except ValueError:
        return unread
    return (starts_at, ends_at) if keeping.is_span(starts_at, ends_at) else unread


def _planned(request: Request, wanted: Sequence[Matcher]) -> MaintenanceWindow | Refused:
    """Return the maintenance window that was typed, not kept yet."""
    form = request.POST
    name, zone, minutes = form.get("name", "").strip()[: keeping.NAME_CHARS_MAX], form.get("zone", ""), form.get("lasts", "").strip()
    unread = Refused("E104", _("A value cannot be read."), _("Write it as the field asks."))
    most = int(quiet.LASTS_MAX / timedelta(minutes=1))
    if not name or not times.is_zone(zone) or not (minutes.isdecimal() and 0 < int(minutes[:9]) <= most):
        return unread
    try:
        begins = quiet.first_time(form.get("begins", ""))
        again = _again(form.get("repeats", ""), form.get("rrule", ""), begins)
        repeats = quiet.recurrence(again, begins) if again else ""
    except quiet.Unreadable:
        return unread
    made = MaintenanceWindow(
        organisation=request.organisation, name=name, matchers=matchers.write(wanted), zone=zone, begins=begins.strftime(quiet.LOCAL),
        lasts_s=int(minutes) * 60, repeats=repeats, person=request.person.id,
    )  # fmt: skip
    over = Refused("E104", _("The time cannot be read, or lies in the past."), _("Write it as the field asks."))
    return made if quiet.planned(made).coming(clock.now(), 1) else over


def _again(choice: str, written: str, begins: datetime) -> str:
    """Return the recurrence that was chosen, or was written where none was chosen; the first time says on which day."""
    chosen = {
        "daily": "FREQ=DAILY",
        "workdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "weekly": f"FREQ=WEEKLY;BYDAY={WEEKDAYS[begins.weekday()]}",
        "monthly": f"FREQ=MONTHLY;BYMONTHDAY={begins.day}",
        "own": written.strip() or "?",
    }
    return chosen.get(choice, written.strip())


def _choices() -> tuple[tuple[str, str], ...]:
    """Return how often work comes again, as a form offers it."""
    return (
        ("", _("never")),
        ("daily", _("every day")),
        ("workdays", _("Monday to Friday")),
        ("weekly", _("every week, on that day")),
        ("monthly", _("every month, on that day")),
        ("own", _("as written below")),
    )


def _said_again(row: MaintenanceWindow) -> str:
    """Return the words of a recurrence that the form offers; empty for any other."""
    begins = quiet.first_time(row.begins)
    return next((words for choice, words in _choices() if row.repeats and _again(choice, "", begins) == row.repeats), "")


def _found(request: Request, model: type[T], kind: str, typed: str) -> T:
    return typed_ids.one(model._default_manager.filter(organisation=request.organisation), kind, typed)


# ------------------------------------------------------------------ what is shown


def _preview(request: Request, wanted: tuple[Matcher, ...]) -> Preview:
    now = search.find(search.Query(request.organisation.id, matchers=wanted), None, PREVIEWED)
    since = clock.now() - LOOKED_BACK
    lately = search.find(search.Query(request.organisation.id, None, matchers=wanted, since=since), None, PREVIEWED)
    more_now, more_lately = (found.next is not None and not _among(found) for found in (now, lately))
    return Preview(now.alerts, lately.alerts, more_now, more_lately, max(_among(now), _among(lately)))


def _silences(request: Request, typed: dict[str, str], refused: Refused | None = None, preview: Preview | None = None) -> HttpResponse:
    now = clock.now()
    rows = list(Silence.objects.filter(organisation=request.organisation).order_by("-ends_at", "-pk")[:LISTED])
    names = _names({row.person for row in rows} | {row.lifted_by for row in rows if row.lifted_by})
    kept = [_kept(request, row, names, now) for row in rows]
    context = {
        "coming": [one for one in kept if one.row.ends_at > now],
        "past": [one for one in kept if one.row.ends_at <= now],
        "now_at": now,
        "typed": typed,
        "preview": preview,
        "previewed": PREVIEWED,
        "days": LOOKED_BACK.days,
    }
    return reply.page(request, "alerts/silences.html", context, refused=refused)


def _kept(request: Request, row: Silence, names: dict[UUID, str], now: datetime) -> Kept:
    found = search.Found([], None, 0)
    if row.starts_at <= now < row.ends_at:
        found = search.find(search.Query(request.organisation.id, matchers=matchers.stored(row.matchers)), None, PREVIEWED)
    lifted_by = names.get(row.lifted_by, "") if row.lifted_by else ""
    return Kept(row, names.get(row.person, ""), lifted_by, len(found.alerts), _among(found))


def _among(found: search.Found) -> int:
    """Return how many alerts were looked at, if there are more; 0 if what was found is all, or enough."""
    return found.looked_at if found.next and len(found.alerts) < PREVIEWED else 0


def _windows(request: Request, typed: dict[str, str], refused: Refused | None = None, preview: Preview | None = None) -> HttpResponse:
    rows = list(MaintenanceWindow.objects.filter(organisation=request.organisation, removed_at=None).order_by("name"))
    names, now = _names({row.person for row in rows}), clock.now()
    context = {
        "windows": [Planned(row, names.get(row.person, ""), quiet.planned(row).coming(now, COMING), _said_again(row)) for row in rows],
        "choices": _choices(),
        "zones": times.zones(),
        "typed": typed,
        "preview": preview,
        "previewed": PREVIEWED,
        "days": LOOKED_BACK.days,
    }
    return reply.page(request, "alerts/windows.html", context, refused=refused)


def _names(persons: set[UUID]) -> dict[UUID, str]:
    return dict(Person.objects.filter(pk__in=persons).values_list("id", "name"))
