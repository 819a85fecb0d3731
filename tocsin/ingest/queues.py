"""Bounded queues, one per organisation, emptied in turn: a storm of one never delays another by more than its share of one group."""

import threading
from collections import deque
from typing import Generic, Protocol, TypeVar
from uuid import UUID

QUANTUM = 64 * 1024
ROW_COST = 256
"""What a row costs besides its bytes, so that many small bodies are not free."""


class Queued(Protocol):
    """What can wait here: it belongs to an organisation and has a size in bytes."""

    @property
    def organisation_id(self) -> UUID: ...

    @property
    def size(self) -> int: ...


Item = TypeVar("Item", bound=Queued)


class Queues(Generic[Item]):
    """
    Deficit round robin (Shreedhar and Varghese, 1995) over per-organisation queues, bounded in bytes altogether and per organisation.

    Filled by the event loop and emptied by the writer thread.
    """

    def __init__(self, *, bytes_max: int, organisation_bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._organisation_bytes_max = organisation_bytes_max
        self._held = 0
        self._held_by_organisation: dict[UUID, int] = {}
        self._waiting: dict[UUID, deque[Item]] = {}
        self._deficits: dict[UUID, int] = {}
        self._ring: deque[UUID] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def hold(self, organisation_id: UUID, size: int) -> bool:
        """Reserve `size` bytes of memory, from the moment they are read until they are answered; false when there is no room."""
        with self._changed:
            held = self._held_by_organisation.get(organisation_id, 0) + size
            if held > self._organisation_bytes_max or self._held + size > self._bytes_max:
                return False
            self._held += size
            self._held_by_organisation[organisation_id] = held
            return True

    def let_go(self, organisation_id: UUID, size: int) -> None:
        """Give reserved bytes back."""
        with self._changed:
            self._held -= size
            left = self._held_by_organisation.pop(organisation_id, 0) - size
            if left > 0:
                self._held_by_organisation[organisation_id] = left

    def put(self, item: Item) -> None:
        """Queue one item whose bytes are held."""
        with self._changed:
            queue = self._waiting.get(item.organisation_id)
            if queue is None:
                queue = self._waiting[item.organisation_id] = deque()
                self._deficits[item.organisation_id] = 0
                self._ring.append(item.organisation_id)
            queue.append(item)
            self._changed.notify()

    def wait(self) -> bool:
        """Block until something waits; false once closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._ring or self._closed)
            return bool(self._ring)

    def close(self) -> None:
        """Let the reader end after what is still queued."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def take(self, rows_max: int, bytes_max: int) -> list[Item]:
        """Return the next group: each organisation in turn, those that got nothing this time first next time."""
        with self._changed:
            group: list[Item] = []
            size = 0
            while self._ring and len(group) < rows_max and size < bytes_max:
                organisation_id = self._ring.popleft()
                self._deficits[organisation_id] += QUANTUM
                size += self._serve(organisation_id, group, rows_max, bytes_max - size)
            return group

    def _serve(self, organisation_id: UUID, group: list[Item], rows_max: int, bytes_left: int) -> int:
        """Move what the organisation's deficit allows into `group`, put it back into the ring if more waits, return the bytes moved."""
        queue, served = self._waiting[organisation_id], 0
        while queue and len(group) < rows_max and served < bytes_left and queue[0].size + ROW_COST <= self._deficits[organisation_id]:
            item = queue.popleft()
            self._deficits[organisation_id] -= item.size + ROW_COST
            served += item.size + ROW_COST
            group.append(item)
        if queue:
            self._ring.append(organisation_id)
        else:
            del self._waiting[organisation_id], self._deficits[organisation_id]
        return served
