"""
A serving process with a child: `python -m tests.kit.paired`. Each line on standard input is an order, each answer a line of JSON.

`ring` rings for the child, whose loop answers by two bells, one for a second child and one for the serving process; `end` lets it end as it should.
"""

import json
import mmap
import os
import socket
import sys
import threading

import django
from prometheus_client import REGISTRY

django.setup()

from tocsin.kit import bells, loops, numbers  # noqa: E402 - only after Django is set up
from tocsin.kit.child import Child, beside  # noqa: E402
from tocsin.kit.loops import Loop  # noqa: E402

COUNTED = numbers.counter("tocsin_test_runs_total", "Runs of the child's loop", ["what"])
NEVER_S = 600.0


def say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Work:
    """What the child does: it says in which process it runs, counts, and rings back."""

    runs_here = 0
    may_begin = mmap.mmap(-1, 1)  # shared with the child, which has no file of ours

    def __init__(self, port: int) -> None:
        self.port = port
        self.runs = 0

    def begin(self) -> None:
        """Begin only when the serving process has looked whether this one has."""
        while not self.may_begin[0]:
            threading.Event().wait(0.001)

    def run_once(self) -> bool:
        self.runs += 1
        COUNTED.labels("work").inc()
        say(ran=self.runs, pid=os.getpid(), keeper=os.getppid(), nice=os.nice(0))
        if self.runs > 1:
            bells.report("news", "broken")
            bells.report("news", f"run {self.runs}")
            bells.ring("aside")
            bells.ring("back")
        return False


def told(payload: str) -> None:
    if payload == "broken":
        raise LookupError
    say(told=payload)


def sibling() -> bool:
    """Say that it is heard in the one process what is rung for in the other."""
    if Work.runs_here:
        say(sibling=os.getpid(), siblings_nice=os.nice(0))
    Work.runs_here += 1
    return False


def answered() -> bool:
    say(
        heard=True,
        counted=REGISTRY.get_sample_value("tocsin_test_runs_total", {"what": "work"}) or 0,
        known="work" in loops.health(),
        begun=loops.begun(),
    )
    return False


if __name__ == "__main__":
    door = socket.create_server(("127.0.0.1", 0))
    does = Work(door.getsockname()[1])
    work = Child([Loop("work", does.run_once, every_s=NEVER_S, bell="there", first=does.begin)], hears={"news": told})
    with beside(work, Child([Loop("sibling", sibling, every_s=NEVER_S, bell="aside")], nice=0)):
        hearing = Loop("hearing", answered, every_s=NEVER_S, bell="back")
        hearing.start()
        say(port=door.getsockname()[1], pid=os.getpid(), begun_early=loops.begun())
        Work.may_begin[0] = 1
        for line in sys.stdin:
            if line == "end\n":
                break
            bells.ring("there")
        hearing.stop()
    say(ended=True, known="work" in loops.health())
