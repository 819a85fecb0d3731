"""Entries of records become samples of the signals that come from them, in the transaction that writes them, each once (REG-13)."""

from collections.abc import Mapping

from tocsin.engine import logged
from tocsin.engine import terms as t
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Program
from tocsin.incidents import samples
from tocsin.incidents.models import Incident


def count(incident: Incident, program: Program, before: t.State, event: t.AnyEvent) -> None:
    """
    Count what `event` enters; what it amends counts where it now belongs. `before` is the state before it. A drill counts nothing.

    Within the desk's transaction.
    """
    if incident.drill or not isinstance(event, t.RecordEntered) or not any(event.record in each.logs for each in program.signals.values()):
        return
    known: Mapping[str, str] = before.open_fields.get(event.entry, {})
    made_at = before.open_since.get(event.entry, event.happened_at) if event.amends else event.happened_at
    was = dict(logged.counted(program, event.record, known, made_at)) if event.amends else {}
    now = dict(logged.counted(program, event.record, {**known, **event.fields}, made_at))
    for signal, sample in now.items():
        if was.get(signal) != sample:
            if signal in was:
                samples.count(incident.organisation_id, bare(signal), was[signal], -1, event.by)
            samples.count(incident.organisation_id, bare(signal), sample, 1, event.by)
