"""The audit of administration, newest first."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from tocsin.accounts import audit
from tocsin.incidents import plans
from tocsin.web import reply
from tocsin.web.audited import Reading
from tocsin.web.reply import Request, needs


@require_GET
@needs("organisation.own")
def entries(request: Request) -> HttpResponse:
    """Show the latest entries."""
    programs = {plan_id: plans.compiled(plan) for plan_id, plan in plans.in_force(request.organisation.id).items()}
    entries = [Reading(entry, programs) for entry in audit.latest(request.organisation, 200)]
    return reply.page(request, "audit.html", {"entries": entries})
