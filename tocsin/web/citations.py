"""What a citation means: the place in the organisation's own document, and the rules that rest on it; the document, attached and checked."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.program import Program, Rule
from tocsin.engine.terms import Refused
from tocsin.incidents import plans, sources
from tocsin.incidents.models import Plan, SourceText
from tocsin.plan import glosses, passages
from tocsin.web import cases, clause_links, plan_document, plan_words, reply, said
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

_KINDS: Final = ("facts", "signals", "conditions", "roles", "groups", "levels", "triggers", "situations", "obligations", "decisions")
_MORE: Final = ("messages", "records", "figures", "checklists", "resources")
DOUBTS: Final = 100


@require_GET
@needs("incident.see")
def clause(request: Request, plan_id: str, plan_hash: str) -> HttpResponse:
    """Show a place that a version of a plan cites: what the document says there, and what the plan makes of it."""
    return _clause(request, plan_document.find(request, plan_id, plan_hash), request.GET.get("cite", ""))


def _clause(request: Request, plan: Plan, cite: str, refused: Refused | None = None) -> HttpResponse:
    program = plans.compiled(plan)
    if cite not in passages.citations(program):
        raise Http404
    documents = clause_links.documents(request)
    context = {
        "plan": plan,
        "program": program,
        "cite": cite,
        "passage": sources.passage(documents, plan.plan_id, cite),
        "attached": documents.get(plan.plan_id),
        "rules": list(_resting(program, cite)),
        "titled": plan_words.titled,
        "version_of": clause_links.version_of,
        "typed": request.POST,
        "refused": said.said(refused) if refused else None,
    }
    template = "plans/_clause.html" if request.htmx else "plans/clause.html"
    return reply.page(request, template, context, refused=refused)


@require_GET
@needs("incident.see")
def source(request: Request, plan_id: str) -> HttpResponse:
    """Show the document beside a plan: which of the plan's citations are found in it, and what of it a person must look at."""
    return _source(request, plan_document.find(request, plan_id))


@require_POST
@needs("plan.edit")
def attachment(request: Request, plan_id: str) -> HttpResponse:
    """Attach the organisation's document to a plan, from a file or pasted."""
    plan = plan_document.find(request, plan_id)
    upload = request.FILES.get("file")
    if upload and (upload.size or 0) > passages.TEXT_CHARS_MAX * 4:
        return _source(request, plan, Refused("E104", _("The file is too large for a document."), _("Attach it as text.")))
    text: str | bytes = upload.read() if upload else request.POST.get("text", "")
    name = request.POST.get("name", "").strip() or (upload and (upload.name or "")[: sources.NAME_CHARS_MAX]) or _("document")
    answer = sources.attach(request.organisation.id, plans.compiled(plan), name, text, request.actor.person)
    if isinstance(answer, Refused):
        return _source(request, plan, answer)
    audit.record(request.organisation, request.person, "plan.source_attached", f"{plan_id}: {answer.name}")
    return reply.see(_address(request, "plan-source", plan_id=plan_id))


@require_POST
@needs("plan.edit")
def removal(request: Request, plan_id: str) -> HttpResponse:
    """Take the document away."""
    plan = plan_document.find(request, plan_id)
    sources.detach(request.organisation.id, plan_id)
    audit.record(request.organisation, request.person, "plan.source_removed", plan_id)
    return reply.see(_address(request, "plan-source", plan_id=plan.plan_id))


@require_POST
@needs("plan.edit")
def pointing(request: Request, plan_id: str) -> HttpResponse:
    """Say by hand which words of the document a citation means."""
    plan = plan_document.find(request, plan_id)
    row, cite = clause_links.documents(request).get(plan_id), request.POST.get("cite", "")
    if row is None or cite not in passages.citations(plans.compiled(plan)):
        raise Http404
    refused = sources.point(row, cite, request.POST.get("words", ""))
    if refused:
        return _clause(request, plan, cite, refused)
    audit.record(request.organisation, request.person, "plan.source_pointed", f"{plan_id}: {cite}")
    return reply.see(clause_links.address(request.organisation.slug, plan_id, plan.hash, cite))


def _source(request: Request, plan: Plan, refused: Refused | None = None) -> HttpResponse:
    program = plans.compiled(plan)
    row = clause_links.documents(request).get(plan.plan_id)
    context = {
        "plan": plan,
        "program": program,
        "plan_id": plan.plan_id,
        "version": plan.hash[:12],
        "attached": row,
        "doubts": glosses.clean(row.text).doubts[:DOUBTS] if row else (),
        **_coverage(request, program, row),
        "people": cases.people_of(request),
        "typed": request.POST,
        "refused": said.said(refused) if refused else None,
    }
    return reply.page(request, "plans/source.html", context, refused=refused)


def _coverage(request: Request, program: Program, row: SourceText | None) -> Mapping[str, Any]:
    """Return which citations are found in the documents, in the order of the plan, with their first words."""
    every = (
        {cite: sources.passage(clause_links.documents(request), program.id, cite) for cite in passages.citations(program)} if row else {}
    )
    return {"found": {cite: one for cite, one in every.items() if one}, "missing": [cite for cite, one in every.items() if not one]}


def _resting(program: Program, cite: str) -> Iterator[Rule]:
    """Yield the rules of a plan that rest on a place."""
    for kind in (*_KINDS, *_MORE):
        yield from (rule for rule in getattr(program, kind).values() if cite in rule.cite)
    yield from (rule for rule in program.standing.obligations.values() if cite in rule.cite) if program.standing else ()


def _address(request: Request, name: str, **parts: str) -> str:
    return reverse(name, kwargs={"slug": request.organisation.slug, **parts})
