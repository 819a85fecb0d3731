"""What a run found: lines as it goes, and every bound of issue 4 with what it came to."""

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median


class Failed(Exception):  # noqa: N818 - it says how things stand
    """What is measured did not do what it was asked, or holds something else than it acknowledged: no figure of this part means anything."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One figure beside what was promised. Exactly one of `least` and `most` is given; `aim` is what was hoped for."""

    name: str
    value: float
    least: float | None = None
    most: float | None = None
    aim: float | None = None
    unit: str = ""

    @property
    def kept(self) -> bool:
        """Return whether the promise is kept; what could not be reckoned keeps none."""
        return (self.least is not None and self.value >= self.least) or (self.most is not None and self.value <= self.most)

    def __str__(self) -> str:
        sign, promised = ("≥", self.least) if self.least is not None else ("≤", self.most)
        aim = f", aim {self.aim:g}" if self.aim is not None else ""
        unit = f" {self.unit}" if self.unit else ""
        return f"{'kept  ' if self.kept else 'MISSED'}  {self.name}: {self.value:.2f}{unit} ({sign} {promised:g}{aim})"


@dataclass(slots=True)
class Report:
    """Everything that a run has to say."""

    began: float = field(default_factory=time.perf_counter)
    bounds: list[Bound] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Print a line at once: a run takes minutes."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def keep(self, name: str, figure: object) -> None:
        """Keep a figure for the file."""
        self.figures[name] = figure

    def bound(
        self, name: str, value: float, *, least: float | None = None, most: float | None = None, aim: float | None = None, unit: str = ""
    ) -> None:
        """Keep and print what a promise came to."""
        self.bounds.append(Bound(name, value, least, most, aim, unit))
        self.say(f"  {self.bounds[-1]}")

    def fail(self, part: str, why: object) -> None:
        """Print why there is nothing to be said of a part."""
        self.failed.append(f"{part} FAILED: {why}")
        self.say(self.failed[-1])

    def end(self) -> None:
        """Print all bounds together, and how busy the machine was: beside other work no figure means much."""
        self.say(f"\n{sum(bound.kept for bound in self.bounds)} of {len(self.bounds)} bounds kept")
        for line in (*self.bounds, *self.failed):
            self.say(f"  {line}")
        self.say(
            f"{time.perf_counter() - self.began:.0f} s, load average {os.getloadavg()[0]:.1f}, {os.getloadavg()[1]:.1f}, "
            f"{os.getloadavg()[2]:.1f} on {os.cpu_count()} processors"
        )

    def write(self, file: Path) -> None:
        """Write every figure and bound into a file."""
        file.write_text(json.dumps({"bounds": [asdict(bound) for bound in self.bounds], "figures": self.figures}, indent=1))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value that `share` of an ordered row kept; of an empty one nothing is known."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def ratios(values: Sequence[float]) -> str:
    """Return the middle of some ratios with their range."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
