"""A closed incident as a scenario: an example to learn from, and a proof to hold against a newer version of the plan (KNB-07)."""

from tocsin.engine import terms as t
from tocsin.incidents import journal, plans
from tocsin.incidents.models import BoardRow, Incident
from tocsin.plan.scenarios.export import export


class StillOpenError(ValueError):
    """The incident is not over, so nobody knows yet what came of it."""


def scenario_of(incident: Incident, *, texts: bool = False) -> str:
    """
    Return the scenario file of `incident`; names are never in it, what people wrote only if `texts` are wanted.

    :raises StillOpenError: close it first.
    :raises canonical.UnknownEvent: an entry that this release cannot read.
    """
    if not BoardRow.objects.filter(incident=incident, phase__in=t.OVER).exists():
        raise StillOpenError(f"{incident.number} is not closed yet")
    events = [written.event for written in journal.read(incident)]
    declared = events[0]
    assert isinstance(declared, t.Declared)
    program = plans.composed(incident.organisation_id, [declared.plan_hash, *(ref.hash for ref in declared.beside)])
    return export(program, events, incident.number.lower(), texts=texts)
