"""Records: an entry made, or fields added to one that is open."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.engine.program import Field
from tocsin.web import cases, forms, reply, review, times
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels
from tocsin.web.said import said


@require_POST
@needs("incident.act")
def entry(request: Request, number: str, record: str) -> HttpResponse:
    """Enter a record, or add to an entry; the answer is the panel, or the review where the form stood there."""
    name = request.POST.get("entry", "")
    case = cases.find(request, number)
    rule = case.program.records.get(record)
    fields = typed(request, rule.fields if rule else ())
    command = _command(request, record, name, fields)
    row = f"entry:{record}:{name}" if name else f"record:{record}"
    if "review" not in request.POST:
        return panels.act(request, number, command, "records", row)
    outcome = panels.handle(request, case, command)
    if isinstance(outcome, t.Refused):
        shown = {"row": row, "typed": request.POST, "refused": said(outcome, case.program)}
        return reply.page(request, "incidents/review.html", {**review.context(cases.find(request, number)), **shown}, status=409)
    return reply.see(reverse("review", kwargs={"slug": request.organisation.slug, "number": number}))


def _command(request: Request, record: str, name: str, fields: dict[str, str]) -> t.Enter:
    reason = request.POST.get("reason", "").strip()
    return t.Enter(record=record, fields=fields, entry=name, reason=reason, evidence=forms.evidence(request))


def typed(request: Request, fields: Iterable[Field]) -> dict[str, str]:
    """Return the fields of a record or message that the form fills; a time is in the viewer's zone, and says so."""
    timed = {field.id for field in fields if field.type == "time"}
    filled = {name: words for name, words in forms.beginning(request.POST, "field:").items() if words}
    return {name: times.named(words) if name in timed else words for name, words in filled.items()}
