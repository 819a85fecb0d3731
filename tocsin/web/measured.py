"""The signals of the plans in force beside any incident: each as it stands, its chart, and the ways in which samples come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program, Signal, Text
from tocsin.engine.terms import Refused
from tocsin.incidents import measurable, plans, readers, readings, samples, sheets
from tocsin.incidents.models import SeriesFeed, SeriesRule, Unmapped
from tocsin.incidents.models.series import INCREASE
from tocsin.incidents.samples import Given
from tocsin.ingest.metrics import Fault, TooLarge, Unreadable
from tocsin.web import cases, charts, reply, signals, times
from tocsin.web.finding_words import sentence
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import signals as shown

HOURS: Final = (3, 24, 72)
SHEET_BYTES_MAX: Final = 1024 * 1024
UNMAPPED_SHOWN: Final = 30
WAYS: Final = ("remote-write", "openmetrics", "csv")


@dataclass(frozen=True, slots=True)
class OfPlan:
    """The measured signals of one plan as they stand."""

    program: Program
    signals: Sequence[shown.Shown]


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show every signal as it stands, and how samples come in."""
    return _page(request)


@require_GET
@needs("incident.see")
def one(request: Request, plan_id: str, signal: str) -> HttpResponse:
    """Show one signal over time, with its mean, its thresholds, and when a trigger fired."""
    program, rule = _find(request, plan_id, signal)
    hours = next((each for each in HOURS if str(each) == request.GET.get("hours")), HOURS[0])
    label, of = request.GET.get("label", ""), request.GET.get("of", "")
    part = (label, of) if label in rule.labels and of else None
    span = charts.span(hours)
    seen = cases.seen(request).filter(drill=False)
    rows = charts.firings(seen.values("incident_id"), span[0])
    fired = charts.fired_by(rows, readers.boards_of(rows, seen), program.id, rule.id)
    found = readings.every(request.organisation.id, program, span[1]).get(rule.id)
    context = {
        "program": program,
        "rule": rule,
        "hours": hours,
        "choices": HOURS,
        "of": part,
        "charts": charts.of(request.organisation.id, program, rule, span, fired=fired, part=part),
        "fired": fired,
        "signal": shown.shown(rule, found) if found else None,
        "part_of": lambda reading: shown.part_of(program, reading),
    }
    return reply.page(request, "signals/signal.html", context)


@require_POST
@needs("incident.act")
def sheet(request: Request) -> HttpResponse:
    """Take a sheet of samples as a whole, or name every line that is wrong."""
    file = request.FILES.get("sheet")
    if file is None or not file.size or file.size > SHEET_BYTES_MAX:
        return _page(
            request, Refused("E104", _("There is no sheet, or it is larger than 1 MiB."), _("Save the sheet as CSV and choose the file."))
        )
    try:
        given = sheets.read(file.read(), measurable.of(request.organisation.id), times.now(), times.zone_id())
    except TooLarge:
        return _page(request, Refused("E104", _("There are too many lines in it."), _("Hand it in in parts.")))
    except Unreadable as error:
        lines = tuple(_line(fault) for fault in error.faults)
        return _page(request, Refused("E104", _("Nothing was taken."), _("Mend these lines and hand the sheet in again."), details=lines))
    samples.record(request.organisation.id, given, by=request.actor.person)
    return _back(request)


@require_POST
@needs("incident.act")
def typed(request: Request) -> HttpResponse:
    """Keep one sample that somebody typed."""
    form, known = request.POST, measurable.of(request.organisation.id)
    signal = form.get("signal", "")
    labels = tuple(sorted((name, of) for name in known.labels.get(signal, ()) if (of := form.get(f"label:{name}", "").strip()[:100])))
    try:
        at = times.read(form["at"]) if form.get("at") else times.now()
        given = Given(signal, at, signals.finite(form.get("value", "")), known.over.get(signal, timedelta()), labels)
    except (ValueError, InvalidOperation):
        return _page(request, Refused("E104", _("This is no reading."), _("Write a number, and the time as the field asks.")))
    faults = [sentence(problem) for _part, problem in known.faults(given, times.now())]
    if faults:
        return _page(request, Refused("E104", _("This is no reading."), " ".join(faults)))
    samples.record(request.organisation.id, [given], by=request.actor.person)
    return _back(request)


@require_POST
@needs("plan.edit")
def rule(request: Request) -> HttpResponse:
    """Say which series is which signal."""
    form, known = request.POST, measurable.of(request.organisation.id)
    name, signal = form.get("name", "").strip()[:200], form.get("signal", "")
    matching, labels = _pairs(form.get("matching", "")), _pairs(form.get("labels", ""))
    try:
        factor = signals.finite(form.get("factor") or "1")
    except InvalidOperation:
        factor = Decimal(0)
    wrong = sorted(labels.keys() - known.labels.get(signal, frozenset()))
    if not name or signal not in known.labels or signal in known.entered or not factor or wrong:
        has = ", ".join(sorted(known.labels.get(signal, ()))) or _("none")
        hint = _("Write the name of a series, a factor that is not zero, and labels that the signal has: %(labels)s.") % {"labels": has}
        return _page(request, Refused("E104", _("This is no rule."), hint))
    reading = INCREASE if form.get("counter") else SeriesRule.reading.field.default
    SeriesRule.objects.create(
        organisation=request.organisation, name=name, matching=matching, signal=signal, labels=labels,
        reading=reading, factor=factor, by=request.actor.person, at=times.now(),
    )  # fmt: skip
    audit.record(request.organisation, request.person, "series_rule.made", name, signal=signal)
    return _back(request)


@require_POST
@needs("plan.edit")
def removal(request: Request, rule_id: int) -> HttpResponse:
    """Take a rule away: what it read stays."""
    found = SeriesRule.objects.filter(organisation=request.organisation, pk=rule_id).first()
    if found is None:
        raise Http404
    found.delete()
    audit.record(request.organisation, request.person, "series_rule.removed", found.name, signal=found.signal)
    return _back(request)


def _page(request: Request, refused: Refused | None = None) -> HttpResponse:
    now = times.now()
    by_plan = []
    for plan in plans.in_force(request.organisation.id).values():
        program = plans.compiled(plan)
        found = readings.every(request.organisation.id, program, now)
        if found:
            by_plan.append(OfPlan(program, [shown.shown(program.signals[name], each) for name, each in found.items()]))
    context = {
        "plans": by_plan,
        "rules": SeriesRule.objects.filter(organisation=request.organisation).order_by("name", "id"),
        "feeds": SeriesFeed.objects.filter(organisation=request.organisation).order_by("signal", "labels"),
        "unmapped": Unmapped.objects.filter(organisation=request.organisation).order_by("-heard_at", "name")[:UNMAPPED_SHOWN],
        "known": _named(request),
        "typed": request.POST or request.GET,
        "ways": [(way, f"{settings.BASE_URL}/api/v1/samples/{way}") for way in WAYS],
        "part_of": shown.part_of,
    }
    return reply.page(request, "signals/page.html", context, refused=refused)


def _named(request: Request) -> list[tuple[str, Text, tuple[str, ...]]]:
    """Return the signals that may be handed in, each once, with its words and labels."""
    found = {bare(one.id): one for _, one in measurable.signals(request.organisation.id) if one.kind != "computed" and one.fed}
    return [(name, one.title, one.labels) for name, one in found.items()]


def _find(request: Request, plan_id: str, signal: str) -> tuple[Program, Signal]:
    plan = plans.in_force(request.organisation.id).get(plan_id)
    program = plans.compiled(plan) if plan else None
    if program is None or signal not in program.signals:
        raise Http404
    return program, program.signals[signal]


def _line(fault: Fault) -> str:
    if not fault.line:
        return sentence(fault.problem)
    return _("Line %(number)s: %(problem)s") % {"number": fault.line, "problem": sentence(fault.problem)}


def _pairs(typed: str) -> dict[str, str]:
    """Return `name=value` pairs, one on a line or between commas; a name alone is its own value."""
    parts = [part.partition("=") for line in typed.splitlines() for part in line.split(",") if part.strip()]
    return {name.strip()[:100]: (value.strip().strip('"') or name.strip())[:200] for name, _sign, value in parts if name.strip()}


def _back(request: Request) -> HttpResponse:
    return reply.see(reverse("signals", kwargs={"slug": request.organisation.slug}))
