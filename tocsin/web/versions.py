"""An incident moved to another version of its plan: an explicit decision of the commander, with a reason (PLN-05)."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.incidents.models import Plan
from tocsin.web import cases
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def move(request: Request, number: str) -> HttpResponse:
    """Move the incident to the version that the form names."""
    case = cases.find(request, number)
    wanted = Plan.objects.filter(organisation=request.organisation, plan_id=case.board.plan_id, hash=request.POST.get("plan", "")).first()
    command: t.Command | t.Refused = t.Refused("E103", _("There is no such version."), _("Load the page again."))
    if wanted is not None:
        command = t.MovePlan(plan_hash=wanted.hash, version=wanted.version, reason=request.POST.get("reason", "").strip())
    return panels.act(request, number, command, "decisions", "version")
