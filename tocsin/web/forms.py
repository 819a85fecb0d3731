"""What the forms of a room send: what is done about a step, evidence, and fields whose names begin alike."""

from collections.abc import Callable

from django.http import HttpResponse, QueryDict

from tocsin.engine import terms as t
from tocsin.web.reply import Request
from tocsin.web.room import panels


def step(request: Request, number: str, obligation: str, command: Callable[[str], t.Command | t.Refused]) -> HttpResponse:
    """Do something about what is owed, for the entry that the form names; the answer stands at the step."""
    entry = request.POST.get("entry", "")
    return panels.act(request, number, command(entry), "steps", f"step:{obligation}:{entry}")


def evidence(request: Request) -> tuple[str, ...]:
    """Return the evidence that a form names, one on each line."""
    return tuple(line.strip() for line in request.POST.get("evidence", "").splitlines() if line.strip())


def beginning(form: QueryDict, prefix: str) -> dict[str, str]:
    """Return the fields whose names begin with `prefix`, by the rest of their names."""
    return {key.removeprefix(prefix): form.get(key, "").replace("\r\n", "\n").strip() for key in form if key.startswith(prefix)}
