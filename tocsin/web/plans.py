"""Plans: the list, one version as a document that can be read, loading a file with all findings at once, publishing."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.expressions import spell
from tocsin.engine.program import Cases, FromFact, Limit, Program, Roles, Rule, Text
from tocsin.engine.terms import Refused
from tocsin.engine.times import Span
from tocsin.incidents import plans
from tocsin.incidents.models import BoardRow, Plan
from tocsin.plan import read
from tocsin.web import cases, plan_words, reply, wording
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
    if upload and upload.size > SOURCE_BYTES_MAX:
        return _list(request, refused=Refused("E104", _("The file is too large for a plan."), _("Plans are text of at most 2 MB.")))
    source = upload.read().decode("utf-8", "replace") if upload else request.POST.get("source", "").replace("\r\n", "\n")
    if not source.strip():
        return _list(request, refused=Refused("E202", _("There is no plan."), _("Choose a file, or paste the text.")))
    name = upload.name if upload else "plan.yaml"
    plan, findings = plans.load(request.organisation.id, source, name, by=request.actor.person)
    if plan is None:
        refused = Refused("E104", _("The plan is not loaded: it has errors."), _("Every finding has its line and column."))
        return _list(request, refused=refused, findings=findings, source=source)
    audit.record(request.organisation, request.person, "plan.loaded", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return reply.see(_address(request, plan))


@require_POST
@needs("plan.edit")
def publication(request: Request, plan_id: str, plan_hash: str) -> HttpResponse:
    """Put a version in force; the one in force until now is retired."""
    plan = _plan(request, plan_id, plan_hash)
    plans.publish(plan)
    audit.record(request.organisation, request.person, "plan.published", f"{plan.plan_id} {plan.version}", hash=plan.hash)
    return reply.see(_address(request, plan))


@require_GET
@needs("incident.see")
def document(request: Request, plan_id: str, plan_hash: str = "") -> HttpResponse:
    """Show one version as a document: the one in force, or the one that the hash names."""
    plan = _plan(request, plan_id, plan_hash)
    program = plans.compiled(plan)
    versions = Plan.objects.filter(organisation=request.organisation, plan_id=plan_id).order_by("-loaded_at")
    context = {
        "plan": plan,
        "program": program,
        "versions": versions,
        "findings": read.read(plan.source, f"{plan.plan_id}.yaml").findings,
        "used": BoardRow.objects.filter(organisation=request.organisation, plan_hash=plan.hash).count(),
        "people": cases.people_of(request),
        **_words(program),
    }
    return reply.page(request, "plans/document.html", context)


def _words(program: Program) -> dict[str, Any]:
    """Return how the document says what the program holds."""
    members: dict[str, list[str]] = {group.id: list(dict.fromkeys((group.lead, *group.members))) for group in program.groups.values()}
    grouped = {role for roles in members.values() for role in roles}
    return {
        "say": lambda tree: wording.say(program, tree),
        "spell": spell,
        "names": lambda roles: plan_words.names(program, roles),
        "name_of": lambda name: plan_words.name_of(program, name),
        "titled": plan_words.titled,
        "tone_of": lambda name: plan_words.tone(program, name),
        "mark_of": lambda name: plan_words.mark(program, name),
        "channel": plan_words.channel,
        "audience": plan_words.audience,
        "deed": plan_words.deed,
        "limit": lambda limit: _limit(program, limit),
        "who": lambda roles: _who(program, roles),
        "moments": [rule for rule in program.moments.values() if rule.cite and "." not in rule.id],
        "members": members,
        "ungrouped": [role for role in program.roles if role not in grouped],
        "steps": _steps(program),
        "held": _held(program),
    }


def _limit(program: Program, limit: Limit | None) -> list[tuple[Text | None, str]]:
    """Return a limit as pairs of the case (None: always) and the span in words."""
    match limit:
        case Span():
            return [(None, plan_words.span(limit))]
        case Cases(by, found, otherwise):
            cases_ = [(_case(program, by, name), plan_words.span(span)) for name, span in found.items()]
            rest: list[tuple[Text | None, str]] = [(plan_words.plain("other"), plan_words.span(otherwise))] if otherwise else []
            return [*cases_, *rest]
        case FromFact(fact):
            return [(plan_words.name_of(program, fact), "")]
        case _:
            return []


def _who(program: Program, roles: Roles) -> list[tuple[Text | None, tuple[str, ...]]]:
    """Return roles as pairs of the case (None: always) and the roles in it."""
    if isinstance(roles, Cases):
        return [(_case(program, roles.by, name), found) for name, found in roles.cases.items()]
    return [(None, roles)]


def _case(program: Program, by: str, name: str) -> Text:
    fact = program.facts.get(by)
    if fact is not None:
        return plan_words.option_name(fact, name)
    if by == "phase":
        return plan_words.plain(plan_words.phase(name))
    return plan_words.name_of(program, name)


def _steps(program: Program) -> list[tuple[Rule | None, list[Rule]]]:
    """Return obligations by the situation they belong to; those of none first."""
    standing = [rule for rule in program.obligations.values() if not rule.situation]
    situated = [
        (situation, [rule for rule in program.obligations.values() if rule.situation == situation.id])
        for situation in program.situations.values()
    ]
    return [(None, list(standing)), *((situation, list(rules)) for situation, rules in situated)]


def _held(program: Program) -> Callable[[str], str]:
    kinds: Mapping[str, Callable[[], str]] = {
        "person": lambda: _("a person"),
        "schedule": lambda: _("whoever is on duty"),
        "department": lambda: _("the head of a department"),
        "role": lambda: _("whoever holds another role"),
        "nobody": lambda: _("nobody until named"),
    }
    return lambda role: kinds[program.roles[role].held_by.kind]() if role in program.roles else ""


def _list(request: Request, *, refused: Refused | None = None, findings: tuple[Any, ...] = (), source: str = "") -> HttpResponse:
    versions: dict[str, list[Plan]] = {}
    for plan in Plan.objects.filter(organisation=request.organisation).order_by("plan_id", "-loaded_at"):
        versions.setdefault(plan.plan_id, []).append(plan)
    for known in versions.values():
        known.sort(key=lambda plan: plan.status != plans.IN_FORCE)
    context = {"versions": versions, "findings": findings, "source": source, "people": cases.people_of(request)}
    return reply.page(request, "plans/list.html", context, refused=refused)


def _plan(request: Request, plan_id: str, plan_hash: str) -> Plan:
    rows = Plan.objects.filter(organisation=request.organisation, plan_id=plan_id)
    found = rows.filter(hash__startswith=plan_hash).first() if plan_hash else None
    if plan_hash == "":
        found = rows.filter(status=plans.IN_FORCE).first() or rows.order_by("-loaded_at").first()
    if found is None:
        raise Http404
    return found


def _address(request: Request, plan: Plan) -> str:
    return reverse("plan-version", kwargs={"slug": request.organisation.slug, "plan_id": plan.plan_id, "plan_hash": plan.hash[:12]})
