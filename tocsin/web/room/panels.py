"""The panels of the room by name: which template, what it shows, which notices fetch it again; and how an act answers with its panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from markupsafe import Markup

from tocsin.engine import terms as t
from tocsin.incidents import desk
from tocsin.incidents.answers import KeyReused
from tocsin.web import cases, reply
from tocsin.web.cases import Case
from tocsin.web.reply import Request
from tocsin.web.room import (
    affected,
    conditions,
    decisions,
    facts,
    figures,
    head,
    level,
    messages,
    now,
    partners,
    procedure,
    records,
    roles,
    signals,
    stream,
    timeline,
)
from tocsin.web.said import said

Find = Callable[[Request, str], Case]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `topics` are the kinds of rows it shows."""

    name: str
    context: Callable[[Case], dict[str, Any]]
    topics: tuple[str, ...]
    in_part: bool = False
    """Shown to whoever sees no more than a part of the incident."""
    every: str = ""
    """How often it is fetched without any notice: for what comes too fast for one."""

    @property
    def template(self) -> str:
        return f"incidents/_{self.name}.html"

    @property
    def trigger(self) -> str:
        """Return the htmx trigger that fetches the panel again; several notices at once fetch it once."""
        return ", ".join((*(f"sse:{topic} delay:150ms" for topic in self.topics), *([f"every {self.every}"] if self.every else [])))


PANELS: Final[Mapping[str, Panel]] = {
    panel.name: panel
    for panel in (
        Panel("head", head.context, ("board", "moment", "condition", "report"), in_part=True),
        Panel("invitation", roles.invitation, ("role",), in_part=True),
        Panel("procedure", procedure.context, ("situation", "moment", "clock", "figure")),
        Panel("checklists", procedure.checklists, ("condition",)),
        Panel("now", now.now, ("clock",)),
        Panel("level", level.context, ("board", "level", "decision", "role"), every="30s"),
        Panel("facts", facts.context, ("fact", "moment", "party", "level")),
        Panel("steps", now.steps, ("clock", "role")),
        Panel("decisions", decisions.context, ("decision", "decided", "chain", "condition", "role")),
        Panel("messages", messages.context, ("message", "chain", "delivery", "role", "word", "clock", "moment")),
        Panel("parties", affected.context, ("party", "clock")),
        Panel("records", records.context, ("record",)),
        Panel("partners", partners.context, ("record", "role")),
        Panel("conditions", conditions.context, ("condition", "role")),
        Panel("roles", roles.context, ("role", "clock", "moment")),
        Panel("stream", stream.context, ("timeline",), in_part=True),
        Panel("timeline", timeline.context, ("timeline",)),
        Panel("signals", signals.context, ("condition",), every="20s"),
        Panel("figures", figures.context, ("moment", "figure"), every="20s"),
        Panel("reports", timeline.reports, ("report",)),
    )
}


def whole(request: Request, case: Case) -> dict[str, Markup]:
    """Return every panel that the viewer sees as it stands, by name, for the page."""
    case.lines([*stream.newest(case), *timeline.told(case)[-timeline.SHOWN :]])  # of both panels at once
    shown = {name: render_to_string(panel.template, _context(case, panel), request) for name, panel in PANELS.items() if seen(case, panel)}
    return {name: Markup(rendered) for name, rendered in shown.items()}  # noqa: S704 - rendered by the same environment, escaped there


def seen(case: Case, panel: Panel) -> bool:
    """Return whether the viewer sees this panel: all but the invitation, or the few of a limited view."""
    return panel.in_part if case.limited else panel.name != "invitation"


def show(request: Request, case: Case, panel: Panel) -> HttpResponse:
    """Return one panel alone."""
    return reply.page(request, panel.template, _context(case, panel))


def act(request: Request, number: str, command: t.Command | t.Refused, panel: str, row: str, *, find: Find = cases.find) -> HttpResponse:
    """
    Let the viewer command the incident and answer with the panel it was done in; a refusal stands in the `row` where it was tried.

    A `Refused` in place of a command is what could not be read from the form. `find` is `cases.attend` for what a limited view allows.
    """
    case = find(request, number)
    outcome = command if isinstance(command, t.Refused) else handle(request, case, command)
    return answer(request, number, outcome, panel, row, find=find)


def answer(request: Request, number: str, outcome: object, panel: str, row: str, *, find: Find = cases.find) -> HttpResponse:
    """Answer an act with its panel as it is now."""
    case = find(request, number)
    panel = panel if seen(case, PANELS[panel]) else "invitation"
    refused = {"refused": said(outcome, case.program), "row": row, "typed": request.POST} if isinstance(outcome, t.Refused) else {}
    context = {**_context(case, PANELS[panel]), **refused}
    return reply.part(request, PANELS[panel].template, context, outcome, to=f"{address(request, number)}#{panel}")


def address(request: Request, number: str) -> str:
    """Return the address of the room."""
    return reverse("incident", kwargs={"slug": request.organisation.slug, "number": number})


def _context(case: Case, panel: Panel) -> dict[str, Any]:
    return {"row": "", "typed": {}, "refused": None, **panel.context(case), "case": case, "panel": panel}


def handle(request: Request, case: Case, command: t.Command) -> desk.Answer:
    """Return what came of a command of the viewer; a key used for something else is a refusal, too."""
    request.viewer = request.viewer.anew()  # who sees what may change by it
    try:
        return desk.handle(case.id, command, actor=case.actor, key=request.POST.get("key", ""))
    except KeyReused as error:
        return t.Refused(error.code, str(error), error.hint)
