"""What is kept with a message that was sent, as pages show it: in which role and phase, to whom, in which languages, when, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from tocsin.engine.program import Text
from tocsin.incidents.models import DeliveryRow, MessageRow, PartyRow, WordRow
from tocsin.web import languages, plan_words
from tocsin.web.cases import Case


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: who answered, and the answer as it was written down."""

    row: WordRow
    sender: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept with one message. `read` says of each addressee when it was read, `channels` when it went out and was last heard of."""

    role: Text
    phase: str
    parties: tuple[str, ...]
    languages: tuple[str, ...]
    channels: tuple[DeliveryRow, ...]
    read: tuple[tuple[Text, datetime], ...]
    answers: tuple[Answer, ...]
    senders: tuple[tuple[str, str], ...]
    """Who may have answered: the parties that it went to, by key and name."""


class Correspondence:
    """What went out and came back in one incident, looked up once for a page."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def of(self, row: MessageRow) -> Kept:
        """Return what is kept with a message that was sent."""
        channels = tuple(each for each in self._case.rows(DeliveryRow) if each.message == row.message)
        spoken = dict.fromkeys(locale for each in channels for locale in each.languages) or dict.fromkeys(row.texts)
        return Kept(
            role=self._named(row.role) if row.role else {},
            phase=plan_words.phase(row.phase),
            parties=tuple(self.party(key) for key in row.parties),
            languages=tuple(map(called, spoken)),
            channels=channels,
            read=tuple((self._named(addressee), datetime.fromisoformat(at)) for addressee, at in row.read_at.items()),
            answers=tuple(Answer(each, self.party(each.sender)) for each in self._answers if each.message == row.message),
            senders=tuple((key, self.party(key)) for key in row.parties),
        )

    def _named(self, role: str) -> Text:
        return plan_words.name_of(self._case.program, role)

    def party(self, key: str) -> str:
        """Return the name of a party, also of one that was taken off the list."""
        return self._parties.get(key, key)

    @cached_property
    def _parties(self) -> Mapping[str, str]:
        return {row.party: row.name for row in self._case.rows(PartyRow)}

    @cached_property
    def _answers(self) -> list[WordRow]:
        return sorted((row for row in self._case.rows(WordRow) if row.kind == "reply"), key=attrgetter("happened_at"))


def called(locale: str) -> str:
    """Return how a language is called, by itself."""
    known = languages.LANGUAGES.get(languages.known(locale))
    return known.name if known else locale
