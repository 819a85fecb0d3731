"""What the plan suggests for facts that somebody is asked for. A suggestion is shown and never chosen for anybody."""

from collections.abc import Iterable

from tocsin.engine import values
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact
from tocsin.incidents import states
from tocsin.incidents.models import Head, Incident
from tocsin.web import clocks
from tocsin.web.cases import Case


def of(case: Case, facts: Iterable[Fact]) -> dict[str, Value]:
    """Return the suggestions by fact; where the plan has none, nothing is looked up."""
    wanted = [fact for fact in facts if fact.suggested is not None]
    if not wanted:
        return {}
    incident = Incident.objects.get(pk=case.id)
    state, now = states.load(incident, Head.objects.get(pk=case.id)), clocks.incident_now(incident)
    found = {fact.id: values.suggested(case.program, state, fact, now) for fact in wanted}
    return {name: value for name, value in found.items() if value is not None}
