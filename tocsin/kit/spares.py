"""
Spares of a spool: files as large as a segment, every block of which was written before.

Where such a file is overwritten, there is nothing to be synced but the data. A file that grows has its size and its blocks written down as well, and
whoever syncs it waits for others who do the same.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from tocsin.kit import clock

SEGMENT_BYTES: Final = 32 * 1024 * 1024
"""A segment is full once it is so long; the last group in it may reach beyond."""
PIECE_BYTES: Final = 1024 * 1024
"""So much of a file is written or let go at once. Whoever syncs meanwhile waits: for a whole one tenths of a second."""
DRAFT: Final = "draft"
KEPT_MAX: Final = 8
MADE: Final = 4
"""So many files of a segment's size are made if there are fewer; in a storm longer than they suffice, those that it has filled go round."""
WORTH_BYTES: Final = 32 * 1024
"""None are made where no segment ever grew so large: a trickle needs none."""
BLANKED_AFTER_S: Final = 60.0
"""So long a spare that nobody takes holds what was written into it: bodies that are forgotten after their time do not stay here."""
ROOM_BYTES: Final = 1024 * 1024 * 1024
"""With less than this free on the disk no spare is kept, and with less than twice as much none is made."""
LOOKS_EVERY_S: Final = 0.5
_USED: Final = ".spare"
_BLANK: Final = ".blank"
_MAKING: Final = "making"

_log = structlog.get_logger(__name__)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def take(folder: Path) -> int | None:
    """Return a spare, open, locked and under the name of a draft; none if there is none."""
    for path in _all(folder):
        file = _locked(path)
        if file is not None:
            path.rename(folder / DRAFT)
            return file
    return None


def any_in(folder: Path) -> bool:
    """Return whether there is one to take."""
    return bool(_all(folder))


def keep(path: Path, free: Callable[[Path], int] = _free) -> bool:
    """Keep as a spare a segment that was read whole; return whether it is large enough and there is room for it."""
    folder = path.parent
    if path.stat().st_size < SEGMENT_BYTES or len(_all(folder)) >= KEPT_MAX or free(folder) < ROOM_BYTES:
        return False
    path.rename(path.with_suffix(_USED))
    return True


def let_go(path: Path) -> None:
    """Remove a file, little by little from its end on."""
    for left in reversed(range(0, path.stat().st_size, PIECE_BYTES)):
        os.truncate(path, left)
    path.unlink()


class Spares:
    """Looks after the spares of a folder: makes the first, blanks what nobody takes, lets all go where the disk is filling up."""

    def __init__(self, folder: Path, free: Callable[[Path], int] = _free) -> None:
        self._folder = folder
        self._free = free
        self._in_vain = False

    def look(self) -> bool:
        """Do one thing that is to be done, if there is one; return whether there may be more. Run it in a loop."""
        if not self._folder.exists():
            return False
        free = self._free(self._folder)
        if free < ROOM_BYTES:
            return self._let_one_go()
        return self._blank_one() or (free >= 2 * ROOM_BYTES and not self._in_vain and self._make_one())

    def _let_one_go(self) -> bool:
        for path in (*_all(self._folder), *self._folder.glob(_MAKING)):
            file = _locked(path)
            if file is not None:
                let_go(path)
                os.close(file)
                return True
        return False

    def _blank_one(self) -> bool:
        now = clock.now().timestamp()
        for path in sorted(self._folder.glob(f"*{_USED}")):
            file = _locked(path)
            if file is None:
                continue
            try:
                at_rest = os.fstat(file)
                if now - at_rest.st_ctime >= BLANKED_AFTER_S:
                    _blank(file, at_rest.st_size)
                    path.rename(path.with_suffix(_BLANK))
                    return True
            finally:
                os.close(file)
        return False

    def _make_one(self) -> bool:
        if not self._needs_more():
            return False
        path = self._folder / _MAKING
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _blank(file, SEGMENT_BYTES + PIECE_BYTES)
            path.rename(self._folder / f"{os.fstat(file).st_ino}{_BLANK}")
        except OSError as fault:
            self._in_vain = True  # such as a quota: it goes without
            path.unlink()
            _log.warning("spool.no_spares", error=str(fault))
            return False
        finally:
            os.close(file)
        return True

    def _needs_more(self) -> bool:
        sizes = []
        for entry in os.scandir(self._folder):
            with suppress(FileNotFoundError):  # it has another name by now
                sizes.append(entry.stat().st_size if entry.name != _MAKING else 0)
        return max(sizes, default=0) >= WORTH_BYTES and sum(size >= SEGMENT_BYTES for size in sizes) < MADE


def _all(folder: Path) -> list[Path]:
    """Return the spares, those first that are to be overwritten rather than blanked."""
    return [*sorted(folder.glob(f"*{_USED}")), *sorted(folder.glob(f"*{_BLANK}"))]


def _locked(path: Path) -> int | None:
    """Return a file, open and locked, unless somebody else still has hold of it or it has another name by now."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file), path.stat()):
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(file)
    return None


def _blank(file: int, size: int) -> None:
    """Write zeros wherever something else is. Real ones: what was only set aside for a file has to be written down once more when it is used."""
    for at in range(0, size, PIECE_BYTES):
        zeros = bytes(min(PIECE_BYTES, size - at))
        if os.pread(file, len(zeros), at) == zeros:
            continue
        if os.pwrite(file, zeros, at) < len(zeros):
            raise OSError(errno.ENOSPC, "no room")
        os.fdatasync(file)
