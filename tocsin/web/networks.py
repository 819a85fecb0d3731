"""Private networks that an owner lets messages reach, opened and closed by name."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from tocsin.comms import setup
from tocsin.comms.setup import Invalid
from tocsin.web import channels, reply
from tocsin.web.reply import Request, needs

PORT_MAX = 65535


@require_POST
@needs("organisation.own")
def opening(request: Request) -> HttpResponse:
    """Let messages reach a private network, for a reason that the audit keeps."""
    form = request.POST
    port, reason = form.get("port", "").strip(), form.get("reason", "").strip()
    wrong = []
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) <= PORT_MAX):
        wrong.append(Invalid("port", "bad_port", port))
    if not reason:
        wrong.append(Invalid("reason", "missing", "reason"))
    if not wrong:
        network = form.get("network", "").strip()
        wrong += setup.open_network(request.organisation, network, int(port) if port else None, reason[:200], by=request.person)
    return channels.overview(request, wrong=tuple(wrong), form="network") if wrong else _back(request)


@require_POST
@needs("organisation.own")
def closing(request: Request) -> HttpResponse:
    """Take back every opening of a network."""
    setup.close_network(request.organisation, request.POST.get("network", ""), by=request.person)
    return _back(request)


def _back(request: Request) -> HttpResponse:
    return reply.see(reverse("channels", kwargs={"slug": request.organisation.slug}) + "#networks")
