"""How many may listen to streams at once: in one process, of one organisation, and as one person."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from prometheus_client import Gauge

_listening = Gauge("tocsin_listeners", "Streams that are open")


@dataclass(frozen=True, slots=True)
class Limits:
    """Each is far beyond what people need, and far below what a process bears."""

    process: int = 5000
    organisation: int = 2000
    person: int = 50


class Full(Exception):  # noqa: N818 - it says how things stand
    """As many listen as may."""


class Seats:
    """Counts who listens. Used within one event loop, so nothing is locked."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._taken: Counter[tuple[UUID, str] | UUID | None] = Counter()

    @contextmanager
    def taken(self, organisation_id: UUID, person: str) -> Iterator[None]:
        """
        Hold a seat for as long as the block runs.

        :raises Full: there is none; whoever comes again later may find one.
        """
        asked: Final = (
            (None, self._limits.process),
            (organisation_id, self._limits.organisation),
            ((organisation_id, person), self._limits.person),
        )
        if any(self._taken[seat] >= limit for seat, limit in asked):
            raise Full
        for seat, _ in asked:
            self._taken[seat] += 1
        _listening.set(self._taken[None])
        try:
            yield
        finally:
            for seat, _ in asked:
                self._taken[seat] -= 1
                if not self._taken[seat]:
                    del self._taken[seat]
            _listening.set(self._taken[None])
