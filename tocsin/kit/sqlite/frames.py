"""Which pages SQLite's log holds. Source: https://www.sqlite.org/fileformat2.html#walformat"""

import os
from pathlib import Path
from struct import Struct
from typing import Final

_HEADER: Final = Struct(">8xI4x8s8x")
"""Of the log: the size of a page, and two random numbers that are others each time it begins anew."""
_FRAME_BYTES: Final = 24
"""Before each page in it: its number, and the same two numbers if it is of this log and not of the one before."""
_AT_ONCE: Final = 256
_NOBODYS: Final = bytes(8)


class Frames:
    """
    Follows the log at a path and remembers the number of each page in it, in their order.

    It goes by what was written, committed or not, and checks no sum: good for knowing what to write out, not for reading.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._salts = _NOBODYS
        self.page_bytes = 0
        self.pages: list[int] = []

    @property
    def frame_bytes(self) -> int:
        """Return what a page takes in the log."""
        return _FRAME_BYTES + self.page_bytes

    def begin(self, count: int) -> int:
        """Return where the frame behind so many begins."""
        return _HEADER.size + count * self.frame_bytes

    def look(self) -> int:
        """Learn what has come; return how many frames were known before, none if the log has begun anew."""
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            self._salts, self.pages = _NOBODYS, []
            return 0
        try:
            return self._look(file)
        finally:
            os.close(file)

    def _look(self, file: int) -> int:
        header = os.pread(file, _HEADER.size, 0)
        page_bytes, salts = _HEADER.unpack(header) if len(header) == _HEADER.size else (0, _NOBODYS)
        if salts != self._salts:
            self._salts, self.page_bytes, self.pages = salts, page_bytes, []
        known = len(self.pages)
        if not page_bytes or os.pread(file, 8, self.begin(known) + 8) != salts:  # mostly there is nothing new
            return known
        frame = Struct(f">I4x8s{8 + page_bytes}x")
        while True:
            some = os.pread(file, frame.size * _AT_ONCE, self.begin(len(self.pages)))
            for page, of in frame.iter_unpack(some[: len(some) // frame.size * frame.size]):
                if of != salts:
                    return known
                self.pages.append(page)
            if len(some) < frame.size * _AT_ONCE:
                return known
