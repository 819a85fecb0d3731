"""What reviews have taught: solutions and conclusions that were filed for everybody, to be found again by their words (PIR-09)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET
from markupsafe import Markup

from tocsin.engine.program import Record, Text
from tocsin.incidents import plans, readers
from tocsin.incidents.models import BoardRow, FiledRow, RecordRow
from tocsin.incidents.readers import Viewer
from tocsin.kit.texts import folded
from tocsin.web import cases, plan_words, reply
from tocsin.web.reply import Request, needs
from tocsin.web.room import records

INBOXES: Final = ("examples", "known_solutions")
SHOWN_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Known:
    """One filed entry: the incident it comes from, what it is an entry of, and its fields in words. What a plan keeps for some is left out."""

    board: BoardRow
    kind: Text
    words: tuple[tuple[Text, Markup], ...]

    @property
    def said(self) -> tuple[str, ...]:
        """Return what can be looked for in it."""
        return (self.board.words, self.board.number, *(words.striptags() for _, words in self.words))


@require_GET
@needs("incident.see")
def every(request: Request) -> HttpResponse:
    """Show what was filed, the newest first: all of it, or what has every word that is looked for."""
    searched = request.GET.get("q", "").strip()
    wanted = folded(searched).split()
    known = filed(request.viewer, cases.people_of(request))
    found = [one for one in known if all(any(word in said for said in map(folded, one.said)) for word in wanted)]
    return reply.page(request, "incidents/knowledge.html", {"found": found[:SHOWN_MAX], "searched": searched})


def filed(viewer: Viewer, people: cases.People, inboxes: Sequence[str] = INBOXES) -> Iterator[Known]:
    """Yield what was filed in these inboxes of the organisation, the newest first, as far as it is for everybody and `viewer` sees the incident."""
    seen = viewer.incidents()
    rows = list(FiledRow.objects.filter(incident_id__in=seen.values("incident_id"), inbox__in=inboxes).order_by("-at", "-seq"))
    boards = readers.boards_of(rows, seen)
    entries = list(dict.fromkeys((row.incident_id, row.cause.partition(":")[2]) for row in rows))
    parts: dict[tuple[UUID, str], list[RecordRow]] = defaultdict(list)
    for part in RecordRow.objects.filter(incident_id__in={incident for incident, _ in entries}).order_by("seq"):
        parts[part.incident_id, part.entry].append(part)
    for incident, entry in entries:
        program = plans.readable(viewer.organisation_id, boards[incident].plan_hash)
        said = parts[incident, entry]
        rule = program.records.get(said[0].record) if program and said else None
        if program is not None and rule is not None and not rule.visible_to:
            yield Known(boards[incident], plan_words.titled(rule), _worded(rule, records.for_everybody(program, said), people))


def _worded(rule: Record, values: Mapping[str, str], people: cases.People) -> tuple[tuple[Text, Markup], ...]:
    return tuple((records.label(field), records.spelled(field, values[field.id], people)) for field in rule.fields if field.id in values)
