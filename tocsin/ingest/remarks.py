"""What is done to alerts at the sender's side: who has taken one on and left it again, what was noted, tagged, assigned or put off."""

from collections.abc import Iterator
from uuid import UUID

from tocsin.ingest.episodes import Outcome
from tocsin.ingest.telling import clean
from tocsin.kit import bulk, ids

BY_CHARS_MAX = 200
WORDS_CHARS_MAX = 25_000

_REMARK = {
    "id": "uuid",
    "organisation_id": "uuid",
    "alert_id": "uuid",
    "starts_at": "timestamptz",
    "at": "timestamptz",
    "by": "text",
    "deed": "text",
    "words": "text",
}
_LEFT = {"organisation_id": "uuid", "alert_id": "uuid", "starts_at": "timestamptz", "by": "text", "at": "timestamptz"}
_TAKEN = {**_LEFT, "withdrawn_at": "timestamptz"}
# Taken on once more, it counts from then; what a person here has said stays theirs.
_AGAIN = """ON CONFLICT (organisation_id, alert_id, starts_at, by) DO UPDATE SET
    at = CASE WHEN ingest_acknowledgement.withdrawn_at IS NULL THEN ingest_acknowledgement.at ELSE excluded.at END,
    withdrawn_at = excluded.withdrawn_at
    WHERE ingest_acknowledgement.person IS NULL"""
_LEAVE = """UPDATE ingest_acknowledgement SET withdrawn_at = {}
    WHERE organisation_id = {} AND alert_id = {} AND starts_at = {} AND person IS NULL AND withdrawn_at IS NULL"""


def changes(organisation_id: UUID, outcome: Outcome) -> Iterator[bulk.Statement]:
    """Yield the statements that write what a batch says was done to alerts."""
    for (alert_id, starts_at), at in sorted(outcome.left.items()):
        where = (("uuid", organisation_id), ("uuid", alert_id), ("timestamptz", starts_at))
        yield bulk.one(_LEAVE, [("timestamptz", at), *where])
    taken = {(one.alert_id, one.starts_at, clean(one.by)[:BY_CHARS_MAX]): one for one in outcome.taken.values()}
    rows = [(organisation_id, *name, one.at, one.left_at) for name, one in sorted(taken.items())]
    yield from bulk.insert("ingest_acknowledgement", _TAKEN, rows, _AGAIN)
    remarks = [
        (
            ids.new(),
            organisation_id,
            one.alert_id,
            one.starts_at,
            one.at,
            clean(one.aside.by)[:BY_CHARS_MAX],
            one.aside.deed.value,
            clean(one.aside.words)[:WORDS_CHARS_MAX],
        )
        for one in outcome.remarks
    ]
    yield from bulk.insert("ingest_remark", _REMARK, remarks)
