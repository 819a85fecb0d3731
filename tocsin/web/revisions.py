"""The inbox for the next revision of each plan: what was filed, from which incident and rule, and what became of it (PLN-10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.accounts import audit
from tocsin.engine.program import Program, Text
from tocsin.engine.terms import Refused
from tocsin.incidents import plans, readers
from tocsin.incidents.models import BoardRow, FiledRow, RecordRow, Ruling
from tocsin.plan.forms.leaves import REVISIONS
from tocsin.web import cases, plan_words, reply
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs
from tocsin.web.room import records

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Filed:
    """One filing. `what` is the rule it came from, `words` what people wrote there, `ruling` what became of it."""

    row: FiledRow
    board: BoardRow
    what: Text
    words: tuple[str, ...]
    ruling: Ruling | None
    key: str


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show what waits for the next revision of each plan, the newest first."""
    return reply.page(request, "incidents/revisions.html", _context(request))


@require_POST
@needs("plan.edit")
def ruling(request: Request, number: str, seq: str) -> HttpResponse:
    """Accept or reject what was filed, with a note."""
    meant = cases.seen(request).filter(number=number)
    rows = FiledRow.objects.filter(incident_id__in=meant.values("incident_id"), inbox=REVISIONS, seq=int(seq)) if seq.isdecimal() else ()
    row = next(iter(request.viewer.seen(meant, rows)), None)
    if row is None:
        raise Http404
    note, accepted = request.POST.get("note", "").strip(), request.POST.get("ruling") == "accept"
    if not note:
        refused = Refused("E105", _("A reason is missing."), _("Say why in a sentence. It goes into the record."))
        return reply.page(request, "incidents/revisions.html", {**_context(request), "row": f"{number}:{seq}"}, refused=refused)
    values = {"organisation": request.organisation, "accepted": accepted, "note": note, "by": request.actor.person}
    Ruling.objects.update_or_create(incident_id=row.incident_id, seq=row.seq, defaults=values)
    audit.record(request.organisation, request.person, "revision.ruled", f"{number} {row.cause}", accepted=str(accepted))
    return reply.see(reverse("revisions", kwargs={"slug": request.organisation.slug}))


def _context(request: Request) -> dict[str, object]:
    seen = cases.seen(request)
    filed = list(FiledRow.objects.filter(incident_id__in=seen.values("incident_id"), inbox=REVISIONS).order_by("-at"))
    boards = readers.boards_of(filed, seen)
    rows = request.viewer.seen(boards.values(), filed)[:SHOWN_MAX]
    rulings = {(each.incident_id, each.seq): each for each in Ruling.objects.filter(organisation=request.organisation)}
    by_plan: dict[str, list[Filed]] = {}
    for row in rows:
        board = boards[row.incident_id]
        by_plan.setdefault(board.plan_id, []).append(_filed(request, row, board, rulings))
    return {
        "by_plan": by_plan,
        "people": cases.people_of(request),
        "row": "",
        "waiting": sum(1 for row in rows if not rulings.get((row.incident_id, row.seq))),
    }


def _filed(request: Request, row: FiledRow, board: BoardRow, rulings: Mapping[tuple[UUID, int], Ruling]) -> Filed:
    program = plans.program(request.organisation.id, board.plan_hash)
    name = row.cause.partition(":")[2]
    entry = RecordRow.objects.filter(incident_id=row.incident_id, entry=name).order_by("seq")
    words = tuple(records.for_everybody(program, entry).values())
    return Filed(row, board, _rule(program, name), words, rulings.get((row.incident_id, row.seq)), f"{board.number}:{row.seq}")


def _rule(program: Program, name: str) -> Text:
    """Return how the rule is called that filed something: a record for one of its entries, else whatever bears the name."""
    return plan_words.name_of(program, name.rpartition("-")[0] or name)
