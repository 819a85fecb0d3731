"""What the plan suggests for facts that somebody is asked for. A suggestion is shown and never chosen for anybody."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from tocsin.engine import terms as t
from tocsin.engine import values
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact
from tocsin.incidents import states
from tocsin.incidents.models import Head, Incident
from tocsin.web import clocks
from tocsin.web.cases import Case


class Suggestions:
    """What the plan suggests in one incident, for one panel of it: the incident's state is loaded once, and only where the plan suggests."""

    def __init__(self, case: Case) -> None:
        self._case = case

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
