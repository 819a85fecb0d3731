"""What is known about an incident, stated by a person."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import cases, fact_fields
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def statement(request: Request, number: str) -> HttpResponse:
    """State what the form says; what is unchanged is nothing."""
    case = cases.find(request, number)
    facts = fact_fields.read(case.program.facts.values(), request.POST, dict(request.POST.lists()))
    command = facts if isinstance(facts, t.Refused) else t.StateFacts(facts=facts, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "facts", "facts")
