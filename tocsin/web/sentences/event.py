"""What every sentence is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from tocsin.engine.program import Program
from tocsin.incidents.models import TimelineRow
from tocsin.web import plan_words, times
from tocsin.web.cases import Case
from tocsin.web.jinja import text


@dataclass(frozen=True, slots=True)
class Event:
    """What a sentence is made of."""

    case: Case
    row: TimelineRow

    @property
    def data(self) -> Mapping[str, Any]:
        return self.row.data  # type: ignore[no-any-return]

    @property
    def program(self) -> Program:
        return self.case.program

    @property
    def who(self) -> Markup:
        return self.person(self.row.by)

    @property
    def what(self) -> Markup:
        if self.row.title:
            return Markup("<b>{}</b>").format(text(self.row.title))
        return Markup("<b>{}</b>").format(text(plan_words.name_of(self.program, self.row.subject)))

    def person(self, person: str) -> Markup:
        return Markup('<b lang="{}">{}</b>').format(self.case.people.tag(person), self.case.people.name(person))

    def role(self, role: str) -> Markup:
        return text(plan_words.name_of(self.program, role))


def tell(sentence: str, **parts: object) -> Markup:
    """Return `sentence` with its `%(parts)s`, each escaped unless it is markup already."""
    return Markup(sentence) % parts  # noqa: S704 - the sentence is ours; Markup escapes the parts


def instant(kept: str) -> Markup:
    """Return an instant of a row's data as a page shows it."""
    return times.moment(datetime.fromisoformat(kept))
