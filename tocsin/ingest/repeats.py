"""Bodies that come again byte for byte, as senders repeat what goes on: nothing about them is new but that they came."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from tocsin.ingest.episodes import Heard, Name, Standing
from tocsin.ingest.log import Waiting
from tocsin.ingest.sources import Alert
from tocsin.kit import bulk

ALERTS_MAX: Final = 100_000
"""Alerts that are remembered, some 200 bytes each."""

_COUNTED: Final = {
    "id": "uuid",
    "turn": "integer",
    "was": "integer",
    "received": "integer",
    "more": "integer",
    "last_received_at": "timestamptz",
}
_COUNT: Final = "received = {received}, duplicates = ingest_alert.duplicates + {more}, last_received_at = {last_received_at}"
_AS_REMEMBERED: Final = "ingest_alert.id = {id} AND ingest_alert.turn = {turn} AND ingest_alert.received = {was}"


class Counted:
    """What a turn of the follower only counts: how often each alert was told of again, and when last."""

    def __init__(self) -> None:
        self.bodies: list[Waiting] = []
        self.alerts: dict[UUID, tuple[int, datetime]] = {}

    def add(self, body: Waiting, alert_ids: Iterable[UUID]) -> None:
        """Count a body that came again."""
        self.bodies.append(body)
        for alert_id in alert_ids:
            self.alerts[alert_id] = (self.alerts.get(alert_id, (0,))[0] + 1, body.received_at)


class Repeats:
    """
    Remembers bodies each of whose alerts still stands as that body left it.

    What others have changed meanwhile is found when it is counted: no row is counted that does not stand as remembered.
    """

    def __init__(self, alerts_max: int = ALERTS_MAX) -> None:
        self._alerts_max = alerts_max
        self._bodies: dict[bytes, tuple[UUID, ...]] = {}
        """The oldest first. Each has the last word on every one of its alerts."""
        self._stood: dict[UUID, tuple[bytes, int, int]] = {}
        """By which body an alert stands as it does, with its turn and how often it was received."""

    def find(self, mark: bytes) -> Sequence[UUID]:
        """Return the alerts that the body with this mark only repeats; none if it may say anything new."""
        return self._bodies.get(mark, ())

    def learn(self, mark: bytes, said: Sequence[Heard], standings: Mapping[Name, Standing]) -> None:
        """Remember the body with this mark, which said this, if it is the last word on each of its alerts."""
        stood = []
        for one in said:
            standing = standings.get((one.source, one.alert.key))
            if standing is not None:
                if (last := self._stood.get(standing.id)) is not None:
                    self._drop(last[0])
                if standing.alert is one.alert and _repeatable(one.alert):
                    stood.append(standing)
        if not stood or len(stood) < len(said):
            return
        self._bodies[mark] = tuple(one.id for one in stood)
        for each in stood:
            self._stood[each.id] = (mark, each.turn, each.received)
        while len(self._stood) > self._alerts_max:
            self._drop(next(iter(self._bodies)))

    def statements(self, counted: Counted) -> Iterator[bulk.Statement]:
        """Yield the statements that count; together they change a row for each alert, or something is not as remembered."""
        rows = []
        for each, (more, at) in sorted(counted.alerts.items()):
            _, turn, received = self._stood[each]
            rows.append((each, turn, received, received + more, more, at))
        yield from bulk.change("ingest_alert", _COUNT, _AS_REMEMBERED, _COUNTED, rows)

    def counted(self, counted: Counted) -> None:
        """Take over what was written."""
        for alert_id, (more, _) in counted.alerts.items():
            mark, turn, received = self._stood[alert_id]
            self._stood[alert_id] = (mark, turn, received + more)

    def forget(self, counted: Counted) -> None:
        """Forget those alerts: they are not as remembered."""
        for alert_id in counted.alerts:
            self._drop(self._last_word(alert_id))

    def _drop(self, mark: bytes) -> None:
        """Forget a body with its alerts: on one of them somebody else has the last word."""
        for alert_id in self._bodies.pop(mark, ()):
            del self._stood[alert_id]

    def _last_word(self, alert_id: UUID) -> bytes:
        stood = self._stood.get(alert_id)
        return stood[0] if stood else b""


def mark_of(organisation_id: UUID, body: Waiting) -> bytes:
    """Return what tells a body of an organisation from every other: 16 bytes."""
    mark = sha256(organisation_id.bytes + body.source.encode() + b"\0")
    mark.update(body.body)
    return mark.digest()[:16]


def _repeatable(alert: Alert) -> bool:
    """Return whether the same message once more would change nothing: its source tells episodes apart, and asks for no time to be kept."""
    other = alert.brief or alert.quiet or alert.sequenced or alert.acknowledged_by is not None or alert.aside is not None
    return alert.starts_at is not None and alert.expires_at is None and not other
