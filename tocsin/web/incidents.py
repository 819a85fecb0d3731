"""Incidents: the list, the room of one, and each of its panels alone."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from tocsin.web import cases, plan_words, reply
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels, timeline

LISTED = 200


@require_GET
@needs("incident.attend")
def every(request: Request) -> HttpResponse:
    """Show the incidents of the organisation in turn: those worked out of turn, then the others, then what is over, each the newest first."""
    wanted = request.GET.get("show", "all")
    rows = request.viewer.attended().order_by(*cases.IN_TURN)
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
@needs("incident.attend")
def room(request: Request, number: str) -> HttpResponse:
    """Show the room of one incident, or the part of it that an invitation shows."""
    case = cases.attend(request, number)
    return reply.page(
        request,
        "incidents/in_part.html" if case.limited else "incidents/room.html",
        {"case": case, "panels": panels.whole(request, case), "triggers": {name: panel.trigger for name, panel in panels.PANELS.items()}},
    )


@require_GET
@needs("incident.attend")
def panel(request: Request, number: str, panel_name: str) -> HttpResponse:
    """Show one panel of the room alone."""
    case = cases.attend(request, number)
    if panel_name not in panels.PANELS or not panels.seen(case, panels.PANELS[panel_name]):
        raise Http404
    return panels.show(request, case, panels.PANELS[panel_name])


@require_GET
@needs("incident.see")
def record(request: Request, number: str) -> HttpResponse:
    """Show the whole record of an incident, with what the machine noted for itself."""
    case = cases.find(request, number)
    context = {"case": case, "panel": panels.PANELS["timeline"], **timeline.context(case, everything=True), "row": "", "typed": {}}
    return reply.page(request, "incidents/record.html", context)
