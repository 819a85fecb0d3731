"""What is owed: fulfilled with words, parts and evidence, answered with not needed, or waived with a reason."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import cases, fact_fields, forms, times
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs


@require_POST
@needs("incident.act")
def fulfilment(request: Request, number: str, obligation: str) -> HttpResponse:
    """Fulfil one obligation, with what it asks and gives; `happened_at` says that it was done before now."""
    return forms.step(request, number, obligation, lambda entry: _fulfil(request, number, obligation, entry))


def _fulfil(request: Request, number: str, obligation: str, entry: str) -> t.Fulfil | t.Refused:
    form, program = request.POST, cases.find(request, number).program
    rule = program.obligations.get(obligation)
    facts = fact_fields.read([program.facts[name] for name in rule.fields] if rule else [], form, dict(form.lists()))
    if isinstance(facts, t.Refused):
        return facts
    try:
        happened_at = times.read(form["happened_at"]) if form.get("happened_at") else None
    except ValueError:
        return t.Refused("E104", _("This is no time."), _("Write it as the field asks."))
    return t.Fulfil(
        obligation=obligation,
        entry=entry,
        words=form.get("words", "").strip(),
        evidence=forms.evidence(request),
        checks=tuple(int(index) for index in form.getlist("check") if index.isdecimal()),
        happened_at=happened_at,
        facts=facts,
        roles={role: person for role, person in forms.beginning(form, "role:").items() if person},
    )


@require_POST
@needs("incident.act")
def answer(request: Request, number: str, obligation: str) -> HttpResponse:
    """Answer that what is owed only where it is needed is not needed."""
    return forms.step(request, number, obligation, lambda entry: t.NotNeeded(obligation=obligation, entry=entry))


@require_POST
@needs("incident.act")
def waiver(request: Request, number: str, obligation: str) -> HttpResponse:
    """Waive what is owed, with a reason."""
    reason = request.POST.get("reason", "").strip()
    return forms.step(request, number, obligation, lambda entry: t.WaiveClock(obligation=obligation, entry=entry, reason=reason))


@require_POST
@needs("incident.act")
def due(request: Request, number: str, obligation: str) -> HttpResponse:
    """Bring the due time of what is owed forward, with a reason."""
    return forms.step(request, number, obligation, lambda entry: _brought_forward(request, obligation, entry))


def _brought_forward(request: Request, obligation: str, entry: str) -> t.BringForward | t.Refused:
    try:
        due_at = times.read(request.POST.get("due_at", ""))
    except ValueError:
        return t.Refused("E104", _("This is no time."), _("Write it as the field asks."))
    return t.BringForward(obligation=obligation, entry=entry, due_at=due_at, reason=request.POST.get("reason", "").strip())
