"""Alerts that fire only as long as their sender says so again: they end when it has fallen silent."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from tocsin.ingest import alerts, carrying, log
from tocsin.ingest.episodes import Outcome, expire
from tocsin.ingest.follower import BELL, turn
from tocsin.ingest.models import Alert, Expired, Expiry, Posting, RawBody
from tocsin.kit import bells, bulk, clock, transactions

GRACE_S = 120.0
"""After a start nothing expires for so long: whoever could not reach us meanwhile says first that it still fires."""
AT_ONCE = 500
"""Of one organisation, so that none waits for what another has still to read."""


class Expirer:
    """Ends what has expired."""

    def __init__(self, grace_s: float = GRACE_S) -> None:
        self._begins_at = clock.monotonic() + grace_s

    def run_once(self) -> bool:
        """End what has expired by now, a helping of it from each organisation; return whether there may be more."""
        if clock.monotonic() < self._begins_at:
            return False
        now = clock.now()
        due = Expiry.objects.filter(expires_at__lte=now)
        more = False
        carrying.carry_all()
        for organisation_id in due.values_list("organisation_id", flat=True).distinct():
            ids = list(due.filter(organisation_id=organisation_id).values_list("alert_id", flat=True)[:AT_ONCE])
            with turn(organisation_id) as mine:
                if mine and not _more_to_read(organisation_id, now):
                    more |= transactions.retry(partial(_end, organisation_id, ids, now)) == AT_ONCE
        return more


def _more_to_read(organisation_id: UUID, now: datetime) -> bool:
    """Return whether there is something unread that came before now: it may say that an alert goes on."""
    oldest = carrying.oldest()
    if oldest is not None and oldest <= now:
        return True
    return RawBody.objects.filter(organisation_id=organisation_id, state=RawBody.State.WAITING, received_at__lte=now).exists()


def _end(organisation_id: UUID, alert_ids: Collection[UUID], now: datetime) -> int:
    """End those of the alerts that nobody has spoken for meanwhile; return how many rows are dealt with."""
    with transaction.atomic():
        due = dict(Expiry.objects.filter(alert_id__in=alert_ids, expires_at__lte=now).values_list("alert_id", "expires_at"))
        firing = Alert.objects.filter(organisation_id=organisation_id, id__in=due, firing=True)
        names = set(firing.values_list("source", "fingerprint"))
        standings = alerts.known(organisation_id, names).values()
        outcome = expire(((one, due[one.id]) for one in standings), now)
        _note(organisation_id, outcome, due, now)
        matches = alerts.matches(organisation_id, outcome.turns)
        bulk.run(alerts.changes(organisation_id, outcome, matches))
        Posting.objects.filter(alert__in=[one.id for one in standings], firing=True).update(firing=False)
        Expiry.objects.filter(alert_id__in=due).delete()
        if matches:
            bells.ring(BELL)
    return len(due)


def _note(organisation_id: UUID, outcome: Outcome, due: Mapping[UUID, datetime], now: datetime) -> None:
    """Note what ended and where in the log that was found, for those who read the log once more."""
    ended = [[source, fingerprint, due[one.id].isoformat()] for (source, fingerprint), one in outcome.standings.items()]
    if ended:
        Expired.objects.create(organisation_id=organisation_id, at=now, after=log.latest_settled(organisation_id), alerts=ended)
