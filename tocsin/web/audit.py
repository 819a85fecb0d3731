"""The audit of administration, newest first."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from tocsin.accounts import audit
from tocsin.web import reply, words_of
from tocsin.web.reply import Request, needs


@require_GET
@needs("organisation.own")
def entries(request: Request) -> HttpResponse:
    """Show the latest entries."""
    return reply.page(request, "audit.html", {"entries": audit.latest(request.organisation, 200), "act_words": words_of.act})
