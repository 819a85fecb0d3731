"""
What is asked now, and what the plan suggests for it. A suggestion is shown and never chosen for anybody.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from tocsin.engine import asking, letters, values
from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Message
from tocsin.incidents import states
from tocsin.incidents.models import Head, Incident
from tocsin.web import clocks
from tocsin.web.cases import Case


class Suggestions:
    """
    What the plan asks and suggests in one incident, for one panel of it: the incident's state is loaded once, and only where that depends
    on it.
    """

    def __init__(self, case: Case) -> None:
        self._case = case

    def asked(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return those of `facts` that are asked now, or were said already."""
        return [fact for fact in facts if not asking.depends(fact) or asking.asks(self._case.program, self._known[0], fact, self._known[1])]

    def missing(self, template: Message, fields: Mapping[str, str]) -> tuple[str, ...]:
        """Return the fields without which a message is not sent now."""
        if not any(field.when for field in template.fields):
            return tuple(field.id for field in template.fields if not field.optional and not fields.get(field.id))
        state, now = self._known
        return letters.missing(self._case.program, state, now, template, fields)

    def gaps(self, template: Message, words: Mapping[str, str]) -> tuple[str, ...] | None:
        """Return what a text that goes outside names and nobody has said; None where it has no gap."""
        if not any(letters.UNSAID in said for said in words.values()):
            return None
        state, now = self._known
        return letters.gaps(self._case.program, state, now, template, words)

    def of(self, facts: Iterable[Fact]) -> dict[str, Value]:
        """Return the suggestions by fact."""
        wanted = [fact for fact in facts if fact.suggested is not None]
        found = {fact.id: self._suggested(fact) for fact in wanted}
        return {name: value for name, value in found.items() if value is not None}

    def _suggested(self, fact: Fact) -> Value | None:
        state, now = self._known
        return values.suggested(self._case.program, state, fact, now)

    @cached_property
    def _known(self) -> tuple[t.State, datetime]:
        incident = Incident.objects.get(pk=self._case.id)
        return states.load(incident, Head.objects.get(pk=self._case.id)), clocks.incident_now(incident)
