"""A server that is killed while it delivers: nothing is lost, and what comes twice comes under one key."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest

from tests.comms.conftest import deliver
from tests.serving import eventually
from tests.warm import Process
from tocsin.comms import claims
from tocsin.comms.models import Attempt, Delivery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]


class Nursery:
    """The process whose children die; see its module."""

    def __init__(self) -> None:
        self.process = Process.on_the_tests_database("tests.comms.nursery")

    def start(self, order: Any, dies_before: int = 0) -> int:
        """Begin one child and return its process id."""
        assert self.process.stdin is not None
        task = {"order": {**asdict(order), "organisation_id": str(order.organisation_id)}, "dies_before": dies_before}
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        self.acked = False
        return int(self._next("pid"))

    def end(self) -> int:
        """Wait until the child is gone and return its exit status."""
        return int(self._next("ended"))

    def _next(self, name: str) -> Any:
        assert self.process.stdout is not None
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer == "acked":
                self.acked = True
            elif name in answer:
                return answer[name]

    def close(self) -> None:
        """End the process itself."""
        self.process.communicate()


@pytest.fixture
def nursery(organisation: Any) -> Iterator[Nursery]:
    """Start a nursery on the test's own database."""
    running = Nursery()
    yield running
    running.close()


@pytest.mark.row("F-3", "I6")
def test_killed_before_any_statement_nothing_committed_is_lost(order: Callable[..., Any], sink: Any, nursery: Nursery, clock: Any):
    acked, killed, status = [], 0, signal.SIGKILL
    while status == signal.SIGKILL:
        event = f"evt_{killed}"
        nursery.start(order(channel="out", event_id=event), dies_before=killed + 1)
        status = nursery.end()
        acked += [event] if nursery.acked else []
        killed += status == signal.SIGKILL
    assert status == 0
    assert killed >= 8, "a put, a claim, a look at the set-up and a settlement are more statements than that"
    clock.shift(claims.LEASE + timedelta(seconds=1))
    deliver()

    rows = {row.event_id: row for row in Delivery.objects.all()}
    assert set(acked) <= set(rows)
    assert {row.word for row in rows.values()} == {"delivered"}
    arrived = Counter(sink.keys)
    assert len(arrived) == len(rows), "each has arrived, and under one key only"
    assert sum(arrived.values()) - len(arrived) <= killed
    assert all(rows[event].doubtful for event in rows if Attempt.objects.filter(delivery=rows[event], outcome="lost").exists())
    assert not Attempt.objects.filter(outcome="").exists()


@pytest.mark.row("F-3")
def test_killed_while_the_provider_answers_it_arrives_again_under_the_same_key(
    order: Callable[..., Any], sink: Any, nursery: Nursery, clock: Any
):
    sink.behaviour = "hangs"
    child = nursery.start(order(channel="out"))
    eventually(lambda: sink.keys)
    os.kill(child, signal.SIGKILL)
    assert nursery.end() == signal.SIGKILL
    row = Delivery.objects.get()
    assert (row.word, row.attempts) == ("sending", 1)
    sink.behaviour = "accepts"
    clock.shift(claims.LEASE + timedelta(seconds=1))
    deliver()
    assert len(sink.keys) == 2
    assert len(set(sink.keys)) == 1
    row = Delivery.objects.get()
    assert (row.word, row.doubtful) == ("delivered", True)
