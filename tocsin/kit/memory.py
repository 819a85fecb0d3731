"""What was looked up within one transaction, in which nothing of it changes."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


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
