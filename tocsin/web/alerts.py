"""Alerts: what fires, since when, how often, in how many episodes, and where its route led; and the routes themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.terms import Refused
from tocsin.incidents import plans, recommendation
from tocsin.ingest.models import Alert, Episode, Match, Route
from tocsin.kit import ids
from tocsin.web import cases, fact_fields, firings, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

LISTED = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One alert. `episodes` counts the present one too; `numbers` are the incidents that its routes led to."""

    alert: Alert
    episodes: int
    routes: tuple[str, ...]
    numbers: tuple[str, ...]
    problem: str


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show the alerts: those that fire, or all; htmx gets the live part alone."""
    return reply.page(request, "alerts/_live.html" if request.htmx else "alerts/page.html", _context(request))


@require_POST
@needs("plan.edit")
def route(request: Request) -> HttpResponse:
    """Make a route: alerts with these labels declare an incident under this plan, with these facts already stated."""
    form = request.POST
    name, plan = form.get("name", "").strip(), plans.in_force(request.organisation.id).get(form.get("plan", ""))
    labels = _labels(form.get("labels", ""))
    if not name or plan is None or not labels:
        return _refuse(request, Refused("E202", _("A route needs a name, labels and a plan."), _("Write each label as name=value.")))
    facts = fact_fields.read(recommendation.questions(plans.compiled(plan)), form, dict(form.lists()))
    if isinstance(facts, Refused):
        return _refuse(request, facts)
    if Route.objects.filter(organisation=request.organisation, name=name).exists():
        return _refuse(request, Refused("E104", _("There is a route with this name."), _("Choose another name.")))
    known = plans.in_force(request.organisation.id)
    beside = [each for each in form.getlist("beside") if each in known and each != plan.plan_id]
    stated = {key: value if isinstance(value, bool) else fact_fields.write(value) for key, value in facts.items()}
    Route.objects.create(organisation=request.organisation, name=name, labels=labels, plan=plan.plan_id, beside=beside, facts=stated)
    audit.record(request.organisation, request.person, "route.made", name)
    return reply.see(reverse("alerts", kwargs={"slug": request.organisation.slug}))


@require_POST
@needs("plan.edit")
def removal(request: Request, route_id: str) -> HttpResponse:
    """Stop a route: what it declared stays."""
    try:
        found = Route.objects.filter(organisation=request.organisation, id=ids.untyped("rou", route_id)).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    Route.objects.filter(pk=found.pk).update(enabled=not found.enabled)
    audit.record(request.organisation, request.person, "route.stopped" if found.enabled else "route.started", found.name)
    return reply.see(reverse("alerts", kwargs={"slug": request.organisation.slug}))


def _context(request: Request) -> dict[str, object]:
    wanted = request.GET.get("show", "firing")
    words = request.GET.get("q", "").strip()
    rows = Alert.objects.filter(organisation=request.organisation).order_by("-firing", "-turned_at")
    firing = rows.filter(firing=True).count()
    if wanted != "all":
        rows = rows.filter(firing=True)
    matching = [alert for alert in rows[: LISTED * 5] if _matches(alert, words)][:LISTED]
    found = plans.in_force(request.organisation.id)
    first = next(iter(found.values()), None)
    return {
        "alerts": _shown(request, matching),
        "firing": firing,
        "total": Alert.objects.filter(organisation=request.organisation).count(),
        "wanted": wanted,
        "searched": words,
        "routes": Route.objects.filter(organisation=request.organisation).order_by("name"),
        "plans": list(found.values()),
        "asked": fact_fields.asked(recommendation.questions(plans.compiled(first)), {}) if first else [],
        "typed": request.POST,
        "silent": firings.silent(request),
        "months": () if request.htmx else firings.months(request),  # the list of alerts is fetched every few seconds
    }


def _shown(request: Request, alerts: list[Alert]) -> list[Shown]:
    past: dict[object, int] = {}
    for alert_id in Episode.objects.filter(alert__in=alerts).values_list("alert_id", flat=True):
        past[alert_id] = past.get(alert_id, 0) + 1
    matches: dict[object, list[Match]] = {}
    for match in Match.objects.filter(alert__in=alerts).select_related("route").order_by("-id"):
        matches.setdefault(match.alert_id, []).append(match)
    numbers = {ids.typed("inc", incident): number for incident, number in cases.seen(request).values_list("incident_id", "number")}
    return [_one(alert, past.get(alert.id, 0) + 1, matches.get(alert.id, []), numbers) for alert in alerts]


def _one(alert: Alert, episodes: int, matches: list[Match], numbers: Mapping[str, str]) -> Shown:
    led = dict.fromkeys(numbers[match.about] for match in matches if match.about in numbers)
    problem = next((match.problem for match in matches if match.problem), "")
    return Shown(alert, episodes, tuple(dict.fromkeys(match.route.name for match in matches)), tuple(led), problem)


def _matches(alert: Alert, words: str) -> bool:
    """Return whether an alert bears what was searched for: words of its title, or `label=value`."""
    name, sign, value = words.partition("=")
    if sign:
        return str(alert.labels.get(name.strip(), "")) == value.strip()
    return words.lower() in alert.title.lower() or any(words.lower() in str(label).lower() for label in alert.labels.values())


def _labels(typed: str) -> dict[str, str]:
    pairs = [part.partition("=") for line in typed.splitlines() for part in line.split(",") if "=" in part]
    return {name.strip(): value.strip().strip('"') for name, _sign, value in pairs if name.strip() and value.strip()}


def _refuse(request: Request, refused: Refused) -> HttpResponse:
    return reply.page(request, "alerts/page.html", _context(request), refused=refused)
