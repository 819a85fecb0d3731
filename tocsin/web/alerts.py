"""Alerts: what fires, since when, how often, in how many episodes, who has taken it on, and where its route led; found and grouped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from tocsin.engine.terms import Refused
from tocsin.ingest import matchers, quiet, search, taking
from tocsin.ingest.models import Acknowledgement, Alert, Episode, Match, Route
from tocsin.ingest.quiet import Keeper
from tocsin.ingest.routing.models import RouteRun
from tocsin.ingest.routing.runs import State
from tocsin.ingest.sources import registry
from tocsin.kit import clock, ids
from tocsin.web import cases, firings, holds, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

LISTED = 50
COUNTED = 1_000
"""What fires is counted no further."""
SPANS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
SHOWN = ("firing", "silenced", "resolved", "all")


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One alert. `episodes` counts the present one too; `numbers` are the incidents that its routes led to; `hold` says why one waits;
    `quiet` is until when it is silenced, if it is.
    """

    alert: Alert
    episodes: int
    routes: tuple[str, ...]
    numbers: tuple[str, ...]
    problem: str
    hold: str
    quiet: str
    taken: Sequence[Acknowledgement]


@dataclass(frozen=True, slots=True)
class Group:
    """Some alerts of the page with the same value of a label; empty where they have none."""

    value: str
    alerts: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `words` is what was typed: matchers, or else words; `query` is None where it cannot be read."""

    shown: str
    words: str
    source: str
    span: str
    by: str
    query: search.Query | None

    def address(self, **other: str) -> str:
        """Return the query of the address that asks for the same, but for `other`."""
        asked = {"show": self.shown, "q": self.words, "source": self.source, "since": self.span, "by": self.by} | other
        return urlencode({name: value for name, value in asked.items() if value})


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show the alerts that are looked for; htmx gets the live part alone."""
    return page(request)


def page(request: Request) -> HttpResponse:
    """Return the page, or its live part."""
    asked = asked_for(request)
    refused = None
    if asked.query is None:
        refused = Refused(
            "E104", _("What is looked for cannot be read."), _("Write labels as region=east, job!=test, host=~web-.* or words.")
        )
    return reply.page(
        request,
        "alerts/_live.html" if request.htmx else "alerts/page.html",
        _context(request, asked),
        refused=None if request.htmx else refused,
    )


def asked_for(request: Request) -> Asked:
    """Return what the address asks for."""
    given = request.GET
    shown = given.get("show", "") if given.get("show", "") in SHOWN else "firing"
    words, source, span, by = (given.get(name, "").strip()[:400] for name in ("q", "source", "since", "by"))
    firing = {"firing": True, "silenced": True, "resolved": False}.get(shown)
    since = clock.now() - SPANS[span] if span in SPANS else None
    query = search.Query(request.organisation.id, firing, source if source in registry() else "", since=since)
    try:
        labels = matchers.parse(words) if "=" in words or "!~" in words else ()
    except matchers.Unreadable:
        return Asked(shown, words, source, span, by, None)
    found = search.Query(query.organisation, firing, query.source, labels, "" if labels else words, since)
    return Asked(shown, words, source, span, by, found)


def _context(request: Request, asked: Asked) -> dict[str, object]:
    keeper = quiet.keeper(request.organisation.id, clock.now())
    place = _place(request.GET.get("after", ""))
    found = search.Found([], None, 0)
    if asked.query is not None:
        silenced = (lambda alert: keeper(alert.labels, clock.now()) is not None) if asked.shown == "silenced" else None
        found = search.find(asked.query, place, LISTED, silenced)
    shown = rows(request, found.alerts, keeper)
    firing = search.count(request.organisation.id, firing=True, most=COUNTED)
    return {
        "groups": _groups(shown, asked.by),
        "firing": firing,
        "counted": COUNTED,
        "known": bool(firing) or search.count(request.organisation.id, firing=None, most=1) > 0,
        "asked": asked,
        "later": place is not None,
        "older": f"{found.next[0]}-{found.next[1].hex}" if found.next else "",
        "looked_at": found.looked_at if found.next and len(found.alerts) < LISTED else 0,
        "sources": sorted(registry()),
        "names": sorted({name for alert in found.alerts for name in alert.labels}),
        "routes": Route.objects.filter(organisation=request.organisation, removed_at=None).order_by("name"),
        "silent": firings.silent(request),
        "months": () if request.htmx else firings.months(request),  # the list of alerts is fetched every few seconds
    }


def rows(request: Request, alerts: list[Alert], keeper: Keeper) -> list[Shown]:
    """Return alerts with what is known beside them."""
    past: dict[UUID, int] = {}
    for alert_id in Episode.objects.filter(alert__in=alerts).values_list("alert_id", flat=True):
        past[alert_id] = past.get(alert_id, 0) + 1
    matches: dict[UUID, list[Match]] = {}
    for match in Match.objects.filter(alert__in=alerts).select_related("route").order_by("-id"):
        matches.setdefault(match.alert_id, []).append(match)
    waiting = {
        run.alert_id: run for run in RouteRun.objects.filter(alert__in=alerts, state__in=[State.WAITS, State.READY]).select_related("route")
    }
    about = {match.about for each in matches.values() for match in each if match.about}
    seen = cases.seen(request).filter(incident__in=[ids.untyped("inc", one) for one in about])
    numbers = {ids.typed("inc", incident): number for incident, number in seen.values_list("incident_id", "number")}
    taken = taking.taken(alerts)
    return [
        Shown(
            alert,
            past.get(alert.id, 0) + 1,
            tuple(dict.fromkeys(match.route.name for match in matches.get(alert.id, ()))),
            tuple(dict.fromkeys(numbers[match.about] for match in matches.get(alert.id, ()) if match.about in numbers)),
            next((match.problem for match in matches.get(alert.id, ()) if match.problem), ""),
            holds.hold(waiting[alert.id]) if alert.id in waiting else "",
            holds.quiet(keeper(alert.labels, clock.now())) if alert.firing else "",
            taken.get(alert.id, ()),
        )
        for alert in alerts
    ]


def _groups(shown: Sequence[Shown], by: str) -> list[Group]:
    """Return the alerts of the page by a label, the largest group first; all in one where nobody asked for groups."""
    if not by:
        return [Group("", tuple(shown))] if shown else []
    values: dict[str, list[Shown]] = {}
    for one in shown:
        values.setdefault(str(one.alert.labels.get(by, "")), []).append(one)
    return sorted((Group(value, tuple(those)) for value, those in values.items()), key=lambda group: -len(group.alerts))


def _place(written: str) -> search.Place | None:
    """Return the place in the list that the address of an older page names."""
    number, _sign, alert = written.partition("-")
    try:
        return int(number), UUID(alert)
    except ValueError:
        return None
