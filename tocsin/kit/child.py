"""
Processes beside the serving one: loops that compute much have an interpreter of their own there, and whoever is to be answered does not
wait for them.

Each is forked before any thread runs, so it costs little memory and no start. A keeper between the two begins it again when it dies; all
of them end with the serving process. Bells, heartbeats, counts and reports go over one pair of sockets for each; who rings for a child says so to
it, whoever that is: what has to wait for the serving process's interpreter in between comes later, and wakes it for nothing.
"""

import ctypes
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import pairwise
from typing import Any, Final, NoReturn

import msgspec
import structlog
from django.db import Error, connection

from tocsin.kit import bells, clock, collector, faults, loops, numbers
from tocsin.kit.loops import Loop

NICE: Final = 10
"""For work that can wait: it takes what processor time the others leave."""
REPORTS_EVERY_S: Final = 1.0
REPORTS_AT_FIRST_EVERY_S: Final = 0.02
"""Until everything has begun: so long the server is not ready."""
BEGINS_AGAIN_AFTER_S: Final = 1.0
EXIT_STATUS: Final = 75  # EX_TEMPFAIL of sysexits.h: try again
_MESSAGE_BYTES_MAX: Final = 64 * 1024
_PR_SET_PDEATHSIG: Final = 1
_RUNG, _REPORT, _SAID, _STOP = "rung", "report", "said", "stop"

_log = structlog.get_logger(__name__)


@contextmanager
def beside(*children: "Child") -> Iterator[None]:
    """
    Let children run for as long as the block does: all are forked before the first of them is listened to, which takes a thread.

    For a bell that a loop of a child waits for, no other process is woken.
    """
    for child in children:
        child.pair()
    for child in children:
        child.fork([each for each in children if each is not child])
    with ExitStack() as stack:
        for child in children:
            stack.callback(child.end)
            child.attend()
        yield


class Child:
    """Runs `those` loops in a process of its own, `nice` to the others. What it reports on a channel is handed to whoever `hears` that."""

    def __init__(self, those: Sequence[Loop], *, nice: int = NICE, hears: Mapping[str, Callable[[str], None]] | None = None) -> None:
        self._loops = those
        self._nice = nice
        self._hears = hears or {}
        self._keeper = 0
        self._over = threading.Event()
        self._bells = frozenset(loop.bell for loop in those if loop.bell)
        self._ours: socket.socket | None = None
        self._theirs: socket.socket | None = None
        self._ring = self.ring  # always the same one: a bound method is a new one each time

    def pair(self) -> None:
        """Have ready what is spoken over."""
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def fork(self, others: Sequence["Child"]) -> None:
        """
        Begin it, beside others that are paired, too. No thread of ours may run yet, and no connection be open: neither would be whole on the
        other side.

        The loops may not be started here.
        """
        assert self._theirs is not None
        _let_go_of_the_database()
        serving = os.getpid()
        self._keeper = os.fork()
        if not self._keeper:
            _alone_with([self._theirs, *(other._ours for other in others if other._ours is not None)])
            _keep(serving, lambda: self._work(others))
        self._theirs.close()

    def attend(self) -> None:
        """Listen to it, and tell it who rings."""
        assert self._ours is not None
        for loop in self._loops:
            loop.expect()
        bells.relay(self._ring)
        threading.Thread(target=self._hear, args=(self._ours,), name="child", daemon=True).start()

    def end(self) -> None:
        """Let it finish what it is at, and end."""
        assert self._ours is not None
        bells.relay_no_more(self._ring)
        self._over.set()
        _tell(self._ours, [_STOP])
        _wait_for(self._keeper, loops.STOPS_WITHIN_S)
        self._ours.close()
        for loop in self._loops:
            loops.expect_no_more(loop.name)

    def ring(self, name: str) -> bool:
        """Let it hear a bell; return whether it waits for that."""
        if name in self._bells and self._ours is not None:
            _tell(self._ours, [_RUNG, name])
        return name in self._bells

    def _work(self, others: Sequence["Child"]) -> None:
        """In its own process: run the loops until told to stop."""
        assert self._theirs is not None
        theirs = self._theirs
        os.nice(self._nice)
        collector.look_rarely()
        bells.relay(partial(self._rung_here, others))
        bells.report_by(lambda channel, payload: _tell(theirs, [_SAID, channel, payload]))
        tally = numbers.Tally()
        for loop in self._loops:
            loop.start()
        reported_at, every_s = clock.monotonic(), REPORTS_AT_FIRST_EVERY_S
        while True:
            theirs.settimeout(every_s)
            try:
                said = msgspec.json.decode(theirs.recv(_MESSAGE_BYTES_MAX))
            except TimeoutError:
                said = [""]
            if said[0] == _STOP:
                break
            if said[0] == _RUNG:
                bells.rung(said[1])
            if clock.monotonic() - reported_at >= every_s:
                reported_at, every_s = clock.monotonic(), REPORTS_EVERY_S if loops.begun() else REPORTS_AT_FIRST_EVERY_S
                _tell(theirs, [_REPORT, loops.health(), loops.faults(), tally.take()])
        for loop in self._loops:
            loop.stop()

    def _rung_here(self, others: Sequence["Child"], name: str) -> None:
        """In its own process: let whoever waits for a bell hear it, another child or else the serving process."""
        assert self._theirs is not None
        if name not in self._bells and not any(other.ring(name) for other in others):
            _tell(self._theirs, [_RUNG, name])

    def _hear(self, ours: socket.socket) -> None:
        """Pass on what the child says, until the pair is closed. If that is at the other end, nobody is left to begin it again."""
        while message := _received(ours):
            match msgspec.json.decode(message):
                case [str(kind), str(name)] if kind == _RUNG:
                    bells.rung(name)
                case [str(kind), str(channel), str(payload)] if kind == _SAID:
                    self._pass(channel, payload)
                case [str(kind), ages, faults, counts] if kind == _REPORT:
                    loops.reported(ages, faults)
                    numbers.add(counts)
        if not self._over.is_set():
            _log.error("child.lost", ends=True)
            os._exit(EXIT_STATUS)

    def _pass(self, channel: str, payload: str) -> None:
        """Hand on what a child notified. If that goes wrong, whoever waits for it finds it later; this one goes on listening."""
        with suppress(Error, OSError):
            faults.together(partial(self._hears[channel], payload), lambda: None, f"what a child says on {channel}")


def _received(ours: socket.socket) -> bytes:
    try:
        return ours.recv(_MESSAGE_BYTES_MAX)
    except OSError:
        return b""


def _let_go_of_the_database() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


def _alone_with(sockets: Sequence[socket.socket]) -> None:
    """Let go of every other file of the serving process: its port and its locks are to be free when it ends."""
    kept = [2, *sorted(each.fileno() for each in sockets), os.sysconf("SC_OPEN_MAX")]
    for before, after in pairwise(kept):
        os.closerange(before + 1, after)
    # A terminal's Ctrl+C reaches all of them: who serves hears it, and tells.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)


def _keep(serving: int, work: Callable[[], None]) -> NoReturn:
    """Do the work in a process of its own, and once more whenever that one dies, until it ends well."""
    _end_with(serving)
    keeper = os.getpid()
    while True:
        pid = os.fork()
        if not pid:
            _end_with(keeper)
            _do(work)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code == 0:
            os._exit(0)
        _log.error("child.ended", code=code)
        threading.Event().wait(BEGINS_AGAIN_AFTER_S)


def _do(work: Callable[[], None]) -> NoReturn:
    """Do the work and end, whatever becomes of it: what called us is the serving process's, and not to be gone back to."""
    code = 1
    try:
        work()
        code = 0
    finally:
        if code:
            _log.exception("child.fault")
        os._exit(code)


def _end_with(parent: int) -> None:
    """Let the kernel kill this process when `parent` is gone, however it went."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _tell(there: socket.socket, message: list[Any]) -> None:
    """Say something. Whoever does not listen just now misses it: a loop also looks by itself, and the next report says it again."""
    try:
        there.send(msgspec.json.encode(message), socket.MSG_DONTWAIT)
    except OSError:
        return


def _wait_for(pid: int, within_s: float) -> None:
    """Wait until a process of ours has ended, and end it if it does not."""
    over = threading.Event()
    deadline = clock.monotonic() + within_s
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if clock.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return
        over.wait(0.01)
