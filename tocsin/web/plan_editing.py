"""The next version of a plan: written beside what is found in it, compared in words with the version in force, approved by its owner."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.program import Program
from tocsin.engine.terms import Refused
from tocsin.incidents import editing, plans
from tocsin.incidents.models import Plan
from tocsin.plan import shipped
from tocsin.web import cases, plan_changes, plan_document, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

SOURCE_CHARS_MAX = 2_000_000
SHIPPED = "shipped"
"""Stands for the plan as it comes with Tocsin where a version is chosen to compare with (PLN-07)."""


@require_GET
@needs("plan.edit")
def text(request: Request, plan_id: str) -> HttpResponse:
    """Show the text of the plan's next version, with what is found in it and how it reads as a document."""
    return _editor(request, plan_id)


@require_POST
@needs("plan.edit")
def reading(request: Request, plan_id: str) -> HttpResponse:
    """Read the text as it stands, without keeping it: the findings, the difference, and the document."""
    return reply.page(request, "plans/_reading.html", _read(request, plan_id, _source(request)))


@require_POST
@needs("plan.edit")
def saving(request: Request, plan_id: str) -> HttpResponse:
    """Keep the text, errors and all; with `propose` make a version of it."""
    source = _source(request)
    if len(source) > SOURCE_CHARS_MAX:
        refused = Refused("E104", _("The text is too long for a plan."), _("Plans are text of at most 2 MB."))
        return _editor(request, plan_id, source=source, refused=refused)
    _known(request, plan_id)
    revision = int(request.POST.get("revision", "0") or 0) if request.POST.get("revision", "").isdecimal() else 0
    saved = editing.save(request.organisation.id, plan_id, source, revision, request.actor.person)
    if isinstance(saved, Refused):
        return _editor(request, plan_id, source=source, refused=saved)
    if "propose" not in request.POST:
        return reply.see(_text_address(request, plan_id))
    plan = editing.propose(saved, request.actor.person)
    if isinstance(plan, Refused):
        return _editor(request, plan_id, refused=plan)
    audit.record(request.organisation, request.person, "plan.proposed", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return reply.see(_version_address(request, plan))


@require_POST
@needs("plan.edit")
def discarding(request: Request, plan_id: str) -> HttpResponse:
    """Drop the text being written; the versions stay."""
    _known(request, plan_id)
    editing.discard(request.organisation.id, plan_id)
    return reply.see(reverse("plan", kwargs={"slug": request.organisation.slug, "plan_id": plan_id}))


@require_GET
@needs("incident.see")
def comparison(request: Request, plan_id: str, plan_hash: str) -> HttpResponse:
    """Show in words what differs between this version and another: the one that `with` names, else the one in force, else the one before."""
    plan = plan_document.find(request, plan_id, plan_hash)
    chosen, original = request.GET.get("with", ""), shipped.program(plan_id)
    other: Program | None
    if chosen == SHIPPED and original is not None:
        other = original
    else:
        found = plan_document.find(request, plan_id, chosen) if chosen else plan_document.earlier(plan)
        other = plans.compiled(found) if found else None
    context = {
        "plan": plan,
        "other": other,
        "chosen": chosen,
        "versions": Plan.objects.filter(organisation=request.organisation, plan_id=plan_id).exclude(pk=plan.pk).order_by("-loaded_at"),
        "original": original if original and original.hash != plan.hash else None,
        "changes": plan_changes.lines(other, plans.compiled(plan)) if other else [],
    }
    return reply.page(request, "plans/comparison.html", context)


@require_POST
@needs("incident.see")
def approval(request: Request, plan_id: str, plan_hash: str) -> HttpResponse:
    """Put a version in force as the plan's owner."""
    plan = plan_document.find(request, plan_id, plan_hash)
    refused = editing.approve(plan, request.actor.person, request.POST.get("note", ""))
    if refused is None:
        audit.record(request.organisation, request.person, "plan.published", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return _answer(request, plan, refused)


@require_POST
@needs("incident.see")
def acknowledgement(request: Request, plan_id: str, plan_hash: str) -> HttpResponse:
    """Take note of one finding as the plan's owner, with a reason."""
    plan = plan_document.find(request, plan_id, plan_hash)
    code, path = request.POST.get("code", ""), request.POST.get("path", "")
    refused = editing.acknowledge(plan, code, path, request.POST.get("reason", ""), request.actor.person)
    if refused is None:
        audit.record(request.organisation, request.person, "plan.acknowledged", f"{plan.plan_id} {code} {path}", hash=plan.hash)
    return _answer(request, plan, refused)


def _answer(request: Request, plan: Plan, refused: Refused | None) -> HttpResponse:
    if refused is None:
        return reply.see(_version_address(request, plan))
    return plan_document.page(request, plan, refused)


def _editor(request: Request, plan_id: str, *, source: str | None = None, refused: Refused | None = None) -> HttpResponse:
    known = _known(request, plan_id)
    context = {
        "text_": known,
        "version": plan_document.find(request, plan_id).hash[:12],
        "source": known.source if source is None else source,
        "people": cases.people_of(request),
        **_read(request, plan_id, known.source if source is None else source),
    }
    return reply.page(request, "plans/editor.html", context, refused=refused)


def _read(request: Request, plan_id: str, source: str) -> dict[str, Any]:
    result = editing.checked(request.organisation.id, plan_id, source)
    base = Plan.objects.filter(organisation=request.organisation, plan_id=plan_id, status=plans.IN_FORCE).first()
    changes = plan_changes.lines(plans.compiled(base), result.program) if base and result.program else []
    words = plan_document.words(result.program) if result.program else {}
    return {"plan_id": plan_id, "findings": result.findings, "program": result.program, "base": base, "changes": changes, **words}


def _known(request: Request, plan_id: str) -> editing.Text:
    known = editing.text(request.organisation.id, plan_id)
    if known is None:
        raise Http404
    return known


def _source(request: Request) -> str:
    return request.POST.get("source", "").replace("\r\n", "\n")


def _text_address(request: Request, plan_id: str) -> str:
    return reverse("plan-text", kwargs={"slug": request.organisation.slug, "plan_id": plan_id})


def _version_address(request: Request, plan: Plan) -> str:
    return reverse("plan-version", kwargs={"slug": request.organisation.slug, "plan_id": plan.plan_id, "plan_hash": plan.hash[:12]})
