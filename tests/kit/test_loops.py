"""Loops: at once while there is more, then at their pace; a lost database is waited out, a fault shows."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError

from tests.serving import eventually
from tocsin.kit import loops
from tocsin.kit.loops import Loop

Make = Callable[..., Loop]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Loop] = []

    def start(run_once: Callable[[], bool], every_s: float = 60) -> Loop:
        made.append(Loop(f"test-{len(made)}", run_once, every_s))
        made[-1].start()
        return made[-1]

    yield start
    for loop in made:
        assert loop.stop()


def test_it_runs_again_at_once_while_there_is_more_and_then_waits(make: Make) -> None:
    left = [True, True, True, False]
    make(lambda: left.pop(0))
    eventually(lambda: not left)


def test_it_can_be_woken(make: Make) -> None:
    runs: list[int] = []

    def run() -> bool:
        runs.append(1)
        return False

    loop = make(run)
    eventually(lambda: len(runs) == 1)
    loop.wake()
    eventually(lambda: len(runs) == 2)


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


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_ends_the_loop_and_its_heartbeat_stays_behind(make: Make) -> None:
    def run() -> bool:
        raise ZeroDivisionError

    loop = make(run)
    eventually(lambda: not loop._thread.is_alive())
    before = loops.health()[loop.name]
    eventually(lambda: loops.health()[loop.name] > before)


def test_a_stopped_loop_is_no_longer_asked_for(make: Make) -> None:
    loop = make(lambda: False)
    assert loop.name in loops.health()
    assert loop.stop()
    assert loop.name not in loops.health()
