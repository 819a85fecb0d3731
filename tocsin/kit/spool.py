"""
A spool: records appended to files of their own and synced at once, read on from a mark, and given back when all of a file was read.

One process writes it, any may read it. Each start of the writer begins a new file (a segment), and so does the first record after one is full or
some minutes old: nothing is ever written behind what a power cut may have left, so a mark that lies there passes nothing over.

A segment may overwrite what another one was (`spares.py`), so its end is no end of a file: behind the last record there is a mark of the end,
written with the record and overwritten by the next. Anything else there is half a record, or damaged.
"""

import errno
import fcntl
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

import structlog

from tocsin.kit import clock, spares

SEGMENT_S: Final = 600.0
"""So much later the next record begins a new segment, however little there is: what was read is not to lie about for months."""
LOOKS_EVERY_S: Final = 1.0
"""So often a file that grows is looked at: it is left for a spare as soon as there is one."""
BEGINNING: Final = b"tocsin spool 1\n\0"
_HEAD: Final = Struct("<II")
"""Before each record: its length, and a check sum over segment, length and record."""
_END: Final = 0xFFFFFFFF
"""The length that says that there is no record; its check sum is over segment and place."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ: Final = ".read"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a spool was read: all segments before this one, and so many bytes of it."""

    segment: int = 0
    upto: int = 0


class NotWritten(Exception):  # noqa: N818 - it says what happened
    """Records were not written. `full`: there was no room for them, and may be later; otherwise what the disk holds is unknown."""

    def __init__(self, fault: OSError) -> None:
        super().__init__(fault.strerror)
        self.full = fault.errno in _FULL


class Spool:
    """
    Appends. For one thread.

    `passed` is asked once for the segment of the latest mark: no new one comes before it, even where all files are gone.
    """

    def __init__(self, folder: Path, passed: Callable[[], int]) -> None:
        self._folder = folder
        self._passed = passed
        self._file: int | None = None
        self._number = 0
        self._size = 0
        self._begun_at = 0.0
        self._grows = False
        self._looked_at = 0.0

    def begin(self) -> None:
        """Open a file, so that the first records need not wait for that. What is in the way now they will meet themselves."""
        with suppress(OSError):
            self._open()

    def append(self, records: Iterable[bytes]) -> None:
        """
        Return once all of the records are on the disk.

        :raises NotWritten: they are not. If it is not for want of room, end the process.
        """
        try:
            if self._file is None or self._is_over():
                self._open()
            assert self._file is not None
            begins = self._size == 0
            beginning = [BEGINNING] if begins else []
            self._write(self._file, [*beginning, *(_framed(self._number, record) for record in records)])
            if begins:
                self._begun_at = clock.monotonic()
                self._name()
        except OSError as fault:
            self.close()  # whatever is half written ends its segment
            raise NotWritten(fault) from fault

    def close(self) -> None:
        """Write nothing more into this segment."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _is_over(self) -> bool:
        if not self._size:
            return False
        now = clock.monotonic()
        if self._size >= spares.SEGMENT_BYTES or now - self._begun_at >= SEGMENT_S:
            return True
        if not self._grows or now - self._looked_at < LOOKS_EVERY_S:
            return False
        self._looked_at = now
        return spares.any_in(self._folder)

    def _write(self, file: int, parts: list[bytes]) -> None:
        size = self._size + sum(map(len, parts))
        data, written = b"".join([*parts, _end(self._number, size)]), 0
        try:
            while written < len(data):
                written += os.pwrite(file, data[written:] if written else data, self._size + written)
        except OSError:
            os.ftruncate(file, self._size)
            raise
        with _for_good():
            os.fdatasync(file)
        self._size = size

    def _open(self) -> None:
        """
        Open the file of the next segment: a spare, or one that grows.

        It is locked before it has its name: whoever finds an unlocked one may take it to be finished.
        """
        self.close()
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700)
            _sync_folder(self._folder.parent)
        number = max([self._number or self._passed(), *segments(self._folder)]) + 1
        file = spares.take(self._folder)
        if file is None:
            draft = self._folder / spares.DRAFT
            draft.unlink(missing_ok=True)
            file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file, self._number, self._size = file, number, 0
        self._grows = os.fstat(file).st_size < spares.SEGMENT_BYTES
        self._begun_at = self._looked_at = clock.monotonic()

    def _name(self) -> None:
        """Let the segment be one, now that nothing of an earlier one is where it begins: its first group is on the disk."""
        (self._folder / spares.DRAFT).rename(_path(self._folder, self._number))
        with _for_good():
            _sync_folder(self._folder)


def segments(folder: Path) -> list[int]:
    """Return the numbers of the segments that are there, in order."""
    try:
        return sorted(int(name) for name in os.listdir(folder) if name.isdecimal())
    except FileNotFoundError:
        return []


def read(folder: Path, mark: Mark, bytes_max: int) -> tuple[list[bytes], Mark]:
    """
    Return the records behind a mark and the mark behind them: all of them, or as many as make up the limit.

    Where a finished segment does not end with a whole record, the rest was never acknowledged, or it is damaged: the file is kept aside.
    """
    found: list[bytes] = []
    for number in segments(folder):
        if number < mark.segment:
            continue
        if number > mark.segment:
            mark = Mark(number, len(BEGINNING))
        try:
            file = os.open(_path(folder, number), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # somebody else was quicker
            continue
        try:
            finished = _finished(file)
            some, mark, torn = _read_on(file, mark, bytes_max)
        finally:
            os.close(file)
        found += some
        bytes_max -= sum(map(len, some))
        if bytes_max <= 0 or not finished:
            break
        if torn:
            _keep_aside(folder, mark)
    return found, mark


def remove(folder: Path, mark: Mark) -> None:
    """Remove what lies whole before a mark, or keep it as a spare. The mark must be on the disk by then."""
    for number in segments(folder):
        if number < mark.segment:
            path = _path(folder, number)
            with suppress(FileNotFoundError):  # somebody else was quicker
                if not spares.keep(path):
                    path.rename(path.with_suffix(_READ))
    for path in folder.glob(f"*{_READ}"):  # what a kill has left of one as well
        with suppress(FileNotFoundError):
            spares.let_go(path)


def _read_on(file: int, mark: Mark, bytes_max: int) -> tuple[list[bytes], Mark, bool]:
    """Return the records of one segment behind a mark, the mark behind them, and whether what follows is neither a record nor the end."""
    size, upto, found = os.fstat(file).st_size, mark.upto, []
    while bytes_max > 0 and upto < size:
        record = _record(file, mark.segment, upto, size)
        if record is None:
            break
        found.append(record)
        upto += _HEAD.size + len(record)
        bytes_max -= len(record)
    torn = upto < size and os.pread(file, _HEAD.size, upto) != _end(mark.segment, upto)
    return found, Mark(mark.segment, upto), torn


def _record(file: int, number: int, at: int, size: int) -> bytes | None:
    head = os.pread(file, _HEAD.size, at)
    if len(head) < _HEAD.size:
        return None
    length, check = _HEAD.unpack(head)
    if length > size - at - _HEAD.size:
        return None
    record = os.pread(file, length, at + _HEAD.size)
    return record if _check(number, record) == check else None


def _framed(number: int, record: bytes) -> bytes:
    return _HEAD.pack(len(record), _check(number, record)) + record


def _end(number: int, at: int) -> bytes:
    return _HEAD.pack(_END, _check(number, b"%d" % at))


def _check(number: int, record: bytes) -> int:
    """Return the check sum of a record. Another segment's record, which may still be in the file, has another."""
    return zlib.crc32(record, zlib.crc32(b"%d:%d" % (number, len(record))))


def _finished(file: int) -> bool:
    """Return whether nobody writes this segment any more."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _keep_aside(folder: Path, mark: Mark) -> None:
    path = _path(folder, mark.segment)
    with suppress(FileNotFoundError):  # somebody else was quicker, or has read it whole and removes it
        path.rename(path.with_suffix(".torn"))
        _log.warning("spool.torn", segment=mark.segment, at=mark.upto)


@contextmanager
def _for_good() -> Iterator[None]:
    """Let a sync fail as what it is: full or not, what the disk holds is unknown."""
    try:
        yield
    except OSError as fault:
        raise OSError(errno.EIO, f"the disk did not take it: {fault.strerror}") from fault


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:012d}"


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
