"""One version of a plan as a document: its rules in the viewer's words, how far it is on its way, what it changes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpResponse

from tocsin.accounts import directory
from tocsin.engine.program import Cases, FromFact, Limit, Program, Roles, Rule, Text
from tocsin.engine.spelling import spell
from tocsin.engine.terms import Refused
from tocsin.engine.times import Span
from tocsin.incidents import editing, plans
from tocsin.incidents.models import Plan
from tocsin.plan import shipped
from tocsin.plan.findings import Finding
from tocsin.web import cases, finding_words, plan_changes, plan_chapters, plan_words, reply, wording
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request
from tocsin.web.room import records


def _findings(plan: Plan) -> tuple[Finding, ...]:
    """Return what checking says, with what the organisation's directory knows."""
    return editing.findings(plan, directory.known(plan.organisation_id, plan.plan_id))


def page(request: Request, plan: Plan, refused: Refused | None = None) -> HttpResponse:
    """Return the page of one version."""
    program = plans.compiled(plan)
    found, standing_ = _findings(plan), standing(request, plan)
    versions = Plan.objects.filter(organisation=request.organisation, plan_id=plan.plan_id).order_by("-loaded_at")
    context = {
        "plan": plan,
        "program": program,
        "versions": versions,
        "kinds": finding_words.kinds(found, standing_["open"], editing.place),
        "plan_id": plan.plan_id,
        "version": plan.hash[:12],
        "original": (original := shipped.program(plan.plan_id)) is not None and original.hash != plan.hash,
        "used": cases.seen(request).filter(plan_hash=plan.hash).count(),
        "people": cases.people_of(request),
        **standing_,
        **words(program),
        **plan_chapters.context(program, request.organisation.id),
    }
    return reply.page(request, "plans/document.html", context, refused=refused)


def find(request: Request, plan_id: str, plan_hash: str = "") -> Plan:
    """Return the version that the hash begins with, else the one in force, else the latest; 404 if there is none."""
    rows = Plan.objects.filter(organisation=request.organisation, plan_id=plan_id)
    found = rows.filter(hash__startswith=plan_hash).first() if plan_hash else None
    if plan_hash == "":
        found = rows.filter(status=plans.IN_FORCE).first() or rows.order_by("-loaded_at").first()
    if found is None:
        raise Http404
    return found


def earlier(plan: Plan) -> Plan | None:
    """Return the version that `plan` is compared with: the one in force, else the one loaded before it."""
    others = Plan.objects.filter(organisation_id=plan.organisation_id, plan_id=plan.plan_id).exclude(pk=plan.pk)
    return others.filter(status=plans.IN_FORCE).first() or others.filter(loaded_at__lte=plan.loaded_at).order_by("-loaded_at").first()


def standing(request: Request, plan: Plan) -> dict[str, Any]:
    """Return how far a version is on its way: what is open, what is acknowledged, who approves it, what it changes."""
    approvers = editing.approvers(plan)
    other = earlier(plan)
    return {
        "open": {editing.place(finding) for finding in editing.open_findings(plan)},
        "acknowledged": editing.acknowledged(plan),
        "place": editing.place,
        "approvers": sorted(approvers),
        "may_approve": request.actor.person in approvers,
        "other": other,
        "changes": plan_changes.lines(plans.compiled(other), plans.compiled(plan)) if other and plan.status != plans.IN_FORCE else [],
    }


def words(program: Program) -> dict[str, Any]:
    """Return how the document says what the program holds."""
    members: dict[str, list[str]] = {group.id: list(dict.fromkeys((group.lead, *group.members))) for group in program.groups.values()}
    grouped = {role for roles in members.values() for role in roles}
    return {
        "say": lambda tree: wording.say(program, tree),
        "spell": spell,
        "span_of": plan_words.span,
        "names": lambda roles: plan_words.names(program, roles),
        "name_of": lambda name: plan_words.name_of(program, name),
        "titled": plan_words.titled,
        "tone_of": lambda name: plan_words.tone(program, name),
        "mark_of": lambda name: plan_words.mark(program, name),
        "channel": plan_words.channel,
        "audience": lambda name: plan_words.audience(name, program),
        "deed": plan_words.deed,
        "limit": lambda limit: _limit(program, limit),
        "once": lambda limit: _limit(program, limit, plan_words.within),
        "again": lambda limit: _limit(program, limit, plan_words.every),
        "who": lambda roles: _who(program, roles),
        "moments": [rule for rule in program.moments.values() if plan_chapters.shown_moment(rule)],
        "anchors": lambda rule: plan_words.anchors(program, rule),
        "members": members,
        "ungrouped": [role for role in program.roles if role not in grouped],
        "steps": _steps(program),
        "held": _held(program),
        "held_in": lambda field, words: records.spelled(field, words, cases.People({}, "")),
    }


def _limit(program: Program, limit: Limit | None, put: Callable[[Span], str] = plan_words.span) -> list[tuple[Text | None, str]]:
    """Return a limit as pairs of the case (None: always) and the span, `put` into words."""
    match limit:
        case Span():
            return [(None, put(limit))]
        case Cases(by, found, otherwise):
            cases_ = [(plan_words.case_name(program, by, name), put(span)) for name, span in found.items()]
            rest: list[tuple[Text | None, str]] = [(plan_words.plain(_("other")), put(otherwise))] if otherwise else []
            return [*cases_, *rest]
        case FromFact(fact) if fact.startswith("entry."):
            return [(None, _("what the entry says: %(field)s") % {"field": fact.removeprefix("entry.").replace("_", " ")})]
        case FromFact(fact):
            return [(plan_words.name_of(program, fact), "")]
        case _:
            return []


def _who(program: Program, roles: Roles) -> list[tuple[Text | None, tuple[str, ...]]]:
    """Return roles as pairs of the case (None: always) and the roles in it."""
    if isinstance(roles, Cases):
        return [(plan_words.case_name(program, roles.by, name), found) for name, found in roles.cases.items()]
    return [(None, roles)]


def _steps(program: Program) -> list[tuple[Rule | None, list[Rule]]]:
    """Return obligations by the situation they belong to; those of none first."""
    situations: list[Rule | None] = [None, *program.situations.values()]
    return [(each, [rule for rule in program.obligations.values() if rule.situation == (each.id if each else "")]) for each in situations]


def _held(program: Program) -> Callable[[str], str]:
    kinds: Mapping[str, Callable[[], str]] = {
        "person": lambda: _("a person"),
        "schedule": lambda: _("whoever is on duty"),
        "department": lambda: _("the head of a department"),
        "role": lambda: _("whoever holds another role"),
        "who_marked": lambda: _("whoever recorded a moment"),
        "each": lambda: _("one for each department"),
        "nobody": lambda: _("nobody until named"),
    }
    return lambda role: kinds[program.roles[role].held_by.kind]() if role in program.roles else ""
