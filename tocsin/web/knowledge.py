"""What reviews have taught: solutions and conclusions that were filed for everybody, to be found again by their words (PIR-09)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from tocsin.engine.program import Text
from tocsin.incidents import plans
from tocsin.incidents.models import BoardRow, FiledRow, RecordRow
from tocsin.web import cases, plan_words, reply
from tocsin.web.reply import Request, needs
from tocsin.web.room import records

INBOXES: Final = ("examples", "known_solutions")
SHOWN_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Known:
    """One filed entry: the incident it comes from, what it is an entry of, and its words by field. What a plan keeps for some is left out."""

    board: BoardRow
    kind: Text
    words: tuple[tuple[Text, str], ...]


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show what was filed, the newest first: all of it, or what has every word that is looked for."""
    searched = request.GET.get("q", "").strip()
    wanted = searched.casefold().split()
    found = [one for one in _known(request) if all(any(word in said.casefold() for said in _said(one)) for word in wanted)]
    return reply.page(request, "incidents/knowledge.html", {"found": found[:SHOWN_MAX], "searched": searched})


def _said(one: Known) -> tuple[str, ...]:
    return (one.board.words, one.board.number, *(words for _, words in one.words))


def _known(request: Request) -> Iterator[Known]:
    boards = {board.incident_id: board for board in cases.seen(request)}
    told: set[tuple[object, str]] = set()
    for row in FiledRow.objects.filter(incident_id__in=boards, inbox__in=INBOXES).order_by("-at", "-seq"):
        entry, board = row.cause.partition(":")[2], boards[row.incident_id]
        program = plans.readable(request.organisation.id, board.plan_hash)
        parts = list(RecordRow.objects.filter(incident_id=row.incident_id, entry=entry).order_by("seq"))
        rule = program.records.get(parts[0].record) if program and parts else None
        if program is None or rule is None or rule.visible_to or (row.incident_id, entry) in told:
            continue
        told.add((row.incident_id, entry))
        values = records.for_everybody(program, parts)
        yield Known(
            board, plan_words.titled(rule), tuple((records.label(field), values[field.id]) for field in rule.fields if field.id in values)
        )
