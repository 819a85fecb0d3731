"""One alert: its labels and episodes, the bodies it came from, who took it on, and what its routes made of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts.models import Person
from tocsin.ingest import endings, matchers, quiet, received, taking
from tocsin.ingest.matchers import Matcher
from tocsin.ingest.models import Acknowledgement, Alert, Episode, Expiry, Match, Remark, Route
from tocsin.ingest.routing.models import Silence
from tocsin.ingest.sources import Deed
from tocsin.kit import clock, ids
from tocsin.web import alerts, cases, reply, typed_ids
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

EPISODES_MAX = 100
REMARKS_MAX = 200
WORDS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Past:
    """One episode, the present one too, with who took it on and the incidents it led to."""

    starts_at: datetime
    ends_at: datetime | None
    received: int
    taken: tuple[Acknowledgement, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keeping:
    """A silence that keeps the alert quiet now, with who made it."""

    silence: Silence
    by: str


@require_GET
@needs("incident.see")
def one(request: Request, alert: str) -> HttpResponse:
    """Show an alert."""
    found = _found(request, alert)
    (shown,) = alerts.rows(request, [found], quiet.keeper(request.organisation.id, clock.now()))
    labels = [Matcher(name, "=", str(value)) for name, value in found.labels.items() if value]
    context = {
        "routes": Route.objects.filter(pk__in=Match.objects.filter(alert=found).values("route")).order_by("name"),
        "silences": _silences(request, found),
        "ends": Expiry.objects.filter(alert=found, expires_at__lte=clock.now()).exists() and found.firing,
        "silencing": matchers.write(labels[: matchers.MATCHERS_MAX]),
        "label": lambda name, value: str(Matcher(name, "=", str(value))),
        "one": shown,
        "episodes": _episodes(request, found),
        "remarks": Remark.objects.filter(alert=found).order_by("-at", "-pk")[:REMARKS_MAX],
        "deed": deed,
        "body": f"raw-{found.raw}" if _kept(request, found) else "",
    }
    return reply.page(request, "alerts/alert.html", context)


@require_POST
@needs("incident.act")
def acknowledgement(request: Request, alert: str) -> HttpResponse:
    """Take an alert on."""
    found = _found(request, alert)
    taking.take(found, request.person, request.POST.get("words", "").strip()[:WORDS_MAX])
    return reply.see(reverse("alert", kwargs={"slug": request.organisation.slug, "alert": alert}))


@require_POST
@needs("incident.act")
def withdrawal(request: Request, alert: str) -> HttpResponse:
    """Leave an alert to others again."""
    found = _found(request, alert)
    taking.withdraw(found)
    return reply.see(reverse("alert", kwargs={"slug": request.organisation.slug, "alert": alert}))


def deed(remark: Remark) -> str:
    """Return what was done, in words."""
    return {
        Deed.NOTE: _("Note"),
        Deed.TAGS: _("Tags"),
        Deed.DETAILS: _("Details"),
        Deed.PRIORITY: _("Priority"),
        Deed.TEXT: _("New text"),
        Deed.ASSIGNED: _("Assigned"),
        Deed.CALLED: _("Called in"),
        Deed.SNOOZED: _("Snoozed there"),
        Deed.LEFT: _("Left to others"),
        Deed.OTHER: _("Something else"),
    }[Deed(remark.deed)]


@require_POST
@needs("incident.act")
def ending(request: Request, alert: str) -> HttpResponse:
    """End an alert whose sender will not; if it speaks again, it fires again."""
    found = _found(request, alert)
    if found.firing:
        with transaction.atomic():
            endings.end(found, clock.now(), by=request.person)
    return reply.see(reverse("alert", kwargs={"slug": request.organisation.slug, "alert": alert}))


def _found(request: Request, alert: str) -> Alert:
    return typed_ids.one(Alert.objects.filter(organisation=request.organisation), "alr", alert)


def _silences(request: Request, alert: Alert) -> list[Keeping]:
    """Return the silences that keep an alert quiet now."""
    now = clock.now()
    rows = Silence.objects.filter(organisation=request.organisation, starts_at__lte=now, ends_at__gt=now).order_by("-ends_at", "pk")
    held = [row for row in rows if matchers.meet(matchers.stored(row.matchers), alert.labels)] if alert.firing else []
    names = dict(Person.objects.filter(pk__in={row.person for row in held}).values_list("id", "name"))
    return [Keeping(row, names.get(row.person, "")) for row in held]


def _kept(request: Request, alert: Alert) -> bool:
    return received.one(request.organisation.id, f"raw-{alert.raw}") is not None


def _episodes(request: Request, alert: Alert) -> list[Past]:
    """Return the episodes, the latest first."""
    taken = list(Acknowledgement.objects.filter(alert=alert).order_by("at", "pk"))
    told = list(Match.objects.filter(alert=alert).exclude(about="").values_list("starts_at", "about").distinct())
    seen = cases.seen(request).filter(incident__in=[ids.untyped("inc", about) for _, about in told])
    numbers = {ids.typed("inc", incident): number for incident, number in seen.values_list("incident_id", "number")}
    spans = [(alert.starts_at, alert.ends_at, alert.received)]
    spans += Episode.objects.filter(alert=alert).order_by("-starts_at").values_list("starts_at", "ends_at", "received")[:EPISODES_MAX]
    return [
        Past(
            begin,
            end,
            count,
            tuple(each for each in taken if each.starts_at == begin),
            tuple(dict.fromkeys(numbers[about] for at, about in told if at == begin and about in numbers)),
        )
        for begin, end, count in spans
    ]
