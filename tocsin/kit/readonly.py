"""A disk that the kernel lets nobody write, as it does after a fault of the disk: what is there is shown, and nothing is taken."""

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from prometheus_client import Gauge

EVERY_S: Final = 1.0

_log = structlog.get_logger(__name__)
_gauge = Gauge("tocsin_disk_read_only", "1 while the data are served from a disk that cannot be written")


def writable(folder: Path) -> bool:
    """Return false if the file system of `folder` is read-only. Tried, not asked: after some faults the kernel only says so when it is."""
    trial = folder / f"trial.{secrets.token_hex(4)}"
    try:
        os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        trial.unlink()
    except OSError as error:
        return error.errno != errno.EROFS
    return True


class ReadOnly:
    """Whether this process serves what it cannot change. It is so from its start on, and ends when the disk can be written again."""

    def __init__(self) -> None:
        self.now = False
        self.over = False

    def begin(self) -> None:
        """Change nothing from now on."""
        self.now = True
        _gauge.set(1)
        _log.error("disk.read_only", takes="nothing")

    def look(self, folder: Path, end: Callable[[], None]) -> bool:
        """Call `end` once the disk can be written again; for a loop."""
        if self.now and not self.over and writable(folder):
            self.over = True
            _log.warning("disk.writable", begins="anew")
            end()
        return False


readonly: Final = ReadOnly()
"""That of this process."""
