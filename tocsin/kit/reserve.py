"""Space on the disk that is given up when the disk is full: what must be written even then goes there, and whatever can wait is refused."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import Gauge

BYTES: Final = 16 * 1024 * 1024
LOW_BYTES: Final = 8 * 1024 * 1024
"""With less than this left, the reserve is given up before a write has failed."""
EVERY_S: Final = 0.5
_CHUNK: Final = bytes(1024 * 1024)

_log = structlog.get_logger(__name__)
_scarce = Gauge("tocsin_disk_full", "1 while the reserve is given up because the disk is full")


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Reserve:
    """
    A file of zeros beside the data, in one of two states: held, or given up.

    While it is given up, `scarce` tells everybody who can send again to do so later; clocks and people go on. It comes back as soon as there
    is room for it twice over.
    """

    def __init__(self, bytes_: int = BYTES, low_bytes: int = LOW_BYTES, free: Callable[[Path], int] = _free) -> None:
        self._bytes = bytes_
        self._low_bytes = low_bytes
        self._free = free
        self._path: Path | None = None
        self.scarce = False

    def keep(self, folder: Path) -> None:
        """Keep the reserve in `folder` from now on."""
        self._path = folder / "reserve"
        self.look()

    def look(self) -> bool:
        """Give the reserve up if little else is left, or take it back. Run it in a loop."""
        if self._path is None:
            return False
        free = self._free(self._path.parent)
        if self._path.exists():
            if free < self._low_bytes:
                self.give_up()
        elif free >= self._bytes + 2 * self._low_bytes:
            self._take()
        elif not self.scarce:
            self.give_up()
        return False

    def give_up(self) -> None:
        """Make the space free at once. Nothing happens where no reserve is kept, or a second time."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._turn(scarce=True)

    def _take(self) -> None:
        """Write it whole: a file with holes would keep nothing."""
        assert self._path is not None
        draft = self._path.with_suffix(".new")
        try:
            with draft.open("wb") as file:
                for _ in range(0, self._bytes, len(_CHUNK)):
                    file.write(_CHUNK[: self._bytes])
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._path)
        except OSError:
            draft.unlink(missing_ok=True)
            self.give_up()
        else:
            self._turn(scarce=False)

    def _turn(self, *, scarce: bool) -> None:
        if scarce != self.scarce:
            self.scarce = scarce
            _scarce.set(scarce)
            _log.error("disk.full", reserve="given up") if scarce else _log.warning("disk.enough", reserve="held")


reserve = Reserve()
"""The one of this process; it keeps nothing until it is told where."""
