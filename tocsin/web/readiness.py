"""Readiness: what the organisation owes between incidents, done here; and the registers that it depends on, kept here."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine import terms as t
from tocsin.engine.program import Field
from tocsin.engine.program.standing import REMOVED
from tocsin.incidents import desk
from tocsin.incidents.answers import KeyReused
from tocsin.incidents.models import RegisterRow
from tocsin.web import forms, records, reply, standing, times
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.said import said


@require_GET
@needs("incident.see")
def page(request: Request) -> HttpResponse:
    """Show the standing duties and registers of every plan; htmx gets what changes alone."""
    return reply.page(request, _template(request), standing.context(request))


@require_POST
@needs("incident.act")
def fulfilment(request: Request, plan_id: str, obligation: str) -> HttpResponse:
    """Fulfil one standing duty: by words and evidence, or by the record that it asks for."""
    kept = _find(request, plan_id)
    rule, entry, row = kept.program.obligations.get(obligation), request.POST.get("entry", ""), request.POST.get("row", "")
    record = kept.program.records.get(rule.object) if rule and rule.verb == "record" else None
    if record is None:
        return _act(request, kept, _fulfil(request, obligation, entry), row)
    names = {record.fields[0].id: entry} if record.of and entry else {}
    fields = {**records.typed(request, record.fields), **names}
    return _act(request, kept, t.Enter(record=record.id, fields=fields, evidence=forms.evidence(request)), row)


def _fulfil(request: Request, obligation: str, entry: str) -> t.Fulfil | t.Refused:
    form = request.POST
    try:
        happened_at = times.read(form["happened_at"]) if form.get("happened_at") else None
    except ValueError:
        return t.Refused("E104", _("This is no time."), _("Write it as the field asks."))
    return t.Fulfil(
        obligation=obligation, entry=entry, words=form.get("words", "").strip(), evidence=forms.evidence(request), happened_at=happened_at
    )


@require_POST
@needs("incident.act")
def entry(request: Request, plan_id: str, register: str) -> HttpResponse:
    """Make an entry of a register, amend one, or take it out."""
    kept = _find(request, plan_id)
    rule, name = kept.program.records.get(register), request.POST.get("entry", "")
    fields = records.typed(request, rule.fields if rule else ())
    if "removal" in request.POST:
        fields = {REMOVED: times.now().isoformat()}
    elif name and rule:
        fields = _changed(kept, name, rule.fields, fields)
    return _act(request, kept, t.Enter(record=register, entry=name, fields=fields), request.POST.get("row", ""))


@require_POST
@needs("incident.act")
def number(request: Request, plan_id: str, register: str, entry: str) -> HttpResponse:
    """Show what is confidential of an entry, in this answer alone, to those whom the plan lets see it; each look is logged (RDY-06)."""
    kept = _find(request, plan_id)
    found = standing.secrets(kept, register, entry)
    if not found:
        raise Http404
    audit.record(request.organisation, request.person, "number.viewed", f"{plan_id}: {entry}")
    context = {"kept": kept, "entry": entry, "numbers": found}
    return reply.page(request, "incidents/_number.html" if request.htmx else "readiness/number.html", context)


def _changed(kept: standing.Kept, entry: str, fields: tuple[Field, ...], typed: dict[str, str]) -> dict[str, str]:
    """Return what the form says otherwise than the entry: a form that shows everything sends everything back."""
    known = RegisterRow.objects.filter(incident_id=kept.id, entry=entry).values_list("fields", flat=True).first() or {}
    shown = {
        field.id: times.named(times.typed(known.get(field.id, ""))) if field.type == "time" else known.get(field.id) for field in fields
    }
    return {name: words for name, words in typed.items() if words != shown.get(name)}


def _find(request: Request, plan_id: str) -> standing.Kept:
    kept = standing.find(request, plan_id)
    if kept is None:
        raise Http404
    return kept


def _act(request: Request, kept: standing.Kept, command: t.Command | t.Refused, row: str) -> HttpResponse:
    outcome = command if isinstance(command, t.Refused) else _handle(request, kept, command)
    refused = {"refused": said(outcome, kept.program), "row": row, "typed": request.POST} if isinstance(outcome, t.Refused) else {}
    if refused or request.htmx:
        return reply.page(request, _template(request), {**standing.context(request), **refused}, status=409 if refused else 200)
    return reply.see(reverse("readiness", kwargs={"slug": request.organisation.slug}))


def _handle(request: Request, kept: standing.Kept, command: t.Command) -> desk.Answer:
    try:
        return desk.handle(kept.id, command, actor=kept.actor, key=request.POST.get("key", ""))
    except KeyReused as error:
        return t.Refused(error.code, str(error), error.hint)


def _template(request: Request) -> str:
    return "readiness/_live.html" if request.htmx else "readiness/page.html"
