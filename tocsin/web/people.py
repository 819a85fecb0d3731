"""People of the organisation: the list, an invitation, one person's access, roles, link and leaving."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit, directory, links, people
from tocsin.accounts.models import Access, Membership, RoleHolder
from tocsin.engine.program import Program, Text
from tocsin.engine.terms import Refused
from tocsin.incidents import plans
from tocsin.kit import ids
from tocsin.kit.texts import folded
from tocsin.web import reply, typed_ids, words_of
from tocsin.web.door import said
from tocsin.web.reply import Request, needs


@dataclass(frozen=True, slots=True)
class Seat:
    """A name of a plan that a person may hold, with the rank this person has there (none: does not hold it)."""

    id: str
    title: Mapping[str, str]
    rank: int | None


@require_GET
@needs("incident.see")
def everyone(request: Request) -> HttpResponse:
    """Show everyone, or those whose name, e-mail or role holds the words searched for."""
    return _list(request)


@require_POST
@needs("people.edit")
def invitation(request: Request) -> HttpResponse:
    """Invite someone; the page then shows a link to hand over, once."""
    email, name = request.POST.get("email", ""), request.POST.get("name", "")
    answer = people.invite(request.organisation, email, name, request.POST.get("access", ""), by=request.person)
    if isinstance(answer, Refused):
        return _list(request, refused=said(answer), typed={"email": email, "name": name})
    return _one(request, _member(request, ids.typed("per", answer.id)), link=_link(links.issue(answer)))


@require_GET
@needs("incident.see")
def person(request: Request, person_id: str) -> HttpResponse:
    """Show one person: access, what they hold in each plan."""
    return _one(request, _member(request, person_id))


@require_POST
@needs("people.edit")
def access(request: Request, person_id: str) -> HttpResponse:
    """Give a person another access."""
    member = _member(request, person_id)
    return _done(request, member, people.change_access(member, request.POST.get("access", ""), by=request.person))


@require_POST
@needs("people.edit")
def roles(request: Request, person_id: str, plan_id: str) -> HttpResponse:
    """Let a person hold names of a plan: each field `rank:<name>` is empty, 0 for the holder, or the place of a deputy."""
    member, program = _member(request, person_id), _programs(request).get(plan_id)
    if program is None:
        raise Http404
    asked = {name: request.POST.get(f"rank:{name}", "") for name in directory.names(program)}
    kept = {row.role: row.rank for row in _holders(request).filter(plan=plan_id, person=member.person) if row.role not in asked}
    ranks = kept | {name: int(rank) for name, rank in asked.items() if rank in {"0", "1", "2", "3"}}
    people.hold(request.organisation, member.person, plan_id, ranks, by=request.person)
    return _done(request, member, None)


@require_POST
@needs("people.edit")
def qualifications(request: Request, person_id: str) -> HttpResponse:
    """Record what a person has learned or may use: what no plan in force asks for stays as it was."""
    member = _member(request, person_id)
    asked = {words for words, _title in _required(_programs(request))}
    kept = [words for words in member.brings if words not in asked]
    people.qualify(member, [*kept, *(asked & set(request.POST.getlist("brings")))], by=request.person)
    return _done(request, member, None)


@require_POST
@needs("people.edit")
def link(request: Request, person_id: str) -> HttpResponse:
    """Make a one-time sign-in link and show it once."""
    member = _member(request, person_id)
    audit.record(request.organisation, request.person, "link.issued", member.person.email)
    return _one(request, member, link=_link(links.issue(member.person)))


@require_POST
@needs("people.edit")
def leaving(request: Request, person_id: str) -> HttpResponse:
    """Take a person out of the organisation."""
    member = _member(request, person_id)
    refused = people.remove(member, by=request.person)
    if refused:
        return _one(request, member, refused=said(refused))
    return reply.see(reverse("people", kwargs={"slug": request.organisation.slug}))


def _list(request: Request, *, refused: Refused | None = None, typed: Mapping[str, str] | None = None) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    members = list(
        Membership.objects.filter(organisation=request.organisation).select_related("person").order_by("person__name", "person__email")
    )
    counts = {access: sum(1 for member in members if member.access == access) for access in Access.values}
    programs = _programs(request)
    held = _held(request, programs)
    if words:
        called, wanted = _called(request, programs), folded(words)

        def names(member: Membership) -> Iterator[str]:
            yield from (member.person.name, member.person.email, *called.get(member.person_id, ()))
            yield from (spoken for title in held.get(member.person_id, ()) for spoken in title.values())

        members = [member for member in members if any(wanted in folded(each) for each in names(member))]
    context = {
        "members": members,
        "counts": counts,
        "held": held,
        "words": words,
        "typed": typed or {},
        "access": words_of.access(),
        "access_options": words_of.access_options(),
    }
    return reply.page(request, "people/list.html", {**context, "total": sum(counts.values())}, refused=refused)


def _one(request: Request, member: Membership, *, refused: Refused | None = None, link: str = "") -> HttpResponse:
    programs = _programs(request)
    mine = {(row.plan, row.role): row.rank for row in _holders(request).filter(person=member.person)}
    seats = {
        plan: [Seat(name, title, mine.get((plan, name))) for name, title in directory.names(program).items()]
        for plan, program in programs.items()
    }
    context = {
        "member": member,
        "programs": programs,
        "seats": seats,
        "required": _required(programs),
        "link": link,
        "access": words_of.access(),
        "access_options": words_of.access_options(),
    }
    return reply.page(request, "people/person.html", context, refused=refused)


def _required(programs: Mapping[str, Program]) -> list[tuple[str, Text]]:
    """Return what roles of the plans in force require, each once: its words in the language of the plan, and in every other."""
    found = {
        words.get(program.language) or next(iter(words.values())): words
        for program in programs.values()
        for role in program.roles.values()
        for words in role.requires
    }
    return list(found.items())


def _done(request: Request, member: Membership, refused: Refused | None) -> HttpResponse:
    if refused:
        return _one(request, member, refused=said(refused))
    return reply.see(reverse("person", kwargs={"slug": request.organisation.slug, "person_id": ids.typed("per", member.person_id)}))


def _held(request: Request, programs: Mapping[str, Program]) -> dict[object, list[Mapping[str, str]]]:
    """Return the titles of what each person holds in any plan, holders before deputies."""
    found: dict[object, list[Mapping[str, str]]] = {}
    for row in _holders(request).order_by("rank", "role"):
        program = programs.get(row.plan)
        title = directory.names(program).get(row.role) if program else None
        if title is not None:
            found.setdefault(row.person_id, []).append(title)
    return found


def _called(request: Request, programs: Mapping[str, Program]) -> dict[object, tuple[str, ...]]:
    """Return by what other names each person can be found: those of what they hold in any plan (PLN-13)."""
    names = {plan: directory.other_names(program) for plan, program in programs.items()}
    found: dict[object, tuple[str, ...]] = {}
    for row in _holders(request):
        found[row.person_id] = (*found.get(row.person_id, ()), *names.get(row.plan, {}).get(row.role, ()))
    return found


def _programs(request: Request) -> dict[str, Program]:
    """Return the plans in force, compiled, by plan id."""
    return {plan_id: plans.compiled(plan) for plan_id, plan in plans.in_force(request.organisation.id).items()}


def _holders(request: Request) -> QuerySet[RoleHolder]:
    return RoleHolder.objects.filter(organisation=request.organisation)


def _member(request: Request, person_id: str) -> Membership:
    """Return the membership of a person of this organisation; 404 for anyone else."""
    members = Membership.objects.select_related("person", "organisation").filter(organisation=request.organisation)
    return get_object_or_404(members, person_id=typed_ids.untyped("per", person_id))


def _link(secret: str) -> str:
    return settings.BASE_URL + reverse("link", kwargs={"secret": secret})
