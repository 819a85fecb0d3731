"""The index of labels: written when the follower leaves time for it, and read by the search, which looks through what is not filed yet."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from uuid import UUID

from django.db import IntegrityError, transaction

from tocsin.ingest import carrying, log
from tocsin.ingest.models import Alert, Filed, Posting
from tocsin.ingest.pace import Pace, Written
from tocsin.kit import bulk, clock, transactions
from tocsin.kit.sqlite import room, syncing
from tocsin.kit.sqlite.gate import gate

ALERTS_MIN, ALERTS_MAX = 250, 2_000
"""Alerts filed in one transaction; more only where one body of the log turned more."""
ORGANISATIONS_MAX = 64
BEHIND_S = 0.25
"""While the oldest body that waits has waited longer than that, or the oldest turn that is to be declared, filing waits as well."""
BEHIND_EVERY_S = 10.0
"""So often it has a turn all the same: a storm that never ends keeps nobody's alerts out of the index for good."""

_pace = Pace(ALERTS_MIN, ALERTS_MAX)
_POSTING = {"organisation_id": "uuid", "alert_id": "uuid", "label": "bigint", "firing": "boolean", "raw": "bigint"}
_ONCE = "ON CONFLICT (organisation_id, label, firing, raw, alert_id) DO NOTHING"
_UNDECLARED = """SELECT {} FROM ingest_route AS route JOIN ingest_match AS first ON first.id = (SELECT id FROM ingest_match
    WHERE organisation_id = route.organisation_id AND route_id = route.id AND handled_at IS NULL ORDER BY id LIMIT 1)
    WHERE route.enabled AND route.removed_at IS NULL"""

Row = tuple[UUID, int, bool, Mapping[str, str]]
"""Id, position in the log of the latest turn, whether it fires, and labels."""


def changes(organisation_id: UUID, rows: list[Row]) -> Iterator[bulk.Statement]:
    """Yield the statements that file alerts under their labels, besides what they are filed under already."""
    yield from bulk.insert("ingest_posting", _POSTING, list(_postings(organisation_id, rows)), _ONCE)


@lru_cache(8192)
def hashed(name: str, value: str) -> int:
    """Return the number under which a label is filed: 63 bits. Two labels may share one, so whoever reads looks at the alert itself."""
    return int.from_bytes(blake2b(f"{name}\0{value}".encode(), digest_size=8).digest(), "big") >> 1


def standing(organisation_id: UUID) -> tuple[int, bool]:
    """Return the position in the log up to which an organisation's alerts are filed, and whether there may be any after it."""
    found = bulk.asked("SELECT upto, waiting FROM ingest_filed WHERE organisation_id = {}", [("uuid", organisation_id)])
    return (int(found[0][0]), bool(found[0][1])) if found else (0, True)


class Filing:
    """
    Files what turned, while the follower keeps pace, and whoever declares of what it read: all of them need the same processors and the same
    write gate, and the search can wait.
    """

    def __init__(self) -> None:
        self._turn_at = 0.0
        self._undeclared: Mapping[str, int] = {}

    def run_once(self) -> bool:
        """File some alerts of each organisation that has any to file; return whether to go on at once."""
        behind_s = max(_behind_s(), self._undeclared_s())
        if behind_s > BEHIND_S and clock.monotonic() < self._turn_at:
            return False
        self._turn_at = clock.monotonic() + BEHIND_EVERY_S
        room.make()
        most = ALERTS_MIN if behind_s else _pace.size
        filed = [_file(one, most) for one in Filed.objects.filter(waiting=True)[:ORGANISATIONS_MAX]]
        return any(filed) and behind_s <= BEHIND_S

    def _undeclared_s(self) -> float:
        """Return how long the oldest turn has waited to be declared of a route that takes its turns: one that cannot keeps nobody waiting."""
        asked = bulk.rows(_UNDECLARED.format(bulk.stored("route.id", "first.id", "first.at")), ())
        waited = {str(route): (number, (clock.now() - bulk.instant(at)).total_seconds()) for route, number, at in asked}
        before, self._undeclared = self._undeclared, {route: number for route, (number, waited_s) in waited.items() if waited_s > BEHIND_S}
        return max((waited_s for route, (number, waited_s) in waited.items() if before.get(route) != number), default=0.0)


def _behind_s() -> float:
    """Return how long the oldest body has waited that is still to be read, in the spool or in the log."""
    waiting = [carrying.oldest(), *map(log.oldest_waiting, log.organisations(UUID(int=0), ORGANISATIONS_MAX))]
    return max(((clock.now() - at).total_seconds() for at in waiting if at), default=0.0)


def _file(standing: Filed, most: int) -> bool:
    """File the next alerts of one organisation, about so many; return whether there were any."""
    organisation_id = standing.organisation_id
    rows = _next(organisation_id, standing.upto, most)
    if not rows:
        # Unless a batch was written meanwhile: its mark is another.
        Filed.objects.filter(organisation=organisation_id, mark=standing.mark).update(waiting=False)
        return False
    last = rows[-1][1]
    statements = list(bulk.insert("ingest_posting", _POSTING, list(_postings(organisation_id, rows))))

    def work() -> Written:
        with syncing.write():
            begun = clock.monotonic()
            with transaction.atomic():
                syncing.defer()
                Posting.objects.filter(alert__in=[row[0] for row in rows]).delete()
                bulk.run(statements)
                # A body that came late in the log sets it back; what was filed is then filed again.
                Filed.objects.filter(organisation=organisation_id, upto=standing.upto).update(upto=last)
            return Written(clock.monotonic() - begun, gate.wanted())

    _pace.make_way()
    with suppress(IntegrityError):  # another process of the cluster has just filed the same
        _pace.took(transactions.retry(work))
    return True


_READ = ("id", "raw", "firing", "labels")
_POSITION = itemgetter(1, 0)


def _next(organisation_id: UUID, after: int, most: int) -> list[Row]:
    """Return about `most` of the alerts after a position in the log, never only some of those that one body turned."""
    rows = Alert.objects.filter(organisation_id=organisation_id).order_by("raw", "id").values_list(*_READ)
    found = [row for flag in (False, True) for row in rows.filter(firing__in=[flag], raw__gt=after)[: most + 1]]
    if len(found) <= most:
        return sorted(found, key=_POSITION)
    some = sorted(found, key=_POSITION)[: most + 1]
    cut = some[-1][1]
    return [row for row in some if row[1] != cut] or [row for flag in (False, True) for row in rows.filter(firing__in=[flag], raw=cut)]


def _postings(organisation_id: UUID, rows: list[Row]) -> Iterator[bulk.Row]:
    postings = {
        (hashed(name, value), firing, raw, alert_id) for alert_id, raw, firing, labels in rows for name, value in labels.items() if value
    }
    for label, firing, raw, alert_id in sorted(postings):
        yield organisation_id, alert_id, label, firing, raw
