"""Bounded queues, one for each key of each organisation, emptied in turn: a storm of one delays no other by more than its share of a group."""

import threading
from collections import deque
from typing import Generic, Protocol, TypeVar
from uuid import UUID

QUANTUM = 64 * 1024
KEY_QUANTUM = 16 * 1024
ROW_COST = 256
"""What a row costs besides its bytes, so that many small bodies are not free."""
SMALL = 128 * 1024
"""An organisation that holds no more than this finds room in what is reserved."""


class Whose(Protocol):
    """What belongs to an organisation and came by one of its keys."""

    @property
    def organisation_id(self) -> UUID: ...

    @property
    def key_id(self) -> UUID: ...


class Queued(Whose, Protocol):
    """What can wait here: it is somebody's and has a size in bytes."""

    @property
    def size(self) -> int: ...


Item = TypeVar("Item", bound=Queued)


class _Turns(Generic[Item]):
    """What waits of one organisation: a queue for each key, in turn."""

    def __init__(self) -> None:
        self.deficit = 0
        self._waiting: dict[UUID, deque[Item]] = {}
        self._ring: deque[UUID] = deque()
        self._left = KEY_QUANTUM

    def __bool__(self) -> bool:
        return bool(self._ring)

    def put(self, item: Item) -> None:
        """Queue one item behind those of its key."""
        queue = self._waiting.get(item.key_id)
        if queue is None:
            queue = self._waiting[item.key_id] = deque()
            self._ring.append(item.key_id)
        queue.append(item)

    def take(self, group: list[Item], rows_max: int, bytes_left: int) -> int:
        """Move what the deficit allows into `group`, the keys in turn, and return the bytes moved."""
        served = 0
        while self._ring and len(group) < rows_max and served < bytes_left:
            queue = self._waiting[self._ring[0]]
            cost = queue[0].size + ROW_COST
            if cost > self.deficit:
                break
            group.append(queue.popleft())
            self.deficit -= cost
            self._left -= cost
            served += cost
            if not queue:
                del self._waiting[self._ring.popleft()]
                self._left = KEY_QUANTUM
            elif self._left <= 0:
                self._ring.rotate(-1)
                self._left = KEY_QUANTUM
        return served


class Queues(Generic[Item]):
    """
    Deficit round robin (Shreedhar and Varghese, 1995) over per-organisation queues, and within each over its keys.

    Bounded in bytes: altogether, per organisation and per key. What is `reserved` of all is for organisations that hold little, however
    many others storm. That bound is the bucket of each: it fills with what comes and empties as its turns are committed.
    Filled by the event loop and emptied by the writer thread.
    """

    def __init__(self, *, bytes_max: int, organisation_bytes_max: int, key_bytes_max: int = 1 << 62, reserved: int = 0) -> None:
        self._bytes_max = bytes_max
        self._organisation_bytes_max = organisation_bytes_max
        self._key_bytes_max = key_bytes_max
        self._common_bytes_max = bytes_max - reserved
        self._held = 0
        self._held_by_organisation: dict[UUID, int] = {}
        self._held_by_key: dict[UUID, int] = {}
        self._waiting: dict[UUID, _Turns[Item]] = {}
        self._ring: deque[UUID] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def hold(self, whose: Whose, size: int) -> bool:
        """Reserve `size` bytes of memory, from the moment they are read until they are answered; false when there is no room."""
        with self._changed:
            held = self._held_by_organisation.get(whose.organisation_id, 0) + size
            by_key = self._held_by_key.get(whose.key_id, 0) + size
            room = self._bytes_max if held <= SMALL else self._common_bytes_max
            if held > self._organisation_bytes_max or by_key > self._key_bytes_max or self._held + size > room:
                return False
            self._held += size
            self._held_by_organisation[whose.organisation_id] = held
            self._held_by_key[whose.key_id] = by_key
            return True

    def let_go(self, whose: Whose, size: int) -> None:
        """Give reserved bytes back."""
        with self._changed:
            self._held -= size
            for held, key in ((self._held_by_organisation, whose.organisation_id), (self._held_by_key, whose.key_id)):
                left = held.pop(key, 0) - size
                if left > 0:
                    held[key] = left

    def put(self, item: Item) -> None:
        """Queue one item whose bytes are held."""
        with self._changed:
            turns = self._waiting.get(item.organisation_id)
            if turns is None:
                turns = self._waiting[item.organisation_id] = _Turns()
                self._ring.append(item.organisation_id)
            turns.put(item)
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
                turns = self._waiting[organisation_id]
                turns.deficit += QUANTUM
                size += turns.take(group, rows_max, bytes_max - size)
                if turns:
                    self._ring.append(organisation_id)
                else:
                    del self._waiting[organisation_id]
            return group
