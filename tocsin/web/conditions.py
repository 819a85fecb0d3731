"""Conditions: attested with evidence, the attestation withdrawn, waived under the plan's own terms."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import forms
from tocsin.web.reply import Request, needs
from tocsin.web.room import conditions as shown
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def attestation(request: Request, number: str, condition: str) -> HttpResponse:
    """Say that a condition holds, for one entry where each has to be attested."""
    entry = request.POST.get("entry", "")
    command = t.Attest(condition=condition, entry=entry, evidence=forms.evidence(request))
    return panels.act(request, number, command, _panel(condition), shown.key(condition, entry))


@require_POST
@needs("incident.act")
def withdrawal(request: Request, number: str, condition: str) -> HttpResponse:
    """Withdraw an attestation."""
    entry = request.POST.get("entry", "")
    command = t.TakeBack(condition=condition, entry=entry, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, _panel(condition), shown.key(condition, entry))


@require_POST
@needs("incident.act")
def waiver(request: Request, number: str, condition: str) -> HttpResponse:
    """Waive a condition, or approve that somebody else waived it."""
    command = t.WaiveCondition(condition=condition, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, _panel(condition), shown.key(condition))


def _panel(condition: str) -> str:
    """Return the panel that a condition stands in: an item of a checklist is called `<checklist>.<item>`."""
    return "checklists" if "." in condition else "conditions"
