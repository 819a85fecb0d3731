"""What is asked now, and what the plan suggests for it. A suggestion is shown and never chosen for anybody."""

from collections.abc import Iterable, Mapping

from tocsin.engine import asking, letters, values
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Message
from tocsin.web.cases import Case


class Suggestions:
    """What the plan asks and suggests in one incident. The incident's state is loaded only where that depends on it."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def asked(self, facts: Iterable[Fact]) -> list[Fact]:
        """Return those of `facts` that are asked now, or were said already."""
        return [fact for fact in facts if not asking.depends(fact) or self._asks(fact)]

    def missing(self, template: Message, fields: Mapping[str, str]) -> tuple[str, ...]:
        """Return the fields without which a message is not sent now."""
        if not any(field.when for field in template.fields):
            return tuple(field.id for field in template.fields if not field.optional and not fields.get(field.id))
        return letters.missing(self._case.program, self._case.state, self._case.incident_now, template, fields)

    def gaps(self, template: Message, words: Mapping[str, str]) -> tuple[str, ...] | None:
        """Return what a text that goes outside names and nobody has said; None where it has no gap."""
        if not any(letters.UNSAID in said for said in words.values()):
            return None
        return letters.gaps(self._case.program, self._case.state, self._case.incident_now, template, words)

    def of(self, facts: Iterable[Fact]) -> dict[str, Value]:
        """Return the suggestions by fact."""
        wanted = [fact for fact in facts if fact.suggested is not None]
        found = {fact.id: self._suggested(fact) for fact in wanted}
        return {name: value for name, value in found.items() if value is not None}

    def _suggested(self, fact: Fact) -> Value | None:
        return values.suggested(self._case.program, self._case.state, fact, self._case.incident_now)

    def _asks(self, fact: Fact) -> bool:
        return asking.asks(self._case.program, self._case.state, fact, self._case.incident_now)
