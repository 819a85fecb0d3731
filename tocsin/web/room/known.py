"""Known solutions like the incident at hand, looked for by themselves while the plan asks whether one is known (STP-10)."""

from dataclasses import dataclass
from typing import Final

from tocsin.engine.program import Search
from tocsin.incidents.models import FactRow, ReportRow
from tocsin.web import alike, knowledge, plan_words
from tocsin.web.cases import Case
from tocsin.web.knowledge import Known

SHOWN_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Like:
    """One known entry that is like the incident, and the words that both say."""

    known: Known
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to, the most alike first; `more` entries are like the incident besides, of `among` that the viewer may see."""

    entries: tuple[Like, ...]
    more: int
    among: int


def look(case: Case, search: Search) -> Found:
    """Return what was filed and is like the incident by its words and by what is known of it; for the viewer, without the incident itself."""
    filed = [one for one in knowledge.filed(case.viewer, case.people, search.inboxes) if one.board.incident_id != case.id]
    matches = alike.ranked(_words(case, search), [" ".join(one.said) for one in filed])
    found = tuple(Like(filed[match.place], match.shared) for match in matches[:SHOWN_MAX])
    return Found(found, len(matches) - len(found), len(filed))


def _words(case: Case, search: Search) -> str:
    """Return the words of the incident: as it was declared and reported, and of the facts that the plan names."""
    reports = [row.words for row in case.rows(ReportRow)]
    facts = [row for row in case.rows(FactRow) if row.fact in search.by]
    known = [plan_words.kept(case.program.facts[row.fact], row.value).striptags() for row in facts if row.fact in case.program.facts]
    return " ".join((case.board.words, *reports, *known))
