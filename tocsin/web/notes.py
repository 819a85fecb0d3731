"""What people write into an incident: notes and further reports."""

from dataclasses import replace
from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.incidents.elsewhere import Elsewhere
from tocsin.kit import ids
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels

SYSTEM_CHARS_MAX: Final = 64


@require_POST
@needs("incident.act")
def note(request: Request, number: str) -> HttpResponse:
    """Write into the timeline."""
    return panels.act(request, number, t.Note(words=request.POST.get("words", "").strip()), "timeline", "note")


@require_POST
@needs("incident.act")
def report(request: Request, number: str) -> HttpResponse:
    """Attach one more report, or the record that another system keeps of the incident."""
    words, key = request.POST.get("words", "").strip(), request.POST.get("key") or ids.new().hex
    system, there = request.POST.get("system", "").strip(), request.POST.get("number", "").strip()
    command: t.Command | t.Refused = t.AddReport(key=f"page:{key}", means="manual", words=words)
    if system and there:
        command = replace(Elsewhere(system[:SYSTEM_CHARS_MAX], there).report(words), link=request.POST.get("link", "").strip())
    elif not words:
        command = t.Refused("E202", _("The report is empty."), _("Write a line."))
    return panels.act(request, number, command, "reports", "report")
