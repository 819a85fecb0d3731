"""
The lane and its follower as servers that are killed: `python -m tests.ingest.server DATABASE-NAME`.

For each line on standard input a server is forked from this process, which has everything imported but no thread and no connection.
It answers in lines of JSON: the server's pid, its port, and at last how it ended.
"""

import asyncio
import json
import os
import socket
import sys
from typing import Any

import django
import structlog
import uvicorn
from django.conf import settings

settings.DATABASES["default"]["NAME"] = sys.argv[1]
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
django.setup()

from tocsin.ingest.follower import FOLLOWER  # noqa: E402 - only after Django is set up
from tocsin.ingest.lane import application  # noqa: E402
from tocsin.kit.loops import Loop  # noqa: E402


def say(what: Any) -> None:
    """Answer one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def serve() -> None:
    """Serve the lane until the process ends."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    following = Loop("follower", FOLLOWER.run_once, 0.2)
    application.committed = following.wake
    following.start()
    say({"port": listening.getsockname()[1]})
    configuration = uvicorn.Config(application, http="httptools", lifespan="off", log_level="warning", access_log=False)
    await uvicorn.Server(configuration).serve([listening])


if __name__ == "__main__":
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(serve())
            os._exit(0)
        say({"pid": pid})
        say({"ended": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])})
