"""
Processes that begin warm: `Process("tests.launch", "serve", …)` is `python -m tests.launch serve`, in a third of the time.

Each is forked from one process that has imported what takes longest and is the same whatever the settings say, and that has read the shipped
plans. Settings, models and pages it imports by itself, under an environment of its own, as ever.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

from tocsin.plan import read, shipped
from tocsin.plan.read import Result

IMPORTED = (
    "aiosmtpd.smtp",
    "babel.messages.pofile",
    "cronsim",
    "cryptography.x509",
    "django.contrib.messages",
    "django.core.asgi",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.views.generic",
    "httpx",
    "jinja2",
    "jmespath",
    "opencc",
    "prometheus_client",
    "standardwebhooks",
    "structlog",
    "tocsin.engine.turn",
    "tocsin.plan.scenarios.replay",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.server",
    "whitenoise.middleware",
)
PLANS_KEPT = 32
_ORDER_BYTES_MAX = 128 * 1024
_FILES = 4


class Process:
    """One that was begun warm. It answers as `subprocess.Popen` does, as far as tests ask."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        environ: Mapping[str, str],
        stdin: int = subprocess.PIPE,
        stdout: int | IO[Any] = subprocess.PIPE,
        stderr: int | IO[Any] | None = None,
    ) -> None:
        reads, self.stdin = _input(stdin)
        writes, self.stdout = _output(stdout)
        complains, self.stderr = _output(writes if stderr == subprocess.STDOUT else stderr)
        self._life, tells = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        order = json.dumps([module, arguments, dict(environ)]).encode()
        socket.send_fds(_parent(), [order], [reads, writes, complains, tells.fileno()])
        tells.close()
        for each in (reads, writes, complains):
            os.close(each)
        self.pid = self._told()
        self.returncode: int | None = None

    @classmethod
    def on_the_tests_database(cls, module: str) -> "Process":
        """Begin `python -m module DATABASE-NAME` under the product's settings."""
        environ = {"DJANGO_SETTINGS_MODULE": "tocsin.settings", "TOCSIN_HOME": str(settings.HOME.path)}
        environ["TOCSIN_DATABASE_URL"] = settings.HOME.database_url
        return cls(module, str(connection.settings_dict["NAME"]), environ=os.environ | environ)

    def poll(self) -> int | None:
        """Return how it ended, or nothing while it runs."""
        try:
            return self.wait(0)
        except (TimeoutError, BlockingIOError):
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, once it has. TimeoutError if that takes longer."""
        if self.returncode is None:
            self._life.settimeout(timeout)
            self.returncode = self._told()
            self._life.close()
        return self.returncode

    def send_signal(self, what: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, what)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)

    def communicate(self) -> None:
        """Let it read the end of its input, read to the end of its output, and wait for its own."""
        if self.stdin is not None:
            self.stdin.close()
        for stream in (self.stdout, self.stderr):
            if stream is not None:
                stream.read()
                stream.close()
        self.wait()

    def _told(self) -> int:
        said = self._life.recv(32)
        if not said:
            raise AssertionError("whoever begins processes warm is gone")
        return int(said)


def _input(wanted: int) -> tuple[int, IO[str] | None]:
    """Return the process's end of its standard input, and ours."""
    if wanted != subprocess.PIPE:
        return os.open(os.devnull, os.O_RDONLY), None
    theirs, ours = os.pipe()
    return theirs, os.fdopen(ours, "w")


def _output(wanted: int | IO[Any] | None) -> tuple[int, IO[str] | None]:
    """Return the process's end of what it writes, and ours."""
    if wanted == subprocess.PIPE:
        ours, theirs = os.pipe()
        return theirs, os.fdopen(ours)
    if wanted == subprocess.DEVNULL:
        return os.open(os.devnull, os.O_WRONLY), None
    return os.dup(2 if wanted is None else wanted if isinstance(wanted, int) else wanted.fileno()), None


@cache
def _parent() -> socket.socket:
    """Begin the process from which the others are forked, and return where it takes orders. It ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environ, there = os.environ | {"PYTHONUNBUFFERED": "1"}, Path(__file__).parents[1]
    with theirs:
        begun = subprocess.Popen([sys.executable, "-m", __name__], cwd=there, env=environ, stdin=theirs, stdout=subprocess.DEVNULL)

    @atexit.register
    def end() -> None:
        ours.close()
        begun.wait()

    return ours


def _fork_for_orders(orders: socket.socket) -> None:
    """Fork a process for each order; return in each of them, when it may begin. The parent ends with whoever gives the orders."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl+C is meant for the tests
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for whoever waits
    while True:
        order, files, *_ = socket.recv_fds(orders, _ORDER_BYTES_MAX, _FILES)
        if not order:
            sys.exit()
        if not os.fork():
            *streams, tells = files
            _tell_how_it_ends(tells, streams)
            return _become(*json.loads(order), streams)
        for each in files:
            os.close(each)


def _tell_how_it_ends(tells: int, streams: list[int]) -> None:
    """Fork once more. Return in the child; wait for it in its parent, and tell what its process id is and what its exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid:
        for each in streams:
            os.close(each)
        with socket.socket(fileno=tells) as life:
            life.send(str(pid).encode())
            life.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
        os._exit(0)


def _become(module: str, arguments: list[str], environ: dict[str, str], streams: list[int]) -> None:
    """Be as if begun by `python -m module arguments` with this environment and these three streams."""
    for at, each in enumerate(streams):
        os.dup2(each, at)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [module, *arguments]
    sys.orig_argv = [sys.executable, "-m", *sys.argv]


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """One thing, equal to itself alone; whoever keeps this keeps that as well."""

    it: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it

    def __hash__(self) -> int:
        return id(self.it)


def read_once() -> None:
    """Let this process, and whatever it forks, read a plan once: a program is immutable, and the shipped ones are read by every other test."""
    thoroughly = read.read

    @lru_cache(maxsize=PLANS_KEPT)
    def kept(source: str | bytes, name: str, before: Same, beside: tuple[Same, ...]) -> Result:
        return thoroughly(source, name, before=before.it, beside=[each.it for each in beside])

    def remembered(source: str | bytes, name: str, directory: Any = None, *, before: Any = None, beside: Iterable[Any] = ()) -> Result:
        if directory is not None:  # each time another: people are made anew for each test
            return thoroughly(source, name, directory, before=before, beside=beside)
        return kept(source, name, Same(before), tuple(map(Same, beside)))

    read.read = remembered


if __name__ == "__main__":
    for imported in IMPORTED:
        importlib.import_module(imported)
    read_once()
    for shipped_name, shipped_source in shipped.sources().items():
        read.read(shipped_source.read_text("utf-8"), f"{shipped_name}.yaml")
    gc.collect()
    gc.freeze()
    _fork_for_orders(socket.socket(fileno=os.dup(0)))
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
