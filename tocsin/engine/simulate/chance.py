"""Chance: a number between 0 and 1 for each duty of each run, and the response time that it stands for."""

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import exp, log
from statistics import NormalDist
from typing import Final

_NORMAL: Final = NormalDist()
_NINE_IN_TEN: Final = _NORMAL.inv_cdf(0.9)
_WORD: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
LEARNED_MIN: Final = 5
"""Fewer past times than this say nothing about the next."""


def run_of(seed: int, number: int) -> int:
    """Return what stands for the run `number` of a simulation: the same whoever counts it, and after whatever others."""
    return _mixed(_mixed(seed) + number)


def draw(run: int, name: str) -> float:
    """Return the number in (0, 1) of the duty `name` in a run, whatever else is drawn in it."""
    return (_mixed(run ^ zlib.crc32(name.encode()) * _GOLDEN) >> 11 | 1) / (1 << 53)


def _mixed(number: int) -> int:
    """Return the next number of the generator SplitMix64 after `number`."""
    mixed = (number + _GOLDEN) & _WORD
    mixed = ((mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9) & _WORD
    mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & _WORD
    return mixed ^ mixed >> 31


@dataclass(frozen=True, slots=True)
class Times:
    """
    How long somebody takes from the moment at which a duty can be taken up to its being done.

    Either given as a `median` and what nine in ten stay within (a logarithmic normal distribution), or `learned` from past times in seconds.
    """

    median: timedelta = timedelta(minutes=5)
    nine_in_ten: timedelta = timedelta(minutes=15)
    learned: Sequence[float] = ()

    def at(self, chance: float) -> timedelta:
        """Return the time below which the part `chance` of all lie."""
        if self.learned:
            place = chance * (len(self.learned) - 1)
            low = int(place)
            high = min(low + 1, len(self.learned) - 1)
            return timedelta(seconds=self.learned[low] + (self.learned[high] - self.learned[low]) * (place - low))
        return self.median * exp(_spread(self.median, self.nine_in_ten) * _NORMAL.inv_cdf(chance))


@lru_cache(maxsize=1024)
def _spread(median: timedelta, nine_in_ten: timedelta) -> float:
    return log(max(nine_in_ten / median, 1.0)) / _NINE_IN_TEN


GIVEN: Final = Times()
"""What is taken where nothing is known: five minutes in the middle, a quarter of an hour for nine in ten."""


def learn(seconds: Sequence[float], given: Times) -> Times:
    """Return the times that `seconds` teach; `given` where they are too few."""
    return Times(given.median, given.nine_in_ten, tuple(sorted(seconds))) if len(seconds) >= LEARNED_MIN else given


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """Return the smallest of `ordered` values that at least `part` of them do not exceed, or None where there are none."""
    if not ordered:
        return None
    steps = [index / len(ordered) for index in range(1, len(ordered) + 1)]
    return ordered[min(bisect_left(steps, part - 1e-9), len(ordered) - 1)]
