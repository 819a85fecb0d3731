"""Roles of an incident: assigned and taken back, accepted, handed over, created."""

import re

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.kit import ids
from tocsin.web import cases, reply
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def assignment(request: Request, number: str, role: str) -> HttpResponse:
    """Give a role to a person, who is asked to accept; to nobody, it is taken back."""
    command = t.Assign(role=role, person=request.POST.get("person", ""), reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "roles", f"role:{role}")


@require_POST
@needs("incident.speak")
def acceptance(request: Request, number: str, role: str) -> HttpResponse:
    """Accept a role, or an invitation."""
    return panels.act(request, number, t.Accept(role=role), "roles", f"role:{role}", find=cases.attend)


@require_POST
@needs("incident.speak")
def refusal(request: Request, number: str, role: str) -> HttpResponse:
    """Decline a role or an invitation; whoever sees nothing of the incident any more is led to what else he or she was told."""
    case = cases.attend(request, number)
    outcome = panels.handle(request, case, t.Decline(role=role, reason=request.POST.get("reason", "").strip()))
    if request.viewer.attended().filter(incident_id=case.id).exists():
        return panels.answer(request, number, outcome, "roles", f"role:{role}", find=cases.attend)
    return reply.see(reverse("inbox", kwargs={"slug": request.organisation.slug}))


@require_POST
@needs("incident.act")
def calling_in(request: Request, number: str, role: str) -> HttpResponse:
    """Call people into a role in one act; each is asked to accept."""
    command = t.CallIn(
        role=role,
        people=tuple(request.POST.getlist("person")),
        source=request.POST.get("source", ""),
        reason=request.POST.get("reason", "").strip(),
    )
    return panels.act(request, number, command, "roles", f"call:{role}")


@require_POST
@needs("incident.act")
def handover(request: Request, number: str, role: str) -> HttpResponse:
    """Hand a role over with its open clocks."""
    command = t.HandOver(role=role, to=request.POST.get("person", ""), reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "roles", f"role:{role}")


@require_POST
@needs("incident.act")
def creation(request: Request, number: str) -> HttpResponse:
    """Make a role that the plan does not have."""
    name = request.POST.get("name", "").strip()
    command = t.CreateRole(role=_id(name), name=name, duty=request.POST.get("duty", "").strip(), person=request.POST.get("person", ""))
    return panels.act(request, number, command, "roles", "role:new")


@require_POST
@needs("incident.act")
def named(request: Request, number: str) -> HttpResponse:
    """Give a role by any of its names; where several roles bear the name, the page asks which is meant."""
    command = t.Assign(role=request.POST.get("name", "").strip(), person=request.POST.get("person", ""))
    return panels.act(request, number, command, "roles", "role:named")


@require_POST
@needs("incident.act")
def stream_opening(request: Request, number: str) -> HttpResponse:
    """Open a work stream."""
    name = request.POST.get("name", "").strip()
    return panels.act(request, number, t.OpenStream(stream=_id(name, "stream"), name=name), "roles", "stream:new")


@require_POST
@needs("incident.act")
def stream_closing(request: Request, number: str, stream: str) -> HttpResponse:
    """Close a work stream."""
    command = t.CloseStream(stream=stream, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "roles", f"stream:{stream}")


def _id(name: str, kind: str = "role") -> str:
    """Return an id for what a person named: its letters where they are Latin, else one of its own."""
    spelled = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:48]
    if not name:
        return ""
    return spelled if re.match(r"[a-z]", spelled) else f"{kind}_{ids.new().hex[-8:]}"
