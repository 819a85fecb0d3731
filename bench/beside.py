"""Something that goes on beside what is measured, for as long as a `with` block, and how long each time took."""

import threading
from abc import abstractmethod
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self


class Beside(AbstractContextManager["Beside"]):
    """A thread of its own. `taken` holds the latencies of the latest block, sorted at its end."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.over = threading.Event()
        self._thread = threading.Thread(target=self.go_on)

    def __enter__(self) -> Self:
        self.taken = []
        self.over.clear()
        self._thread = threading.Thread(target=self.go_on)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over.set()
        self._thread.join()
        self.taken.sort()

    @abstractmethod
    def go_on(self) -> None:
        """Go on until it is over."""
