"""Addresses outside: entered for a role of a plan that nobody here holds, and struck out."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from tocsin.comms import outside
from tocsin.web import channels, languages, parties, reply, typed_ids, ways
from tocsin.web.reply import Request, needs


@require_POST
@needs("plan.edit")
def entry(request: Request) -> HttpResponse:
    """Let a role outside be reached at an address, in a language."""
    form = request.POST
    party = next((one for one in parties.every(request, ways.every(request)) if one.key == form.get("party")), None)
    channel, locale = form.get("channel", ""), languages.known(form.get("locale", ""))
    if party is None or channel not in party.channels or not locale:
        raise Http404
    wrong = outside.enter(
        request.organisation, party.plan, party.role, channel, address=form.get("address", ""), locale=locale, by=request.person
    )
    return channels.overview(request, wrong=wrong, form="outside") if wrong else _back(request)


@require_POST
@needs("plan.edit")
def removal(request: Request, address_id: str) -> HttpResponse:
    """Strike an address out."""
    outside.strike(request.organisation, typed_ids.untyped("adr", address_id), by=request.person)
    return _back(request)


def _back(request: Request) -> HttpResponse:
    return reply.see(reverse("channels", kwargs={"slug": request.organisation.slug}) + "#outside")
