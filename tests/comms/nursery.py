"""
A process that has children who die: `python -m tests.comms.nursery DATABASE-NAME`.

For each JSON line on standard input a child puts one order into the outbox and delivers it, and is killed before its statement number
`dies_before` (never, if 0). It answers in lines of JSON: its pid, `acked` when the order is committed, and at last how it ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.db import connection, transaction

settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from tocsin.comms import delivery, outbox  # noqa: E402 - only after Django is set up


def say(what: Any) -> None:
    """Answer one line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Killer:
    """Counts the statements of this process and ends it, as a power cut would, before a given one."""

    def __init__(self, dies_before: int) -> None:
        self.left = dies_before

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def live(task: dict[str, Any]) -> None:
    """Put and deliver one order."""
    with connection.execute_wrapper(Killer(task["dies_before"])):
        with transaction.atomic():
            outbox.put(outbox.Order(**{**task["order"], "organisation_id": UUID(task["order"]["organisation_id"])}))
        say("acked")
        delivery.run_once(lambda about: True)


if __name__ == "__main__":
    for line in sys.stdin:
        pid = os.fork()  # before any thread or connection of this process
        if pid == 0:
            live(json.loads(line))
            os._exit(0)
        say({"pid": pid})
        say({"ended": os.waitpid(pid, 0)[1]})
