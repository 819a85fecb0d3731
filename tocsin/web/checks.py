"""Checks that ping: listed with how they stand, made with a key, expected otherwise, paused and resumed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.engine.terms import Refused
from tocsin.ingest import feeds as ingest_feeds
from tocsin.ingest.models import Check
from tocsin.ingest.pings import checks, schedule
from tocsin.ingest.pings.schedule import Schedule
from tocsin.kit import ids
from tocsin.web import feeds, reply, times
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

UNITS: Final = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Row:
    """A check as a line: how it stands, and in which tone that is said."""

    id: str
    check: Check
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the form of a check holds: numbers with their units, or a cron expression with its zone."""

    name: str = ""
    period: str = "1"
    period_unit: str = "d"
    cron: str = ""
    zone: str = "UTC"
    grace: str = "1"
    grace_unit: str = "h"


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show every check, those that are missed first."""
    return _list(request)


@require_POST
@needs("keys.edit")
def addition(request: Request) -> HttpResponse:
    """Make a check with its key, which is shown once."""
    form = _form(request)
    wanted = read(form)
    if not isinstance(wanted, Schedule):
        return _list(request, form, wanted)
    if not form.name or len(form.name) > ingest_feeds.NAME_CHARS_MAX:
        return _list(request, form, Refused("E202", _("The check has no name."), _("Name the job that reports, such as Night backup.")))
    if ingest_feeds.standing(request.organisation).filter(name=form.name).exists():
        return _list(request, form, Refused("E104", _("There is a source with this name."), _("Choose another name.")))
    check, secret = checks.create(request.organisation, form.name, wanted, by=request.person)
    return _page(request, check, secret=secret)


@require_GET
@needs("incident.see")
def one(request: Request, feed_id: str) -> HttpResponse:
    """Show one check, and the form to expect it otherwise."""
    return _page(request, _find(request, feed_id))


@require_POST
@needs("plan.edit")
def change(request: Request, feed_id: str) -> HttpResponse:
    """Expect a check otherwise from now on."""
    check, form = _find(request, feed_id), _form(request)
    wanted = read(form)
    if not isinstance(wanted, Schedule):
        return _page(request, check, form=form, refused=wanted)
    checks.change(check, wanted, by=request.person)
    return _see(request, feed_id)


@require_POST
@needs("plan.edit")
def pausing(request: Request, feed_id: str) -> HttpResponse:
    """Pause a check, or resume one that is paused."""
    check = _find(request, feed_id)
    (checks.resume if check.paused else checks.pause)(check, by=request.person)
    return _see(request, feed_id)


@require_POST
@needs("keys.edit")
def removal(request: Request, feed_id: str) -> HttpResponse:
    """Remove a check: nothing is expected of it any more, and its address answers nobody."""
    checks.remove(_find(request, feed_id), by=request.person)
    return reply.see(reverse("checks", kwargs={"slug": request.organisation.slug}))


def read(form: Form) -> Schedule | Refused:
    """Return the schedule that a form spells, or what is wrong with it."""
    grace = _span(form.grace, form.grace_unit)
    if grace is None:
        return Refused("E202", _("The grace is no span of time between a minute and a year."), _("Write a whole number."))
    if not form.cron:
        period = _span(form.period, form.period_unit)
        if period is None:
            return Refused("E202", _("The period is no span of time between a minute and a year."), _("Write a whole number."))
        return Schedule(grace, period)
    if schedule.wrong_cron(form.cron):
        return Refused(
            "E202", _("This is no schedule of cron."), _("Five fields: minute, hour, day, month, day of the week; such as 30 2 * * *.")
        )
    if not times.is_zone(form.zone):
        return Refused("E202", _("There is no such zone."), _("Choose one of the list."))
    return Schedule(grace, None, form.cron, form.zone)


def _span(number: str, unit: str) -> timedelta | None:
    if not number.isdecimal() or len(number) > 6 or unit not in UNITS:
        return None
    span = int(number) * UNITS[unit]
    return span if schedule.SHORTEST <= span <= schedule.LONGEST else None


def _form(request: Request) -> Form:
    typed = {name: request.POST.get(name, "").strip() for name in Form.__dataclass_fields__}
    return Form(**typed)


def _written(check: Check) -> Form:
    period, period_unit = _numbers(check.period) if check.period else ("1", "d")
    grace, grace_unit = _numbers(check.grace)
    return Form(check.feed.name, period, period_unit, check.cron, check.zone, grace, grace_unit)


def _numbers(span: timedelta) -> tuple[str, str]:
    unit = next(name for name in reversed(UNITS) if span % UNITS[name] == timedelta())
    return str(span // UNITS[unit]), unit


def _row(check: Check) -> Row:
    if check.paused:
        state, tone = _("paused"), "none"
    elif check.overdue_since:
        state, tone = _("overdue"), "late"
    elif check.failed:
        state, tone = _("failed"), "fault"
    elif check.started_at:
        state, tone = _("running"), "none"
    elif check.last_at:
        state, tone = _("in time"), "ok"
    else:
        state, tone = _("no ping yet"), "none"
    return Row(ids.typed("fee", check.pk), check, state, tone)


def _list(request: Request, form: Form | None = None, refused: Refused | None = None) -> HttpResponse:
    found = Check.objects.filter(feed__in=ingest_feeds.standing(request.organisation)).select_related("feed").order_by("feed__name")
    rows = sorted(map(_row, found), key=lambda row: row.tone not in {"late", "fault"})
    context = {"rows": rows, "form": form or Form(zone=request.organisation.timezone), **_choices()}
    return reply.page(request, "sources/checks.html", context, refused=refused)


def _page(request: Request, check: Check, *, secret: str = "", form: Form | None = None, refused: Refused | None = None) -> HttpResponse:
    address = f"{settings.BASE_URL}/ping/{secret or '…'}"
    named_at = f"{settings.BASE_URL}/ping/…/{ingest_feeds.slug(check.feed.name)}"
    context = {"row": _row(check), "secret": secret, "address": address, "named_at": named_at, "form": form or _written(check)}
    return reply.page(request, "sources/check.html", context | _choices(), refused=refused)


def _choices() -> dict[str, object]:
    return {"units": [("min", _("minutes")), ("h", _("hours")), ("d", _("days"))], "zones": times.zones()}


def _find(request: Request, feed_id: str) -> Check:
    found = Check.objects.select_related("feed__organisation").filter(feed=feeds.find(request, feed_id)).first()
    if found is None:
        raise Http404
    return found


def _see(request: Request, feed_id: str) -> HttpResponse:
    return reply.see(reverse("check", kwargs={"slug": request.organisation.slug, "feed_id": feed_id}))
