"""Alerts: what fires, since when, how often, in how many episodes, who has taken it on, and where its route led; found, and counted by a label."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET
from markupsafe import Markup, escape

from tocsin.engine.program import Program
from tocsin.engine.terms import Refused
from tocsin.incidents import plans
from tocsin.ingest import matchers, quiet, search, standing_routes, taking
from tocsin.ingest.matchers import Matcher
from tocsin.ingest.models import Alert, Match, Route
from tocsin.ingest.quiet import Keeper
from tocsin.ingest.routing.models import RouteRun
from tocsin.ingest.routing.runs import State
from tocsin.ingest.sources import registry
from tocsin.kit import bulk, clock, ids, tables
from tocsin.web import cases, firings, holds, plan_words, reply, wording
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

LISTED = 50
GROUPS_LISTED, GROUP_LISTED = 20, 5
"""Groups on a page, and alerts of each."""
LABELS_SHOWN, LABEL_CHARS_SHOWN = 8, 60
COUNTED = 1_000
"""What fires is counted no further."""
SPANS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
_PAST = "SELECT {} FROM ingest_episode WHERE {}"
SHOWN = ("firing", "silenced", "resolved", "all")


class Shown(NamedTuple):
    """
    One alert as it is stored. `episodes` counts the present one too; `numbers` are the incidents that its routes led to; `hold` says why
    one waits; `quiet` is until when it is silenced, if it is; `taken` is who has taken it on, and when. Only one of a row is compared by all that
    it holds, as what is remembered of a list has to be: objects of the same alert are equal, whatever became of it.
    """

    stored: Alert | search.Row
    episodes: int
    routes: tuple[str, ...]
    numbers: tuple[str, ...]
    problem: str
    hold: str
    quiet: str
    taken: tuple[tuple[str, datetime], ...]

    @property
    def alert(self) -> Alert:
        """The alert, made of its row each time."""
        return self.stored if isinstance(self.stored, Alert) else tables.made(Alert, [self.stored])[0]

    @property
    def severity(self) -> str:
        """How grave its sender says it is."""
        return bulk.mapping(self.stored.labels).get("severity", "")[:LABEL_CHARS_SHOWN]

    @property
    def line(self) -> str:
        """Its first labels before its source, as a line of a list says them, but for what stands beside them anyway."""
        labels = bulk.mapping(self.stored.labels)
        said = [(name, value) for name, value in labels.items() if name not in {"alertname", "severity"}][:LABELS_SHOWN]
        words = [f"{name}={value if len(value) <= LABEL_CHARS_SHOWN else value[:LABEL_CHARS_SHOWN] + '…'}" for name, value in said]
        return " ".join([*words, "· "]) if words else ""


@dataclass(frozen=True, slots=True)
class Group:
    """
    Alerts with one value of a label, empty where they have none; all that the page lists where nobody asked for groups.

    `count` is how many there are, `address` leads to all of them where one can ask for them.
    """

    value: str
    count: int
    alerts: tuple[Shown, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What a page lists. `names` are labels to count by; `older` is where to go on; `looked_at` how many were looked at, if not all."""

    groups: list[Group]
    names: tuple[str, ...]
    older: str
    looked_at: int


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What the address asks for. `words` is what was typed: matchers, or else words; `number` the incident that it led to; `query` is None
    where it cannot be read.
    """

    shown: str
    words: str
    source: str
    span: str
    by: str
    number: str
    query: search.Query | None

    def address(self, **other: str) -> str:
        """Return the query of the address that asks for the same, but for `other`."""
        asked = {"show": self.shown, "q": self.words, "source": self.source, "since": self.span, "by": self.by}
        asked |= {"incident": self.number} | other
        return urlencode({name: value for name, value in asked.items() if value})


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show the alerts that are looked for; htmx gets the live part alone."""
    asked = asked_for(request)
    refused = None
    if asked.query is None:
        refused = Refused(
            "E104", _("What is looked for cannot be read."), _("Write labels as region=east, job!=test, host=~web-.* or words.")
        )
    return reply.page(request, "alerts/_live.html" if request.htmx else "alerts/page.html", _context(request, asked), refused=refused)


def asked_for(request: Request) -> Asked:
    """Return what the address asks for."""
    given = request.GET
    words, source, span, by, number = (given.get(name, "").strip()[:400] for name in ("q", "source", "since", "by", "incident"))
    about = cases.seen(request).filter(number=number).values_list("incident_id", flat=True).first() if number else None
    otherwise = "all" if about else "firing"
    shown = given.get("show", "") if given.get("show", "") in SHOWN else otherwise
    try:
        labels = matchers.parse(words) if "=" in words or "!~" in words else ()
    except matchers.Unreadable:
        return Asked(shown, words, source, span, by, number if about else "", None)
    query = search.Query(
        request.organisation.id,
        {"firing": True, "silenced": True, "resolved": False}.get(shown),
        source if source in registry() else "",
        labels,
        "" if labels else words,
        clock.now() - SPANS[span] if span in SPANS else None,
        about=ids.typed("inc", about) if about else "",
    )
    return Asked(shown, words, source, span, by, number if about else "", query)


def _context(request: Request, asked: Asked) -> dict[str, object]:
    place = _place(request.GET.get("after", ""))
    part = _part(request, asked, place)
    firing = search.count(request.organisation.id, firing=True, most=COUNTED)
    return {
        "part": part,
        "groups": part.groups[:GROUPS_LISTED],
        "more_groups": len(part.groups[GROUPS_LISTED:]),
        "firing": firing,
        "counted": COUNTED,
        "known": bool(firing) or search.count(request.organisation.id, firing=None, most=1) > 0,
        "asked": asked,
        "later": place is not None,
        "sources": tuple(sorted(registry())),
        "routes": () if request.htmx else _routes(request),
        "silent": firings.silent(request),
        "months": () if request.htmx else firings.months(request),  # the list of alerts is fetched every few seconds
    }


def _routes(request: Request) -> list[tuple[Route, Markup]]:
    """Return the routes by name, each with where it leads."""
    programs = {plan_id: plans.compiled(plan) for plan_id, plan in plans.in_force(request.organisation.id).items()}
    return [(route, _leads_to(route, programs)) for route in standing_routes.by_name(request.organisation)]


def _leads_to(route: Route, programs: Mapping[str, Program]) -> Markup:
    """Return under which plans a route declares, and what it states, as the plans call it; a plan that is not in force by its id."""
    names = [text(programs[name].title) if name in programs else escape(name) for name in (route.plan, *route.beside)]
    facts = programs[route.plan].facts if route.plan in programs else {}
    stated = [
        wording.colon(text(plan_words.titled(facts[name]))) + plan_words.kept(facts[name], value)
        for name, value in route.facts.items()
        if name in facts
    ]
    return Markup("{}").format(_(", ")).join([Markup(" + ").join(names), *stated])


def _part(request: Request, asked: Asked, place: search.Place | None) -> Part:
    """Return what the page lists of what is asked for: groups, or a page of alerts as one group."""
    keeper, query = quiet.keeper(request.organisation.id, clock.now()), asked.query
    if query is not None and asked.shown == "silenced":
        silenced = keeper.wanted(clock.now())
        query = replace(query, any_of=silenced) if silenced else None
    if query is None:
        return Part([], (), "", 0)
    if not asked.by:
        found = search.find(query, place, LISTED)
        shown = tuple(rows(request, found.rows, keeper))
        groups = [Group("", len(shown), shown)] if shown else []
        older = f"{found.next[0]}-{found.next[1].hex}" if found.next else ""
        return Part(groups, _names(found.rows, ""), older, found.looked_at if older and len(shown) < LISTED else 0)
    grouped = search.group(query, asked.by, GROUP_LISTED)
    listed = [alert for one in grouped.groups[:GROUPS_LISTED] for alert in one.latest]
    shown_by = {one.stored.id: one for one in rows(request, listed, keeper)}
    groups = [
        Group(one.value, one.count, tuple(shown_by[alert.id] for alert in one.latest if alert.id in shown_by), _narrower(asked, one.value))
        for one in grouped.groups
    ]
    return Part(groups, _names(listed, asked.by), "", grouped.looked_at)


def _narrower(asked: Asked, value: str) -> str:
    """Return the address of all alerts of a group; nothing where words are looked for, beside which no label can stand."""
    wanted = asked.query.matchers if asked.query else ()
    if asked.words and not wanted:
        return ""
    return asked.address(q=matchers.write([*wanted, Matcher(asked.by, "=", value)]), by="")


def _names(alerts: Sequence[search.Row], by: str) -> tuple[str, ...]:
    """Return the labels that alerts can be counted by, those that the most have first."""
    borne = Counter(chain.from_iterable(bulk.mapping(alert.labels) for alert in alerts))
    return tuple(dict.fromkeys([*([by] if by else []), *(name for name, _number in borne.most_common())]))


def rows(request: Request, alerts: Sequence[Alert | search.Row], keeper: Keeper) -> list[Shown]:
    """Return alerts with what is known beside them."""
    named = [bulk.as_stored(alert.id) for alert in alerts]
    among, which = f"alert_id IN {bulk.among(named)}", [("text", alert_id) for alert_id in named]
    past = Counter(alert for (alert,) in bulk.asked(_PAST.format(bulk.stored("alert_id"), among), which))
    matches: dict[UUID | str, list[Match]] = {}
    for match in tables.select(Match, f"WHERE {among} ORDER BY id DESC", which):
        matches.setdefault(bulk.as_stored(match.alert_id), []).append(match)
    routes = standing_routes.names({match.route_id for each in matches.values() for match in each})
    unfinished = [("text", State.WAITS), ("text", State.READY)]
    waiting = {
        bulk.as_stored(run.alert_id): run
        for run in tables.select(RouteRun, f"WHERE {among} AND state IN ({{}}, {{}})", [*which, *unfinished])
    }
    numbers = _numbers(request, {match.about for each in matches.values() for match in each if match.about})
    taken, now, keeps = taking.taken(alerts), clock.now(), bool(keeper.silences or keeper.windows)
    return [
        Shown(
            alert,
            past.get(alert_id, 0) + 1,
            tuple(dict.fromkeys([routes[match.route_id] for match in matches.get(alert_id, ())])),
            tuple(dict.fromkeys([numbers[match.about] for match in matches.get(alert_id, ()) if match.about in numbers])),
            next((match.problem for match in matches[alert_id] if match.problem), "") if alert_id in matches else "",
            holds.hold(waiting[alert_id]) if alert_id in waiting else "",
            holds.quiet(keeper(bulk.mapping(alert.labels), now)) if keeps and alert.firing else "",
            tuple([(each.by, each.at) for each in taken.get(alert_id, ())]),
        )
        for alert_id, alert in zip(named, alerts, strict=True)
    ]


def _numbers(request: Request, about: Collection[str]) -> Mapping[str, str]:
    """Return the numbers of those of the incidents (typed ids) that the viewer sees."""
    if not about:
        return {}
    seen = cases.seen(request).filter(incident__in=[ids.untyped("inc", one) for one in about])
    return {ids.typed("inc", incident): number for incident, number in seen.values_list("incident_id", "number")}


def _place(written: str) -> search.Place | None:
    """Return the place in the list that the address of an older page names."""
    number, _sign, alert = written.partition("-")
    try:
        return int(number), UUID(alert)
    except ValueError:
        return None
