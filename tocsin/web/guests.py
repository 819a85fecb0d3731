"""Inviting somebody from elsewhere into a running incident: an account as guest where there is none, and a seat with a limited view (COM-30)."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from tocsin.accounts import links, people
from tocsin.accounts.models import Access, Membership, Person
from tocsin.engine import terms as t
from tocsin.incidents import desk
from tocsin.kit import ids
from tocsin.web import cases, reply
from tocsin.web.cases import Case
from tocsin.web.door import said
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def invitation(request: Request, number: str, role: str) -> HttpResponse:
    """
    Invite a guest by name and e-mail, in one act; for whoever is new the page then shows a link to hand over, once.

    No account is made for an invitation that the plan does not allow.
    """
    case = cases.find(request, number)
    rule = case.program.roles.get(role)
    if rule is None or not rule.limited:
        raise Http404
    refused = desk.foresee(case.id, _command(request, role, request.actor.person), actor=case.actor)
    if isinstance(refused, t.Refused):
        return panels.answer(request, number, refused, "roles", f"call:{role}")
    person = _person(request, case)
    if isinstance(person, t.Refused):
        return panels.answer(request, number, person, "roles", f"call:{role}")
    outcome = panels.handle(request, case, _command(request, role, ids.typed("per", person.id)))
    if isinstance(outcome, t.Refused) or not _waits_to_be_let_in(request, person):
        return panels.answer(request, number, outcome, "roles", f"call:{role}")
    link = settings.BASE_URL + reverse("link", kwargs={"secret": links.issue(person)})
    return reply.page(request, "incidents/invited.html", {"case": case, "person": person, "link": link})


def _waits_to_be_let_in(request: Request, person: Person) -> bool:
    """Return whether a link opens nothing but what a guest of this organisation sees: it signs in whoever it is for, everywhere."""
    elsewhere = Membership.objects.filter(person=person).exclude(organisation=request.organisation, access=Access.GUEST)
    return not person.has_usable_password() and not elsewhere.exists()


def _command(request: Request, role: str, person: str) -> t.CallIn:
    return t.CallIn(role=role, people=(person,), reason=request.POST.get("reason", "").strip())


def _person(request: Request, case: Case) -> Person | t.Refused:
    """Return who is invited: whoever has this e-mail in the organisation already, else a new guest."""
    email, name = request.POST.get("email", ""), request.POST.get("name", "").strip()
    known = (
        Membership.objects.filter(organisation=request.organisation, person__email=email.strip().lower()).select_related("person").first()
    )
    if known:
        return known.person
    answer = people.invite(request.organisation, email, name, Access.GUEST, by=request.person)
    return answer if isinstance(answer, Person) else said(answer) or answer
