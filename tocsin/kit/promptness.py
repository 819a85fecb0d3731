"""How soon a woken thread has a processor: who answers computes often, little each time, and is not to wait until others had their fill."""

import ctypes
import os
import sys
from struct import Struct
from typing import Final

SLICE_NS: Final = 100_000
"""The least that the kernel gives. It is no larger or smaller share: whoever asks for little at a time is let in sooner."""
_NUMBERS: Final = {"x86_64": 314, "aarch64": 274}
"""Of the call `sched_setattr`, for which hardly any C library has a function."""
_ATTRIBUTES: Final = Struct("<IIQiIQQQ")


def be_prompt() -> None:
    """
    Let this thread, and those that it begins from now on, have a processor sooner when they are woken.

    Linux 6.12 and later; before that, or where it is not allowed, nothing changes.
    """
    number = _NUMBERS.get(os.uname().machine) if sys.platform == "linux" and sys.maxsize > 1 << 32 else None
    if number is None or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    wanted = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, nice, 0, SLICE_NS, 0, 0)
    ctypes.CDLL(None).syscall(number, 0, wanted, 0)
