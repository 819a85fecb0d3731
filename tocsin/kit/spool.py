"""
A spool: records appended to files of their own and synced at once, read on from a mark, and removed when all of a file was read.

One process writes it, any may read it. Each start of the writer begins a new file (a segment), and so does the first record after one is full or
some minutes old: nothing is ever written behind what a power cut may have left, so a mark that lies there passes nothing over.
"""

import errno
import fcntl
import os
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

import structlog

from tocsin.kit import clock

SEGMENT_BYTES: Final = 64 * 1024 * 1024
SEGMENT_S: Final = 600.0
"""So much later the next record begins a new segment, however little there is: what was read is not to lie about for months."""
FREED_BYTES: Final = 1024 * 1024
"""So much of a file is let go at once. Where the disk is told what is free, whoever syncs meanwhile waits: for a whole one tenths of a second."""
BEGINNING: Final = b"tocsin spool 1\n\0"
_HEAD: Final = Struct("<II")
"""Before each record: its length, and a check sum over segment, length and record."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_DRAFT: Final = "draft"
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

    def append(self, records: Iterable[bytes]) -> None:
        """
        Return once all of the records are on the disk.

        :raises NotWritten: they are not. If it is not for want of room, end the process.
        """
        try:
            if self._file is None or self._size >= SEGMENT_BYTES or clock.monotonic() - self._begun_at >= SEGMENT_S:
                self._begin()
            assert self._file is not None
            self._write(self._file, b"".join(_framed(self._number, record) for record in records))
        except OSError as fault:
            self.close()  # whatever is half written ends its segment
            raise NotWritten(fault) from fault

    def close(self) -> None:
        """Write nothing more into this segment."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, file: int, data: bytes) -> None:
        written = 0
        try:
            while written < len(data):
                written += os.write(file, data[written:] if written else data)
        except OSError:
            os.ftruncate(file, self._size)
            raise
        try:
            os.fdatasync(file)
        except OSError as fault:  # full or not: what it holds is unknown
            raise OSError(errno.EIO, f"the disk did not take it: {fault.strerror}") from fault
        self._size += len(data)

    def _begin(self) -> None:
        """Begin a segment. It is locked before it has its name: whoever finds an unlocked one may take it to be finished."""
        self.close()
        if not self._folder.exists():
            self._folder.mkdir(mode=0o700)
            _sync_folder(self._folder.parent)
        draft = self._folder / _DRAFT
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(file, BEGINNING)  # it is on the disk with the first record
            number = max([self._number or self._passed(), *segments(self._folder)]) + 1
            draft.rename(_path(self._folder, number))
            _sync_folder(self._folder)
        except BaseException:
            os.close(file)
            raise
        self._file, self._number, self._size = file, number, len(BEGINNING)
        self._begun_at = clock.monotonic()


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
            _keep_aside(folder, mark, torn)
    return found, mark


def remove(folder: Path, mark: Mark) -> None:
    """Remove what lies whole before a mark. The mark must be on the disk by then."""
    for number in segments(folder):
        if number < mark.segment:
            path = _path(folder, number)
            with suppress(FileNotFoundError):  # somebody else was quicker
                path.rename(path.with_suffix(_READ))
    for path in folder.glob(f"*{_READ}"):  # what a kill has left of one as well
        with suppress(FileNotFoundError):
            _free(path)


def _read_on(file: int, mark: Mark, bytes_max: int) -> tuple[list[bytes], Mark, int]:
    """Return the records of one segment behind a mark, the mark behind them, and how many bytes follow that are no record, or not yet."""
    size, upto, found = os.fstat(file).st_size, mark.upto, []
    while bytes_max > 0 and upto < size and (record := _record(file, mark.segment, upto, size)) is not None:
        found.append(record)
        upto += _HEAD.size + len(record)
        bytes_max -= len(record)
    return found, Mark(mark.segment, upto), max(0, size - upto)


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


def _check(number: int, record: bytes) -> int:
    """Return the check sum of a record. Another segment's record, which a file system may show after a power cut, has another."""
    return zlib.crc32(record, zlib.crc32(b"%d:%d" % (number, len(record))))


def _finished(file: int) -> bool:
    """Return whether nobody writes this segment any more."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _keep_aside(folder: Path, mark: Mark, torn: int) -> None:
    path = _path(folder, mark.segment)
    with suppress(FileNotFoundError):  # somebody else was quicker, or has read it whole and removes it
        path.rename(path.with_suffix(".torn"))
        _log.warning("spool.torn", segment=mark.segment, at=mark.upto, bytes=torn)


def _free(path: Path) -> None:
    """Remove a file, little by little from its end on."""
    for left in reversed(range(0, path.stat().st_size, FREED_BYTES)):
        os.truncate(path, left)
    path.unlink()


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:012d}"


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
