"""Readings entered by hand, where no source sends them, and the mean that a signal is held against."""

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine.namespaces import bare
from tocsin.engine.terms import Refused
from tocsin.incidents import samples
from tocsin.incidents.samples import Given
from tocsin.web import cases, times
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels

LABEL_MAX = 100


@require_POST
@needs("incident.act")
def reading(request: Request, number: str, signal: str) -> HttpResponse:
    """Enter one reading, measured now or at the time given."""
    case, form = cases.find(request, number), request.POST
    rule = case.program.signals.get(signal)
    try:
        value = finite(form.get("value", ""))
        at = times.read(form["at"]) if form.get("at") else times.now()
        if at > times.now() + samples.AHEAD_MAX:
            raise ValueError("measured in the future")
    except (ValueError, InvalidOperation):
        rule = None
    if rule is None:
        refused = Refused("E104", _("This is no reading."), _("Write a number, and the time as the field asks."))
        return panels.answer(request, number, refused, "signals", f"signal:{signal}")
    over = rule.window if rule.kind == "count" and rule.window else None
    labels = tuple(sorted((label, written) for label in rule.labels if (written := form.get(f"label:{label}", "").strip()[:LABEL_MAX])))
    given = Given(bare(signal), at, value, over or timedelta(), labels)
    samples.record(request.organisation.id, [given], by=request.actor.person)
    return panels.answer(request, number, None, "signals", f"signal:{signal}")


@require_POST
@needs("incident.act")
def baseline(request: Request, number: str, signal: str) -> HttpResponse:
    """Say what mean a signal is held against."""
    case = cases.find(request, number)
    try:
        mean = finite(request.POST.get("mean", ""))
    except InvalidOperation:
        mean = Decimal(0)
    if signal not in case.program.signals or mean <= 0:
        refused = Refused("E104", _("This is no mean."), _("Write a number above zero."))
        return panels.answer(request, number, refused, "signals", f"signal:{signal}")
    samples.set_baseline(request.organisation.id, bare(signal), mean, by=request.actor.person)
    return panels.answer(request, number, None, "signals", f"signal:{signal}")


def finite(typed: str) -> Decimal:
    """
    Return the number that a person typed, with a point or a comma.

    :raises InvalidOperation: it is none, or one that cannot be kept.
    """
    value = Decimal(typed.strip().replace(",", "."))
    if not value.is_finite() or abs(value) >= samples.VALUE_LIMIT:
        raise InvalidOperation
    return value
