"""Token buckets: by a key of a source comes no more than its organisation lets it, and what was saved up in a minute may come at once."""

from collections.abc import Callable
from math import ceil
from typing import Final
from uuid import UUID

from tocsin.kit import clock

SAVED_UP_S: Final = 60.0
SIZE: Final = 20_000


class Buckets:
    """One for each key that has a limit, full at first. For one event loop."""

    def __init__(self, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._monotonic = monotonic
        self._full_at: dict[UUID, float] = {}

    def wait_s(self, key_id: UUID, per_minute: int) -> int:
        """Take a token and return 0, or return after how many seconds there is one."""
        now, each_s = self._monotonic(), SAVED_UP_S / per_minute
        full_at = max(self._full_at.get(key_id, now), now) + each_s
        if full_at - now > SAVED_UP_S * (1 + 1e-9):
            return ceil(full_at - now - SAVED_UP_S)
        if len(self._full_at) >= SIZE:
            self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        self._full_at[key_id] = full_at
        return 0
