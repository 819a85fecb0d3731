"""The processes that a question is shared out to, one for each processor; bounded in time and memory, ended together."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import Final

from tocsin.engine.simulate import Given, Result, Tally, summary
from tocsin.engine.simulate.tally import read
from tocsin.plan.simulation.asked import Asked, UnanswerableError, given_of, program_of

SECONDS_MAX: Final = 300


class Crew:
    """Answers one question. `cancel` ends it from another thread."""

    def __init__(self, given: Given, seed: int, runs: int, *, seconds_max: int = SECONDS_MAX) -> None:
        bare = replace(given.program, standing=None)  # without what is worked out, and without what no incident asks
        self._given, self._seed, self._runs = replace(given, program=bare), seed, runs
        self._seconds_max = seconds_max
        self._children: list[subprocess.Popen[bytes]] = []
        self.cancelled = False

    def answer(self) -> Tally:
        """
        Return the counts of all runs.

        :raises UnanswerableError: the question cannot be answered, takes longer than its bound or more memory, or was cancelled.
        """
        try:
            for first, count in self._parts():
                self._start(first, count)
            whole = Tally()
            for child in self._children:
                whole.add(self._read(child))
            return whole
        finally:
            self._end()

    def cancel(self) -> None:
        """End the processes; whoever waits for the answer is told."""
        self.cancelled = True
        self._end()

    def _parts(self) -> list[tuple[int, int]]:
        workers = min(os.cpu_count() or 1, self._runs)
        bounds = [self._runs * part // workers for part in range(workers + 1)]
        return [(first, last - first) for first, last in pairwise(bounds)]

    def _start(self, first: int, count: int) -> None:
        child = subprocess.Popen(
            [sys.executable, "-m", "tocsin.plan.simulation.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._children.append(child)
        assert child.stdin is not None
        pickle.dump((self._given, self._seed, first, count, self._seconds_max), child.stdin)
        child.stdin.close()
        child.stdin = None

    def _read(self, child: subprocess.Popen[bytes]) -> Tally:
        try:
            said, _ = child.communicate(timeout=self._seconds_max)
        except subprocess.TimeoutExpired as error:
            raise UnanswerableError(f"the simulation takes longer than {self._seconds_max} seconds; ask for fewer runs or hours") from error
        if self.cancelled:
            raise UnanswerableError("the simulation was cancelled")
        if not said:
            raise UnanswerableError("the simulation took more memory or time than it may; ask for fewer runs or hours")
        found = json.loads(said)
        if "unanswerable" in found:
            raise UnanswerableError(found["unanswerable"])
        return read(found["tally"])

    def _end(self) -> None:
        for child in self._children:
            if child.poll() is None:
                child.kill()
                child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()


def simulated(asked: Asked, *, seconds_max: int = SECONDS_MAX) -> tuple[Given, Result, Result | None]:
    """
    Return what the question rests on, its result, and where it asks about a change the result without it first.

    :raises UnanswerableError: see `Crew.answer`.
    """
    as_it_is = replace(asked, change=None)
    program = program_of(asked.source)
    given, changed = given_of(as_it_is, program), given_of(asked, program) if asked.change else None
    result = summary(given, Crew(given, asked.seed, asked.runs, seconds_max=seconds_max).answer())
    if changed is None:
        return given, result, None
    return given, result, summary(changed, Crew(changed, asked.seed, asked.runs, seconds_max=seconds_max).answer())
