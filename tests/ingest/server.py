"""
The lane and its follower as servers that are killed: `python -m tests.ingest.server DATABASE-NAME`.

For each JSON line on standard input a server is forked from this process, which has everything imported but no thread and no connection.
It listens on `port` (any, if 0) and is killed before its statement number `dies_before` (never, if 0). The answers are lines of JSON:
its pid, its port, how it ended.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from typing import Any

import django
import structlog
import uvicorn
from django.conf import settings
from django.db.backends.signals import connection_created

settings.DATABASES["default"]["NAME"] = sys.argv[1]
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
django.setup()

from tocsin.ingest.follower import Follower  # noqa: E402 - only after Django is set up
from tocsin.ingest.lane import application  # noqa: E402
from tocsin.ingest.wire import Wire  # noqa: E402
from tocsin.ingest.writer import BELL  # noqa: E402
from tocsin.kit.loops import Loop  # noqa: E402


def say(what: Any) -> None:
    """Answer one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Killer:
    """Counts the statements of all connections of this process and ends it, as a power cut would, before a given one."""

    def __init__(self, dies_before: int) -> None:
        self.left = dies_before
        self.counting = threading.Lock()

    def watch(self, connection: Any, **_: Any) -> None:
        """Look at every statement of a new connection; on SQLite at BEGIN and COMMIT too."""
        if connection.vendor == "sqlite":
            connection.connection.set_trace_callback(self.step)
        else:
            connection.execute_wrappers.append(self.wrap)

    def wrap(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.step(sql)
        return execute(sql, *rest)

    def step(self, sql: str) -> None:
        if any(word in sql for word in ("leap", "SELECT segment", "PRAGMA")):  # asked again and again while nothing happens
            return
        with self.counting:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def serve(port: int) -> None:
    """Serve the lane until the process ends."""
    listening = socket.create_server(("127.0.0.1", port), backlog=128)
    following = Loop("follower", Follower().run_once, 0.2, bell=BELL)
    say({"port": listening.getsockname()[1]})  # first: with its first statement it may be gone
    following.start()
    configuration = uvicorn.Config(application, http=Wire, lifespan="off", log_level="warning", access_log=False)
    await uvicorn.Server(configuration).serve([listening])


if __name__ == "__main__":
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            order = json.loads(line)
            killer = Killer(order["dies_before"])
            connection_created.connect(killer.watch)
            asyncio.run(serve(order["port"]))
            os._exit(0)
        say({"pid": pid})
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])})
