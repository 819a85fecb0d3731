"""What this process has computed of means, for some minutes: every process computes its own, and soon all of them say the same (DET-08)."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

from tocsin.engine.baselines import Mean
from tocsin.kit import clock

FRESH_FOR: Final = timedelta(minutes=5)
"""A mean is computed again after this: samples came through another process, or an incident turned out to be a false alarm."""

AGAIN_AFTER: Final = timedelta(minutes=1)
"""One that could not be computed is tried again sooner: somebody may hand in the past."""

KEPT: Final = 100_000
"""How many means are kept, those of every label value counted."""

Means = Mapping[tuple[str, str], Mean]
"""By label and value, two empty words for the whole."""


@dataclass(frozen=True, slots=True)
class Key:
    """Whose means: of a signal, as the plan version with this hash measures it, from `step` on."""

    organisation_id: UUID
    plan_hash: str
    signal: str
    step: datetime


@dataclass(frozen=True, slots=True)
class _Entry:
    means: Means
    from_before: datetime
    until: datetime


class Memory:
    """Means by key, oldest first. It holds `room` of them at most, and none longer than it is fresh while others come in."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._held = 0
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._mutex = Lock()

    def recall(self, key: Key) -> Means | None:
        """Return what was computed, if it is fresh."""
        with self._mutex:
            entry = self._entries.get(key)
        return entry.means if entry and entry.until > clock.now() else None

    def remember(self, key: Key, means: Means, from_before: datetime) -> None:
        """Keep what was computed, from samples before `from_before`."""
        now = clock.now()
        with self._mutex:
            self._drop(key)
            self._entries[key] = _Entry(means, from_before, now + (FRESH_FOR if means else AGAIN_AFTER))
            self._held += _size(means)
            while self._entries:
                oldest, entry = next(iter(self._entries.items()))
                if self._held <= self._room and entry.until > now:
                    break
                self._drop(oldest)

    def forget(self, organisation_id: UUID, earliest: datetime) -> None:
        """Forget what samples of an organisation from `earliest` on would have changed."""
        with self._mutex:
            touched = [
                key for key, entry in self._entries.items() if key.organisation_id == organisation_id and earliest < entry.from_before
            ]
            for key in touched:
                self._drop(key)

    def _drop(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        self._held -= _size(entry.means) if entry else 0


def _size(means: Means) -> int:
    return len(means) + 1


memory: Final = Memory(KEPT)
