"""Partners called from the incident, and the number of one, for whoever has to call it."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from tocsin.accounts import audit
from tocsin.engine import terms as t
from tocsin.incidents import partners
from tocsin.incidents.partners import Partner
from tocsin.web import cases, reply
from tocsin.web.cases import Case
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels
from tocsin.web.room.partners import secrets
from tocsin.web.room.records import label


@require_POST
@needs("incident.act")
def call(request: Request, number: str, record: str, partner: str) -> HttpResponse:
    """Call a partner: one entry of the record, from which what it promised counts."""
    case = cases.find(request, number)
    rule = case.program.records.get(record)
    known = partners.callable_by(case.registers, case.program, rule) if rule else ()
    found = next((each for each in known if each.key == partner), None)
    if rule is None or found is None:
        raise Http404
    return panels.act(request, number, t.Enter(record=rule.id, fields={rule.fields[0].id: found.name}), "partners", f"partner:{partner}")


@require_POST
@needs("incident.act")
def number_of(request: Request, number: str, register: str, partner: str) -> HttpResponse:
    """
    Show what is confidential of a partner to whoever has to call it, in this answer alone; that it was looked at is logged (RDY-06).

    It stands on no page, in no panel, file or answer besides.
    """
    case = cases.find(request, number)
    found = _find(case, register, partner)
    known = secrets(case, found)
    if not known:
        refused = t.Refused("E101", f"the number of {found.key} is kept by {', '.join(_keepers(found))}", hint="ask one of them")
        return panels.answer(request, number, refused, "partners", f"partner:{partner}")
    audit.record(request.organisation, request.person, "number.viewed", f"{case.number}: {found.name}", fields=", ".join(known))
    fields = [field for field in found.register.fields if field.id in known]
    context = {"case": case, "partner": found, "numbers": [(label(field), known[field.id]) for field in fields]}
    return reply.page(request, "incidents/_number.html" if request.htmx else "incidents/number.html", context)


def _find(case: Case, register: str, key: str) -> Partner:
    found = partners.find(case.registers, case.program, register, key)
    if found is None or not case.eyes.are_of(found.register.visible_to):
        raise Http404
    return found


def _keepers(partner: Partner) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for roles in partner.register.confidential.values() for role in roles))
