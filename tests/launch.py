"""
The product's own program with a hand on its clock: `python -m tests.launch serve`.

Each line on standard input is a number of seconds by which time is moved; it is answered with `moved` on standard output.
"""

import os
import sys
import threading
from datetime import timedelta

from tocsin import cli
from tocsin.kit import clock


def listen() -> None:
    for line in sys.stdin:
        clock.shift(timedelta(seconds=float(line)))
        sys.stdout.write("moved\n")
        sys.stdout.flush()


if __name__ == "__main__":
    clock.shift(timedelta(seconds=float(os.environ["TOCSIN_TEST_MOVED_S"])))
    threading.Thread(target=listen, daemon=True).start()
    sys.argv[0] = "tocsin"
    cli.main()
