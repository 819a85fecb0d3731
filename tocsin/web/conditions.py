"""Conditions: attested with evidence, the attestation withdrawn, waived under the plan's own terms."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import forms
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def attestation(request: Request, number: str, condition: str) -> HttpResponse:
    """Say that a condition holds."""
    command = t.Attest(condition=condition, evidence=forms.evidence(request))
    return panels.act(request, number, command, _panel(condition), f"condition:{condition}")


@require_POST
@needs("incident.act")
def withdrawal(request: Request, number: str, condition: str) -> HttpResponse:
    """Withdraw an attestation."""
    command = t.TakeBack(condition=condition, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, _panel(condition), f"condition:{condition}")


@require_POST
@needs("incident.act")
def waiver(request: Request, number: str, condition: str) -> HttpResponse:
    """Waive a condition, or approve that somebody else waived it."""
    command = t.WaiveCondition(condition=condition, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, _panel(condition), f"condition:{condition}")


def _panel(condition: str) -> str:
    """Return the panel that a condition stands in: an item of a checklist is called `<checklist>.<item>`."""
    return "checklists" if "." in condition else "conditions"
