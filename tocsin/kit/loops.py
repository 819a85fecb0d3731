"""Named threads that repeat one function, each with a heartbeat that readiness is judged by."""

import math
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import Error, close_old_connections, connection

from tocsin.kit import bells, clock, numbers

STOPS_WITHIN_S: Final = 10.0
PAUSES_S: Final = (1.0, 5.0, 30.0, 120.0)
"""How long a loop rests after a fault: longer after each one in a row."""
BEATS_EVERY_S: Final = 5.0
"""A loop at rest beats too: one that looks once an hour stands no more still than one that looks each second."""

_log = structlog.get_logger(__name__)
_faults = numbers.counter("tocsin_loop_faults_total", "Runs of a loop that ended in a fault of ours", ["loop"])
_NEVER: Final = -math.inf


@dataclass(slots=True)
class _Pulse:
    """When a loop last finished a run or was at rest, and the fault that its latest run ended in, if it did."""

    beat: float
    fault: str = ""

    @property
    def begun(self) -> bool:
        return self.beat > _NEVER


_pulses: dict[str, _Pulse] = {}


class Loop:
    """
    Runs `run_once` again and again: at once while it says there is more, otherwise when its `bell` rings, or after `every_s`.

    What is to be done `first` is done before the first run, so that nobody who waits for one waits for that: before both have ended there is no
    heartbeat. What is to be done `last` is done when it was stopped.

    Of several that wait for one bell, whoever is awake hears it, unless it is `away`: its thread, by number, is at what may take a while.

    A lost database or file is waited out, and the heartbeat shows it. Any other exception is a fault: it is logged, counted and makes the
    server not ready until a run ends well; the loop goes on after a pause that grows.
    """

    def __init__(
        self,
        name: str,
        run_once: Callable[[], bool],
        every_s: float,
        bell: str = "",
        *,
        first: Callable[[], object] | None = None,
        last: Callable[[], object] | None = None,
        away: Callable[[int], bool] = lambda _: False,
    ) -> None:
        self.name = name
        self._run_once = run_once
        self._first, self._last = first, last
        self._away = away
        self._every_s = every_s
        self.bell = bell
        self._in_a_row = 0
        self._resting = False
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin. A loop is started once."""
        self.expect()
        if self.bell:
            bells.hang(self.bell, self)
        self._thread.start()

    def expect(self) -> None:
        """Count on this loop, be it one of another process of this server (`child.py`): if nothing is heard of it, this one is not ready."""
        _pulses[self.name] = _Pulse(_NEVER if self._first else clock.monotonic())

    def wake(self) -> bool:
        """Run at once instead of waiting out the pause; return whether it was at rest. Who is busy runs once more after this run."""
        rested, self._resting = self._resting, False
        self._woken.set()
        return rested

    def soon(self) -> bool:
        """Return whether it is awake, not away and well; then it runs once more after this run."""
        if self._resting or self._in_a_row or self._away(self._thread.ident or 0):
            return False
        self._woken.set()
        return True

    def stop(self, timeout_s: float = STOPS_WITHIN_S) -> bool:
        """Finish the present run and return whether the thread has ended within `timeout_s`."""
        self._stopping.set()
        self._woken.set()
        self._thread.join(timeout_s)
        if self.bell:
            bells.take_down(self.bell, self)
        if not self._thread.is_alive():
            _pulses.pop(self.name, None)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            pause_s = self._safely(self._begin_or_run)
            if pause_s:
                self._resting = True
                self._rest(pause_s)
                self._resting = False
        if self._last:
            self._safely(self._last)
        connection.close()

    def _rest(self, pause_s: float) -> None:
        """Wait until woken, or for so long."""
        beats, last_s = divmod(pause_s, BEATS_EVERY_S)
        for _ in range(int(beats)):
            if self._woken.wait(BEATS_EVERY_S):
                return
            _pulses[self.name].beat = clock.monotonic()
        self._woken.wait(last_s)

    def _begin_or_run(self) -> bool:
        first, self._first = self._first, None
        if first:
            first()
        return self._run_once()

    def _safely(self, run: Callable[[], object]) -> float:
        """Run once and return how long to rest now."""
        try:
            more = run()
        except (Error, OSError) as error:
            _log.error("loop.waits", loop=self.name, error=str(error))
            # Many workers lose the same database at the same moment; they must not all come back at the same moment.
            return random.uniform(0.1, 1.0)  # noqa: S311
        except Exception as error:  # noqa: BLE001 - the catch point of what runs beside requests
            return self._fault(error)
        finally:
            close_old_connections()  # to PostgreSQL: given back to the pool; to SQLite: only what is broken
        _pulses[self.name] = _Pulse(clock.monotonic())
        self._in_a_row = 0
        return 0.0 if more else self._every_s

    def _fault(self, error: Exception) -> float:
        """Leave the fault where an operator sees it. A wake would only bring it back sooner, so the rest is whole."""
        _log.exception("loop.fault", loop=self.name)
        _faults.labels(self.name).inc()
        _pulses[self.name].fault = type(error).__name__
        pause_s = PAUSES_S[min(self._in_a_row, len(PAUSES_S) - 1)]
        self._in_a_row += 1
        self._stopping.wait(pause_s)
        return 0.0


def expect_no_more(name: str) -> None:
    """Count no more on a loop of the other process."""
    _pulses.pop(name, None)


def reported(ages_s: Mapping[str, float | None], faults: Mapping[str, str]) -> None:
    """Take over how the loops of the other process are; JSON says nothing for infinitely many seconds."""
    now = clock.monotonic()
    for name, age_s in ages_s.items():
        _pulses[name] = _Pulse(_NEVER if age_s is None else now - age_s, faults.get(name, ""))


def health() -> dict[str, float]:
    """Return, for each running loop, how many seconds ago it last finished a run or was at rest; infinitely many where it has still to begin."""
    now = clock.monotonic()
    return {name: now - pulse.beat for name, pulse in sorted(_pulses.items())}


def begun() -> bool:
    """Return whether all loops have done what they begin with."""
    return all(pulse.begun for pulse in _pulses.values())


def faults() -> dict[str, str]:
    """Return, for each loop whose latest run ended in a fault, its kind."""
    return {name: pulse.fault for name, pulse in sorted(_pulses.items()) if pulse.fault}
