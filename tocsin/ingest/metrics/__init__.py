"""Metrics as other systems send them: series with a name and labels, each with values over time. What they mean is said elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tocsin.plan.sentences import Sentence

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
LABELS_MAX: Final = 64
"""More labels on one series are nobody's intention."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series at an instant (None for now). `value` may be infinite or no number at all: whoever takes it looks."""

    name: str
    labels: Mapping[str, str]
    at: datetime | None
    value: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place of what was sent: a line, counted from one, or 0 for all of it."""

    line: int
    problem: Sentence


class Unreadable(Exception):  # noqa: N818 - it says what became of the body
    """The body is not what it should be: nothing of it was taken. `faults` say where."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.line}: {fault.problem}" for fault in faults))
        self.faults = faults


class TooLarge(Exception):  # noqa: N818 - it says what became of the body
    """The body is, or would become, larger than anybody sends."""


def whole(problem: Sentence) -> Unreadable:
    """Return the refusal of a body as a whole."""
    return Unreadable((Fault(0, problem),))
