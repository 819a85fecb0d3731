"""The team: who works on what, and what is said among its members."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web import cases, forms
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def work(request: Request, number: str, obligation: str) -> HttpResponse:
    """Work on something that is owed."""
    return forms.step(request, number, obligation, lambda entry: t.TakeUp(obligation=obligation, entry=entry))


@require_POST
@needs("incident.act")
def rest(request: Request, number: str, obligation: str) -> HttpResponse:
    """Let the work on something rest."""
    return forms.step(request, number, obligation, lambda entry: t.PutDown(obligation=obligation, entry=entry))


@require_POST
@needs("incident.speak")
def saying(request: Request, number: str) -> HttpResponse:
    """Write into the stream."""
    return panels.act(request, number, t.Say(words=request.POST.get("words", "").strip()), "stream", "say", find=cases.attend)


@require_POST
@needs("incident.act")
def promotion(request: Request, number: str, said: str) -> HttpResponse:
    """Put onto the timeline what was said."""
    return panels.act(request, number, t.Promote(said=said), "stream", said)
