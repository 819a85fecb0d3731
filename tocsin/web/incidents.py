"""Incidents: the list, the room of one, and each of its panels alone."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from tocsin.web import cases, plan_words, reply
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels, timeline

LISTED = 200


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show the incidents of the organisation, the newest first."""
    wanted = request.GET.get("show", "all")
    rows = cases.seen(request).order_by("-declared_at")
    if wanted in ("open", "closed"):
        rows = rows.filter(open=wanted == "open")
    context = {
        "rows": request.viewer.glances(rows[:LISTED]),
        "wanted": wanted,
        "people": cases.people_of(request),
        "phase": plan_words.phase,
        "colours": plan_words.TONES,
    }
    return reply.page(request, "incidents/list.html", context)


@require_GET
@needs("incident.see")
def room(request: Request, number: str) -> HttpResponse:
    """Show the room of one incident."""
    case = cases.find(request, number)
    return reply.page(
        request,
        "incidents/room.html",
        {"case": case, "panels": panels.whole(request, case), "triggers": {name: panel.trigger for name, panel in panels.PANELS.items()}},
    )


@require_GET
@needs("incident.see")
def panel(request: Request, number: str, panel_name: str) -> HttpResponse:
    """Show one panel of the room alone."""
    if panel_name not in panels.PANELS:
        raise Http404
    return panels.show(request, cases.find(request, number), panels.PANELS[panel_name])


@require_GET
@needs("incident.see")
def record(request: Request, number: str) -> HttpResponse:
    """Show the whole record of an incident, with what the machine noted for itself."""
    case = cases.find(request, number)
    context = {"case": case, "panel": panels.PANELS["timeline"], **timeline.context(case, everything=True), "row": "", "typed": {}}
    return reply.page(request, "incidents/record.html", context)
