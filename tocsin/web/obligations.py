"""What is owed: fulfilled with words, parts and evidence, or waived with a reason."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import cases, fact_fields
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def fulfilment(request: Request, number: str, obligation: str) -> HttpResponse:
    """Fulfil one obligation, with what it asks and gives; `happened_at` says that it was done before now."""
    entry, form = request.POST.get("entry", ""), request.POST
    program = cases.find(request, number).program
    rule = program.obligations.get(obligation)
    asked = fact_fields.read([program.facts[name] for name in rule.fields] if rule else [], form, dict(form.lists()))
    if isinstance(asked, t.Refused):
        return panels.act(request, number, asked, "steps", f"step:{obligation}:{entry}")
    command: t.Command | t.Refused
    try:
        happened_at = fact_fields.instant(form["happened_at"]) if form.get("happened_at") else None
        command = t.Fulfil(
            obligation=obligation,
            entry=entry,
            words=form.get("words", "").strip(),
            evidence=evidence(request),
            checks=tuple(int(index) for index in form.getlist("check") if index.isdecimal()),
            happened_at=happened_at,
            facts=asked,
            roles={key.removeprefix("role:"): person for key, person in form.items() if key.startswith("role:") and person},
        )
    except ValueError:
        command = t.Refused("E104", _("This is no time."), _("Write it as the field asks."))
    return panels.act(request, number, command, "steps", f"step:{obligation}:{entry}")


@require_POST
@needs("incident.act")
def answer(request: Request, number: str, obligation: str) -> HttpResponse:
    """Answer that what is owed only where it is needed is not needed."""
    entry = request.POST.get("entry", "")
    return panels.act(request, number, t.NotNeeded(obligation=obligation, entry=entry), "steps", f"step:{obligation}:{entry}")


@require_POST
@needs("incident.act")
def waiver(request: Request, number: str, obligation: str) -> HttpResponse:
    """Waive what is owed, with a reason."""
    entry = request.POST.get("entry", "")
    command = t.WaiveClock(obligation=obligation, entry=entry, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "steps", f"step:{obligation}:{entry}")


def evidence(request: Request) -> tuple[str, ...]:
    """Return the evidence that a form names, one on each line."""
    return tuple(line.strip() for line in request.POST.get("evidence", "").splitlines() if line.strip())
