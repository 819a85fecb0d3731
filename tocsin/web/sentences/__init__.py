"""The timeline as sentences in the reader's language: one for each kind of event, one file for each noun."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from tocsin.incidents.models import TimelineRow
from tocsin.web import kinds, plan_words
from tocsin.web.cases import Case
from tocsin.web.sentences import decisions, duties, plans, reports, roles, states, words
from tocsin.web.sentences.event import Event


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the record as a page shows it. `quote` is what a person wrote; `word` what kind of entry it is."""

    row: TimelineRow
    sentence: Markup
    quote: str
    tone: str
    word: str
    hash: str


_SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    kind: say for noun in (decisions, duties, plans, reports, roles, states, words) for kind, say in noun.SENTENCES.items()
}


def line(case: Case, row: TimelineRow, hash_: str) -> Line:
    """Return one entry as a page shows it."""
    event = Event(case, row)
    say = _SENTENCES.get(row.kind)
    sentence = say(event) if say else Markup("{} {}").format(row.kind, event.what)
    return Line(row, sentence, kinds.quote(row, case), _tone(event), kinds.word(row.kind), hash_)


def _tone(e: Event) -> str:
    match e.row.kind:
        case "ClockBreached" | "OccurrenceMissed":
            return "late"
        case "ClockMet":
            return "late" if e.data.get("late") else "ok"
        case "LevelDecided":
            return plan_words.tone(e.program, e.data["level"])
        case "Attested":
            return "ok"
        case "DeliveryReported" if e.data["outcome"] == "failed":
            return "late"
        case _:
            return ""
