"""
A serving process with a child: `python -m tests.kit.paired`. Each line on standard input is an order, each answer a line of JSON.

`ring` rings for the child, whose loop answers by a bell of its own; `end` lets it end as it should.
"""

import json
import os
import socket
import sys

import django
from prometheus_client import REGISTRY

django.setup()

from tocsin.kit import bells, loops, numbers  # noqa: E402 - only after Django is set up
from tocsin.kit.child import Child  # noqa: E402
from tocsin.kit.loops import Loop  # noqa: E402

COUNTED = numbers.counter("tocsin_test_runs_total", "Runs of the child's loop", ["what"])
NEVER_S = 600.0


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Work:
    """What the child does: it says in which process it runs, counts, and rings back."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.runs = 0

    def run_once(self) -> bool:
        self.runs += 1
        COUNTED.labels("work").inc()
        say(ran=self.runs, pid=os.getpid(), keeper=os.getppid(), nice=os.nice(0))
        if self.runs > 1:
            bells.ring("back")
        return False


def answered() -> bool:
    say(
        heard=True,
        counted=REGISTRY.get_sample_value("tocsin_test_runs_total", {"what": "work"}) or 0,
        known="work" in loops.health(),
    )
    return False


if __name__ == "__main__":
    door = socket.create_server(("127.0.0.1", 0))
    with Child([Loop("work", Work(door.getsockname()[1]).run_once, every_s=NEVER_S, bell="there")]):
        hearing = Loop("hearing", answered, every_s=NEVER_S, bell="back")
        hearing.start()
        say(port=door.getsockname()[1], pid=os.getpid())
        for line in sys.stdin:
            if line == "end\n":
                break
            bells.ring("there")
        hearing.stop()
    say(ended=True, known="work" in loops.health())
