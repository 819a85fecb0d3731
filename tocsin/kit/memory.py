"""What was looked up: within one transaction, in which nothing of it changes, and beyond it, where it is seen whether it has."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class Memory:
    """Looks up once, and knows from then on. It lives as long as the transaction, no longer: another one may find something else."""

    def __init__(self) -> None:
        self._known: dict[tuple[Hashable, ...], Any] = {}

    def __call__(self, key: tuple[Hashable, ...], look: Callable[[], T]) -> T:
        """Return what `look` returns, or what it returned before under the same key."""
        if key not in self._known:
            self._known[key] = look()
        known: T = self._known[key]
        return known


class Witness(Memory):
    """Looks up in a memory, and remembers beyond its transaction how and what was found."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory
        self._found: dict[tuple[Hashable, ...], tuple[Callable[[], Any], Any]] = {}

    def __call__(self, key: tuple[Hashable, ...], look: Callable[[], T]) -> T:
        """Return what the memory knows, or has `look` find."""
        found = self._memory(key, look)
        self._found[key] = look, found
        return found

    def still(self, memory: Memory) -> bool:
        """Return whether another transaction finds all of it as it was."""
        return all(memory(key, look) == found for key, (look, found) in self._found.items())


class Recent(Generic[K, V]):
    """So many as were last used."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[K, V] = OrderedDict()
        self._mutex = Lock()

    def get(self, key: K) -> V | None:
        with self._mutex:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: K, value: V) -> V:
        with self._mutex:
            self._known[key] = value
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return value
