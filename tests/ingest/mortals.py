"""
A process whose children write to the log and read from it until they die: `python -m tests.ingest.mortals DATABASE`.

Each line on standard input is a child's life. It begins with nothing but the database, and ends as a power cut would end it, however far it has
come after `dies_after_s`. It says `acked <n>` for every body that is on the disk; the parent says `ended <status>` once it is gone.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import structlog
from django.conf import settings
from django.db import connection

settings.DATABASES["default"]["NAME"] = sys.argv[1]
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
django.setup()

from tests.ingest import bodies  # noqa: E402 - only after Django is set up
from tocsin.ingest import carrying, log, writer  # noqa: E402
from tocsin.ingest.follower import Follower  # noqa: E402
from tocsin.kit import clock, spares  # noqa: E402
from tocsin.kit.sqlite.checkpoint import Checkpointer  # noqa: E402

AT_ONCE = 2
vars(spares).update(SEGMENT_BYTES=1500, ROOM_BYTES=0)  # so small that most lives overwrite what an earlier one has left of the spool


def live(life: dict[str, Any]) -> None:
    """Store group after group, read each, and move what was committed into the file, until the end."""
    connection.ensure_connection()
    follower, number, folder = Follower(), 0, carrying.folder()
    store = writer.store_in_log if folder is None else writer.Spooled(folder)
    moves = [Checkpointer(Path(settings.DATABASES["default"]["NAME"])).run_once] if connection.vendor == "sqlite" else []
    signal.setitimer(signal.ITIMER_REAL, life["dies_after_s"])  # nobody handles it: the kernel ends the process
    while True:
        names = [f"{life['name']}-{number}-{each}" for each in range(AT_ONCE)]
        whole = [bodies.body(bodies.entry(name)) for name in names]
        organisation, key = UUID(life["organisation"]), UUID(life["key"])
        store([log.Arrived(organisation, "alertmanager", key, clock.now(), body) for body in whole])
        os.write(1, "".join(f"acked {name}\n" for name in names).encode())
        follower.run_once()
        for move in moves:
            move()
        number += 1


if __name__ == "__main__":
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            live(json.loads(line))
        os.write(1, f"ended {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n".encode())
