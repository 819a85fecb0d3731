"""The parties outside that an incident touches: added, removed, told by word of mouth."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


def _said(request: Request, name: str) -> str:
    return request.POST.get(name, "").strip()


@require_POST
@needs("incident.act")
def addition(request: Request, number: str) -> HttpResponse:
    """Add a party, by its name or by its entry in a register."""
    about = {"kind": kind} if (kind := _said(request, "kind")) else {}
    reporter = bool(request.POST.get("reporter"))
    command = t.AddParty(
        party=_said(request, "party"), name=_said(request, "name"), contact=_said(request, "contact"), reporter=reporter, about=about
    )
    return panels.act(request, number, command, "parties", "party:new")


@require_POST
@needs("incident.act")
def removal(request: Request, number: str, party: str) -> HttpResponse:
    """Take a party off the list that turned out not to be affected."""
    command = t.RemoveParty(party=party, reason=_said(request, "reason"))
    return panels.act(request, number, command, "parties", f"party:{party}")


@require_POST
@needs("incident.act")
def word(request: Request, number: str, party: str) -> HttpResponse:
    """Record that a party was told by word of mouth."""
    command = t.TellParty(party=party, words=_said(request, "words"), template=_said(request, "template"))
    return panels.act(request, number, command, "parties", f"party:{party}")
