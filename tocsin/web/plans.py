"""Plans: the list, one version as a document that can be read, loading a file with all findings at once."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.terms import Refused
from tocsin.incidents import plans
from tocsin.incidents.models import Plan
from tocsin.plan import glosses, shipped
from tocsin.web import cases, plan_document, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs

SOURCE_BYTES_MAX = 2_000_000


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show the plans of the organisation and their versions."""
    return _list(request)


@require_POST
@needs("plan.edit")
def loading(request: Request) -> HttpResponse:
    """Load a plan from a file or pasted text; what is wrong with it is said all at once."""
    upload = request.FILES.get("file")
    if upload and (upload.size or 0) > SOURCE_BYTES_MAX:
        return _list(request, refused=Refused("E104", _("The file is too large for a plan."), _("Plans are text of at most 2 MB.")))
    source: str | bytes = upload.read() if upload else request.POST.get("source", "").replace("\r\n", "\n")
    if not source.strip():
        return _list(request, refused=Refused("E202", _("There is no plan."), _("Choose a file, or paste the text.")))
    if request.POST.get("act") == "clean":
        return _cleaned(request, source)
    name = (upload and upload.name) or "plan.yaml"
    plan, findings = plans.load(request.organisation.id, source, name, by=request.actor.person)
    if plan is None:
        refused = Refused("E104", _("The plan is not loaded: it has errors."), _("Every finding has its line and column."))
        return _list(
            request, refused=refused, findings=findings, source=source if isinstance(source, str) else source.decode("utf-8", "replace")
        )
    audit.record(request.organisation, request.person, "plan.loaded", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return reply.see(_address(request, plan))


@require_POST
@needs("plan.edit")
def taking(request: Request, plan_id: str) -> HttpResponse:
    """Load a plan that comes with Tocsin, as a draft that its owner approves."""
    source = shipped.sources().get(plan_id)
    plan = plans.load(request.organisation.id, source.read_text("utf-8"), f"{plan_id}.yaml", by=request.actor.person)[0] if source else None
    if plan is None:
        raise Http404
    audit.record(request.organisation, request.person, "plan.loaded", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return reply.see(_address(request, plan))


@require_GET
@needs("incident.see")
def document(request: Request, plan_id: str, plan_hash: str = "") -> HttpResponse:
    """Show one version as a document: the one in force, or the one that the hash names."""
    return plan_document.page(request, plan_document.find(request, plan_id, plan_hash))


def _cleaned(request: Request, source: str | bytes) -> HttpResponse:
    """Put the text back without readings behind traditional characters, with every place that a person must look at (PLN-09)."""
    try:
        found = glosses.clean(source if isinstance(source, str) else source.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _list(request, refused=Refused("E104", _("The file is not text in UTF-8."), _("Save it again as UTF-8.")))
    return _list(request, source=found.text, cleaned=found)


def _list(
    request: Request,
    *,
    refused: Refused | None = None,
    findings: tuple[Any, ...] = (),
    source: str = "",
    cleaned: glosses.Cleaned | None = None,
) -> HttpResponse:
    versions: dict[str, list[Plan]] = {}
    for plan in Plan.objects.filter(organisation=request.organisation).order_by("plan_id", "-loaded_at"):
        versions.setdefault(plan.plan_id, []).append(plan)
    for known in versions.values():
        known.sort(key=lambda plan: plan.status != plans.IN_FORCE)
    offered = [program for name in shipped.sources() if name not in versions and (program := shipped.program(name))]
    context = {
        "versions": versions,
        "offered": offered,
        "findings": findings,
        "source": source,
        "cleaned": cleaned,
        "people": cases.people_of(request),
    }
    return reply.page(request, "plans/list.html", context, refused=refused)


def _address(request: Request, plan: Plan) -> str:
    return reverse("plan-version", kwargs={"slug": request.organisation.slug, "plan_id": plan.plan_id, "plan_hash": plan.hash[:12]})
