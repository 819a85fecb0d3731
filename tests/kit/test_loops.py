"""Loops: at once while there is more, then at their pace; a lost database is waited out, a fault shows."""

import math
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, transaction
from prometheus_client import REGISTRY

from tests.serving import eventually
from tocsin.kit import bells, ids, loops
from tocsin.kit.loops import Loop

Make = Callable[..., Loop]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Loop] = []

    def start(run_once: Callable[[], bool], every_s: float = 60, bell: str = "", **more: Any) -> Loop:
        made.append(Loop(f"test-{len(made)}", run_once, every_s, bell, **more))
        made[-1].start()
        return made[-1]

    yield start
    for loop in made:
        assert loop.stop()


def test_it_runs_again_at_once_while_there_is_more_and_then_waits(make: Make) -> None:
    runs: list[int] = []

    def run() -> bool:
        runs.append(1)
        return len(runs) < 4

    loop = make(run)
    eventually(loop.wake)
    eventually(lambda: len(runs) == 5)
    assert not loops.faults()


def test_what_is_to_be_done_first_is_done_once_and_a_fault_in_it_stops_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "PAUSES_S", (0.01,))
    done: list[str] = []

    def first() -> None:
        done.append("first")
        raise ZeroDivisionError

    loop = make(lambda: bool(done.append("run")), first=first)
    eventually(lambda: len(done) == 2 and loop.name not in loops.faults())
    assert done == ["first", "run"]


def test_there_is_no_heartbeat_before_what_is_done_first_has_ended(make: Make) -> None:
    go_on = threading.Event()
    loop = make(lambda: False, first=go_on.wait)
    assert loops.health()[loop.name] == math.inf
    assert not loops.begun()
    go_on.set()
    eventually(loops.begun)
    assert loops.health()[loop.name] < 60


def test_it_can_be_woken(make: Make) -> None:
    runs: list[int] = []

    def run() -> bool:
        runs.append(1)
        return False

    loop = make(run)
    eventually(lambda: len(runs) == 1)
    loop.wake()
    eventually(lambda: len(runs) >= 2)
    assert len(runs) == 2, "woken once, it runs once more and then rests its minute"


def test_a_loop_that_rests_long_stands_not_still(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "BEATS_EVERY_S", 0.01)
    runs: list[int] = []
    loop = make(lambda: bool(runs.append(1)), every_s=3600)
    eventually(lambda: runs)
    age_s = 0.0

    def younger() -> bool:
        nonlocal age_s
        before, age_s = age_s, loops.health()[loop.name]
        return age_s < before

    eventually(younger)
    assert runs == [1]
    assert loop.wake()


def test_a_lost_database_is_waited_out_and_the_heartbeat_says_so(make: Make) -> None:
    answers: list[bool | Exception] = [OperationalError("gone"), OSError("gone"), False]
    back = threading.Event()

    def run() -> bool:
        if len(answers) == 1:
            back.wait(10)
        answer = answers.pop(0) if answers else False
        if isinstance(answer, Exception):
            raise answer
        return answer

    loop = make(run, every_s=0.01)
    eventually(lambda: len(answers) == 1)
    before = loops.health()[loop.name]
    eventually(lambda: loops.health()[loop.name] > before)
    back.set()
    eventually(lambda: not answers and loops.health()[loop.name] < before + 1)
    assert not loops.faults(), "to wait is no fault"


def test_a_fault_is_counted_and_shown_and_the_loop_goes_on(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "PAUSES_S", (0.01,))
    runs: list[int] = []
    well = threading.Event()

    def run() -> bool:
        runs.append(1)
        if not well.is_set():
            raise ZeroDivisionError
        return False

    loop = make(run, every_s=0.01)
    eventually(lambda: len(runs) > 2)
    assert loops.faults()[loop.name] == "ZeroDivisionError"
    assert REGISTRY.get_sample_value("tocsin_loop_faults_total", {"loop": loop.name}) >= 2
    well.set()
    eventually(lambda: loop.name not in loops.faults())


def test_a_bell_wakes_one_of_a_team_unless_one_is_awake_that_is_not_away(make: Make) -> None:
    runs, away, go_on = list[str](), set[str](), threading.Event()

    def run(name: str) -> bool:
        runs.append(name)
        return len(runs) > 3 and not go_on.wait(15)

    for name in ("one", "two", "three"):
        make(partial(run, name), bell="work", away=lambda _, name=name: name in away)
    eventually(lambda: resting("work") == 3)
    bells.rung("work")
    eventually(lambda: len(runs) == 4)
    bells.rung("work")
    assert resting("work") == 2, "it hears that itself"
    away.add(runs[3])
    bells.rung("work")
    eventually(lambda: len(runs) == 5)
    assert resting("work") == 1
    go_on.set()
    eventually(lambda: len(runs) == 6)
    assert runs[5] == runs[3], "what was rung while it was not away is looked for"


def resting(bell: str) -> int:
    """Return how many loops rest beside a bell."""
    return sum(one._resting for one in bells._waiting[bell])  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_a_bell_rings_when_the_transaction_is_committed_and_not_before(make: Make) -> None:
    runs: list[int] = []
    make(lambda: bool(runs.append(1)), bell="news")
    eventually(lambda: len(runs) == 1 and resting("news"))
    with transaction.atomic():
        bells.ring("news")
        assert resting("news")
    eventually(lambda: len(runs) == 2)


def test_what_another_process_rang_for_is_heard_and_its_own_ringing_is_not(make: Make) -> None:
    runs: list[int] = []
    make(lambda: bool(runs.append(1)), bell="far")
    eventually(lambda: len(runs) == 1 and resting("far"))
    bells.heard(f"{bells.PROCESS}:far")
    assert resting("far")
    bells.heard(f"{ids.new().hex}:far")
    eventually(lambda: len(runs) == 2)


def test_a_stopped_loop_is_no_longer_asked_for(make: Make) -> None:
    loop = make(lambda: False)
    assert loop.name in loops.health()
    assert loop.stop()
    assert loop.name not in loops.health()
