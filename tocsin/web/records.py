"""Records: an entry made, or fields added to one that is open."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from tocsin.engine import terms as t
from tocsin.web.reply import Request, needs
from tocsin.web.room import panels


@require_POST
@needs("incident.act")
def entry(request: Request, number: str, record: str) -> HttpResponse:
    """Enter a record, or add to an entry."""
    name = request.POST.get("entry", "")
    command = t.Enter(record=record, fields=filled(request), entry=name)
    return panels.act(request, number, command, "records", f"entry:{record}:{name}" if name else f"record:{record}")


def filled(request: Request) -> dict[str, str]:
    """Return the fields of a record or message that the form fills."""
    return {key.removeprefix("field:"): words.strip() for key, words in request.POST.items() if key.startswith("field:") and words.strip()}
