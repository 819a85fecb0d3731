"""
The product's own program with a hand on its clock, and passwords that are quickly kept: `python -m tests.launch serve`.

Each line on standard input is a number of seconds by which time is moved; it is answered with `moved` on standard output.
"""

import mmap
import os
import struct
import sys
import threading
from datetime import UTC, datetime, timedelta

from django.contrib.auth import hashers

from tocsin import cli
from tocsin.kit import clock

MOVED = mmap.mmap(-1, 8)
"""By how many seconds: shared with whatever the program forks."""


def now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=struct.unpack("d", MOVED[:])[0])


def move(seconds: float) -> None:
    MOVED[:] = struct.pack("d", struct.unpack("d", MOVED[:])[0] + seconds)


def listen() -> None:
    for line in sys.stdin:
        move(float(line))
        sys.stdout.write("moved\n")
        sys.stdout.flush()


if __name__ == "__main__":
    clock.now = now
    hashers.PBKDF2PasswordHasher.iterations = 1_000
    move(float(os.environ["TOCSIN_TEST_MOVED_S"]))
    threading.Thread(target=listen, daemon=True).start()
    sys.argv[0] = "tocsin"
    cli.main()
