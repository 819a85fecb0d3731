"""Refused commands, kept with who tried what (AUD-02). Beside the journal: nothing happened to the incident."""

from typing import Final

from tocsin.engine import terms as t
from tocsin.incidents.models import Incident, Refusal
from tocsin.kit.tables import Sheaf

_SUBJECTS: Final = ("decision", "obligation", "condition", "role", "message", "template", "chain", "record", "moment", "situation")


def record(sheaf: Sheaf, incident: Incident, command: t.Command, refused: t.Refused) -> None:
    """Let one refusal be kept with what the desk writes."""
    values = {
        "organisation_id": incident.organisation_id,
        "incident_id": incident.pk,
        "at": command.at,
        "by": command.by.person,
        "command": type(command).__name__,
        "subject": next((str(getattr(command, name)) for name in _SUBJECTS if hasattr(command, name)), "")[:200],
        "code": refused.code,
        "message": refused.message,
    }
    sheaf.add(Refusal, values)
