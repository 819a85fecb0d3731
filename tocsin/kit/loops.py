"""Named threads that repeat one function, each with a heartbeat that readiness is judged by."""

import random
import threading
from collections.abc import Callable

import structlog
from django.db import Error, close_old_connections

from tocsin.kit import clock

_log = structlog.get_logger(__name__)
_beats: dict[str, float] = {}


class Loop:
    """
    Runs `run_once` again and again: at once while it says there is more, otherwise after `every_s`.

    A lost database or file is waited out, and the heartbeat shows it. Any other exception is a fault and ends the thread; its heartbeat
    stays behind and makes the server not ready.
    """

    def __init__(self, name: str, run_once: Callable[[], bool], every_s: float) -> None:
        self.name = name
        self._run_once = run_once
        self._every_s = every_s
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin. A loop is started once."""
        _beats[self.name] = clock.monotonic()
        self._thread.start()

    def wake(self) -> None:
        """Run at once instead of waiting out the pause."""
        self._woken.set()

    def stop(self, timeout_s: float = 10) -> bool:
        """Finish the present run and return whether the thread has ended within `timeout_s`."""
        self._stopping.set()
        self._woken.set()
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            _beats.pop(self.name, None)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if not self._run_safely():
                self._woken.wait(self._every_s)

    def _run_safely(self) -> bool:
        try:
            more = self._run_once()
            _beats[self.name] = clock.monotonic()
        except (Error, OSError) as error:
            _log.error("loop.waits", loop=self.name, error=str(error))
            # Many workers lose the same database at the same moment; they must not all come back at the same moment.
            self._woken.wait(random.uniform(0.1, 1.0))  # noqa: S311
            return False
        else:
            return more
        finally:
            close_old_connections()


def health() -> dict[str, float]:
    """Return, for each running loop, how many seconds ago it last finished a run."""
    now = clock.monotonic()
    return {name: now - beat for name, beat in sorted(_beats.items())}
