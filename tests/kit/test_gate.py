"""The write gate: one writer at a time, in the order in which they came, across threads and processes."""

import fcntl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from django.db import OperationalError

from tests.serving import eventually
from tocsin.kit.sqlite.gate import Gate

HOLDER = """
import sys
from tocsin.kit.sqlite.gate import Gate
gate = Gate()
gate.share(sys.argv[1])
gate.acquire()
print("in", flush=True)
sys.stdin.readline()
gate.release()
gate.acquire()
print("again", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def own() -> Gate:
    return Gate()


def in_turn(gate: Gate, name: str, order: list[str]) -> threading.Thread:
    """Start a thread that wants in, and return once it waits."""
    before = gate.waiting()

    def run() -> None:
        gate.acquire()
        order.append(name)
        gate.release()

    thread = threading.Thread(target=run)
    thread.start()
    eventually(lambda: gate.waiting() == before + 1)
    return thread


def test_whoever_came_first_goes_first(own: Gate) -> None:
    order: list[str] = []
    own.acquire()
    threads = [in_turn(own, name, order) for name in "abcdef"]
    own.release()
    for thread in threads:
        thread.join()
    assert order == list("abcdef")


def test_the_holder_passes_again_and_leaves_once_for_each_time(own: Gate) -> None:
    order: list[str] = []
    own.acquire()
    own.acquire()
    thread = in_turn(own, "other", order)
    own.release()
    assert order == []
    own.release()
    thread.join()
    assert order == ["other"]


def test_who_waits_too_long_leaves_the_queue_with_an_error_that_may_be_retried(own: Gate) -> None:
    own.acquire()
    failed: list[Exception] = []

    def run() -> None:
        try:
            own.acquire(timeout_s=0.01)
        except OperationalError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert len(failed) == 1
    assert own.waiting() == 0
    own.release()
    own.acquire(timeout_s=0)  # and the gate is whole


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """Another process that holds the gate of the same database."""
    path = tmp_path / "gate"
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    yield process, path
    process.kill()
    process.communicate()


def test_another_process_is_kept_out(own: Gate, elsewhere: tuple["subprocess.Popen[str]", Path]) -> None:
    _, path = elsewhere
    own.share(str(path))
    with pytest.raises(OperationalError):
        own.acquire(timeout_s=0.05)
    assert not own.mine()


def test_a_process_that_dies_at_the_gate_leaves_it_open(own: Gate, elsewhere: tuple["subprocess.Popen[str]", Path]) -> None:
    process, path = elsewhere
    own.share(str(path))
    process.kill()
    own.acquire(timeout_s=5)
    assert own.mine()
    own.release()
    assert not own.mine()


def first_of_its_process(gate: Gate, path: Path, order: list[str]) -> threading.Thread:
    """Start a thread that wants in while another process is, and return once it waits."""

    def run() -> None:
        gate.acquire()
        order.append("we")
        gate.release()

    thread = threading.Thread(target=run)
    thread.start()
    with open(f"{path}-next", "a") as place:
        eventually(lambda: not free(place))
    return thread


def test_processes_take_turns_as_well(own: Gate, elsewhere: tuple["subprocess.Popen[str]", Path]) -> None:
    """Whoever leaves and comes back at once is behind whoever waited: a storm in one process does not starve another."""
    process, path = elsewhere
    own.share(str(path))
    order: list[str] = []
    thread = first_of_its_process(own, path, order)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    thread.join()
    assert order == ["we"]
    assert process.stdout.readline() == "again\n"


def test_the_holder_knows_whether_somebody_waits_here_or_in_another_process(own: Gate, tmp_path: Path) -> None:
    own.acquire()
    assert not own.wanted()
    thread = in_turn(own, "here", [])
    assert own.wanted()
    own.release()
    thread.join()
    own.share(str(tmp_path / "gate"))
    own.acquire()
    assert not own.wanted()
    with open(tmp_path / "gate-next", "a") as place:
        fcntl.flock(place, fcntl.LOCK_EX)
        assert own.wanted()
    assert not own.wanted()
    own.release()


def test_whoever_has_time_enters_only_where_nobody_is_or_waits_here_or_in_another_process(own: Gate, tmp_path: Path) -> None:
    own.share(str(tmp_path / "gate"))
    assert own.acquire_if_free()
    assert own.mine()
    assert not own.acquire_if_free()
    own.release()
    for name in ("gate", "gate-next"):
        with open(tmp_path / name, "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            assert not own.acquire_if_free(), name
        with open(tmp_path / name, "a") as file:
            assert free(file), "what it has locked to look is given back"
    assert own.acquire_if_free()
    with open(tmp_path / "gate", "a") as file:
        assert not free(file)
        own.release()
        assert free(file)


def free(file: IO[str]) -> bool:
    """Return whether nobody has the file locked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True


def test_a_process_goes_in_with_all_who_wait_there(own: Gate, elsewhere: tuple["subprocess.Popen[str]", Path]) -> None:
    """The other process, which waits as well and would stay, lets in all three before it comes again."""
    process, path = elsewhere
    own.share(str(path))
    order: list[str] = []
    threads = [first_of_its_process(own, path, order), *(in_turn(own, name, order) for name in "bc")]
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    for thread in threads:
        thread.join()
    assert order == ["we", "b", "c"]
