"""What is known about an incident, stated by a person."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import cases, fact_fields, times
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def instant(request: Request, number: str, moment: str) -> HttpResponse:
    """Record a moment by hand, now or at the time given."""
    typed = request.POST.get("happened_at", "").strip()
    try:
        command: t.Command | t.Refused = t.Mark(moment=moment, happened_at=times.read(typed) if typed else None)
    except ValueError:
        command = t.Refused("E104", _("A value cannot be read."), _("Write it as the field asks."), (typed,))
    return panels.act(request, number, command, "facts", f"moment:{moment}")


@require_POST
@needs("incident.act")
def withdrawal(request: Request, number: str, moment: str) -> HttpResponse:
    """Take back a moment that did not last, with a reason."""
    command = t.Withdraw(moment=moment, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "facts", f"moment:{moment}")


@require_POST
@needs("incident.act")
def statement(request: Request, number: str) -> HttpResponse:
    """State what the form says; what is unchanged is nothing."""
    case = cases.find(request, number)
    facts = fact_fields.read(case.program.facts.values(), request.POST, dict(request.POST.lists()))
    command = facts if isinstance(facts, t.Refused) else t.StateFacts(facts=facts, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "facts", "facts")
