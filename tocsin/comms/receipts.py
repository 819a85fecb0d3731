"""What became of messages, as pages show it: per channel in figures, per recipient in words."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tocsin.comms.models import Delivery, State

_DELIVERED: Final = frozenset({"delivered", "captured"})
_WAITING: Final = frozenset({"waiting", "sending", "unanswered"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    One recipient on one channel. `word` tells apart: waiting, sending, unanswered (and tried again at `next_at`), gave_up, delivered,
    refused, contradicted (a yes that held an error), no_channel, no_address, closed_address, bad_address, fault, cancelled, captured.
    """

    recipient: str
    address: str
    locale: str
    word: str
    detail: str
    hint: str
    attempts: int
    doubtful: bool
    at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Summary:
    """
    One channel of one message. `words` counts recipients by word; `first_at` and `last_at` are when the first and the last of them had
    it, so their distance is the spread. `doubtful` may have it twice. `error`, `hint`: the latest trouble.
    """

    channel: str
    words: Mapping[str, int]
    doubtful: int
    first_at: datetime | None
    last_at: datetime | None
    next_at: datetime | None
    error: str
    hint: str

    @property
    def delivered(self) -> int:
        """Return how many recipients have it; a drill's captured ones count."""
        return sum(self.words.get(word, 0) for word in _DELIVERED)

    @property
    def waiting(self) -> int:
        """Return how many are still open."""
        return sum(self.words.get(word, 0) for word in _WAITING)

    @property
    def cancelled(self) -> int:
        """Return for how many it was no longer wanted."""
        return self.words.get("cancelled", 0)

    @property
    def failed(self) -> int:
        """Return how many will not have it by this way."""
        return sum(self.words.values()) - self.delivered - self.waiting - self.cancelled

    @property
    def word(self) -> str:
        """Return the one word for all: the word of every recipient, or `partly`."""
        return next(iter(self.words)) if len(self.words) == 1 else "partly"


def receipts(organisation_id: UUID, about: str) -> tuple[tuple[str, Receipt], ...]:
    """Return (channel, receipt) for every recipient of what `about` names, by channel and recipient."""
    return tuple((row.channel, _receipt(row)) for row in _rows(organisation_id, [about]))


def summaries(organisation_id: UUID, abouts: Collection[str]) -> Mapping[str, tuple[Summary, ...]]:
    """Return one row per channel for each thing that `abouts` name, by channel."""
    by_channel: defaultdict[str, dict[str, list[Delivery]]] = defaultdict(dict)
    for row in _rows(organisation_id, abouts):
        by_channel[row.about].setdefault(row.channel, []).append(row)
    return {about: tuple(_summary(channel, rows) for channel, rows in each.items()) for about, each in by_channel.items()}


def _rows(organisation_id: UUID, abouts: Collection[str]) -> list[Delivery]:
    rows = Delivery.objects.filter(organisation_id=organisation_id, about__in=abouts).defer("subject", "body")
    return list(rows.order_by("channel", "recipient", "created_at"))


def _receipt(row: Delivery) -> Receipt:
    next_at = row.due_at if row.state == State.PENDING else None
    at = row.finished_at or row.created_at
    return Receipt(row.recipient, row.address, row.locale, row.word, row.detail, row.hint, row.attempts, row.doubtful, at, next_at)


def _summary(channel: str, rows: list[Delivery]) -> Summary:
    had = [row.finished_at for row in rows if row.finished_at and row.word in _DELIVERED]
    waits = [row.due_at for row in rows if row.state == State.PENDING]
    troubles = [row for row in rows if row.detail]
    latest = max(troubles, key=lambda row: row.finished_at or row.due_at) if troubles else None
    return Summary(
        channel=channel,
        words=dict(Counter(row.word for row in rows)),
        doubtful=sum(row.doubtful and row.state == State.SENT for row in rows),
        first_at=min(had, default=None),
        last_at=max(had, default=None),
        next_at=min(waits, default=None),
        error=latest.detail if latest else "",
        hint=latest.hint if latest else "",
    )
