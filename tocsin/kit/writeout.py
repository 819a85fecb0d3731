"""
Parts of a file written out little by little before it is synced. Whoever else syncs meanwhile waits for what is being written then: for much at
once far longer than for as much in small pieces with time between them, and longest where it is scattered.

It is a hint and no sync: the disk may have nothing of it, and what goes wrong is for the sync to say. Linux only; elsewhere nothing is done, and
the sync takes all at once.
"""

import ctypes
import threading
from collections.abc import Sequence
from typing import Final

from tocsin.kit import clock

PIECE_S: Final = 0.002
"""So long from one piece to the next, if there is much to write."""
_WRITE: Final = 2
"""`SYNC_FILE_RANGE_WRITE`, and not to wait for it: whoever waits is told of a fault, and whoever syncs later no more."""
_function: Final = getattr(ctypes.CDLL(None), "sync_file_range", None)
if _function is not None:
    _function.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
_resting: Final = threading.Event()


def write_out(file: int, places: Sequence[int], size: int, within_s: float, least: int) -> None:
    """
    Write out what is in memory of blocks of `size` bytes at `places`, in ascending order, evenly within that time.

    A piece has at least so many blocks; whatever lies between them in the file is written with it.
    """
    if _function is None or not places:
        return
    many = max(least, round(len(places) * PIECE_S / within_s))
    each_s, due_at = within_s * many / len(places), clock.monotonic()
    for first in range(0, len(places), many):
        _resting.wait(max(0.0, due_at - clock.monotonic()))
        begin, end = places[first], places[min(first + many, len(places)) - 1] + size
        _function(file, begin, end - begin, _WRITE)
        due_at += each_s
