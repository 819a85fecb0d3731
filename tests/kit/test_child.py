"""A child of the serving process: an interpreter of its own, which is heard of, begun again when it dies, and gone when its parent is."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.serving import eventually
from tests.warm import Process
from tocsin.kit.child import EXIT_STATUS

pytestmark = pytest.mark.kill


class Pair:
    """The process, and what it has said."""

    def __init__(self, home: Path) -> None:
        environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "tocsin.settings", "TOCSIN_HOME": str(home), "TOCSIN_DATABASE_URL": ""}
        self.process = Process("tests.kit.paired", environ=environ)
        self.kept: list[dict[str, Any]] = []

    def order(self, what: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()

    def next(self, name: str) -> dict[str, Any]:
        """Return the next thing that it says with `name` in it. What it says else, in whatever order, is kept until it is asked for."""
        assert self.process.stdout is not None
        for at, said in enumerate(self.kept):
            if name in said:
                return self.kept.pop(at)
        for line in self.process.stdout:
            said = json.loads(line) if line.startswith("{") else {}  # it also logs
            if name in said:
                return said
            self.kept.append(said)
        raise AssertionError(f"it ended and never said {name}")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.process.kill()
    made.process.communicate()


def gone(pid: int) -> bool:
    with suppress(FileNotFoundError):
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    return True


def test_it_works_in_a_process_of_its_own_and_is_heard_of_over_there(pair: Pair) -> None:
    assert not pair.next("begun_early")["begun_early"], "readiness waits for what it begins with"
    ran = pair.next("ran")
    assert len({ran["pid"], ran["keeper"], pair.process.pid}) == 3
    assert ran["nice"] > os.nice(0), "who waits for an answer goes first"

    pair.order("ring")
    assert pair.next("ran")["ran"] == 2, "a bell is heard there, long before the loop would look by itself"
    assert pair.next("told")["told"] == "run 2", "what it reports is heard, also behind what could not be"
    sibling = pair.next("sibling")
    assert sibling["sibling"] not in {ran["pid"], pair.process.pid}, "another child hears it ring"
    assert sibling["siblings_nice"] == os.nice(0)
    heard = pair.next("heard")
    assert heard["known"], "readiness counts on it"

    def counted() -> bool:
        pair.order("ring")
        heard = pair.next("heard")
        return heard["counted"] >= 2 and heard["begun"]

    eventually(counted)
    pair.order("end")
    assert pair.next("ended") == {"ended": True, "known": False}
    assert pair.process.wait(15) == 0
    assert gone(ran["pid"])
    assert gone(ran["keeper"])


@pytest.mark.row("F-2")
def test_killed_it_is_begun_again(pair: Pair) -> None:
    first = pair.next("ran")
    os.kill(first["pid"], signal.SIGKILL)
    again = pair.next("ran")
    assert again["ran"] == 1
    assert again["pid"] != first["pid"]
    assert again["keeper"] == first["keeper"]
    pair.order("ring")
    assert pair.next("ran")["pid"] == again["pid"]


@pytest.mark.row("F-1")
@pytest.mark.parametrize("stopped", [False, True], ids=["at work", "while it stood still"])
def test_it_ends_with_its_parent_however_that_went_and_holds_nothing_of_it(pair: Pair, stopped: bool) -> None:
    port, ran = pair.next("port")["port"], pair.next("ran")
    if stopped:
        os.kill(ran["pid"], signal.SIGSTOP)
    pair.process.kill()
    pair.process.wait()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
    eventually(lambda: gone(ran["pid"]) and gone(ran["keeper"]))


@pytest.mark.row("F-2")
def test_without_whoever_begins_it_again_the_server_ends_and_is_begun_as_a_whole(pair: Pair) -> None:
    ran = pair.next("ran")
    os.kill(ran["keeper"], signal.SIGKILL)
    assert pair.process.wait(15) == EXIT_STATUS
    eventually(lambda: gone(ran["pid"]))


def test_a_terminals_interrupt_reaches_all_of_them_and_is_left_to_the_parent(pair: Pair) -> None:
    ran = pair.next("ran")
    for pid in (ran["pid"], ran["keeper"]):
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    pair.order("ring")
    assert pair.next("ran")["pid"] == ran["pid"]
