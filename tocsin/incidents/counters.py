"""Numbers without gaps, one row of the organisation each. Taking one holds its row until the transaction ends."""

from typing import Final
from uuid import UUID

from tocsin.incidents.models import Counter
from tocsin.kit import bulk

_TAKE: Final = """INSERT INTO incidents_counter (organisation_id, name, value) VALUES (%s, %s, %s)
    ON CONFLICT (organisation_id, name) DO UPDATE SET value = incidents_counter.value + excluded.value RETURNING value"""

_TAKEN: Final = "SELECT value FROM incidents_counter WHERE organisation_id = {} AND name = {}"


def take(organisation_id: UUID, name: str, many: int = 1) -> int:
    """
    Return the last of the next `many` numbers; with none, the last that was taken, while nobody else takes one.

    Within the caller's transaction, which others wait for: take them late.
    """
    whose = organisation_id if bulk.on_postgresql() else organisation_id.hex
    ((last,),) = bulk.rows(_TAKE, [whose, name, many])
    return int(last)


def taken(organisation_id: UUID, name: str) -> int:
    """Return the last number that was taken, 0 before the first."""
    found = bulk.asked(_TAKEN, [("uuid", organisation_id), ("text", name)])
    return int(found[0][0]) if found else 0


def hold(organisation_id: UUID, name: str) -> None:
    """Let nobody else take a number until the caller's transaction ends."""
    Counter.objects.bulk_create([Counter(organisation_id=organisation_id, name=name)], ignore_conflicts=True)
    Counter.objects.select_for_update().get(organisation_id=organisation_id, name=name)
