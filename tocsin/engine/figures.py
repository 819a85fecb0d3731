"""Figures: measured and shown green or red against a target taken from a case, never a breach (CLK-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tocsin.engine.program import Figure, Program
from tocsin.engine.times import add


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure as it stands: `took` so far, or in all; `target_at` is when its target passes. It waits until its first moment comes."""

    figure: str
    standing: Literal["waiting", "open", "green", "red"]
    took: timedelta | None
    target_at: datetime | None


def measure(program: Program, figure: Figure, moments: Mapping[str, datetime], at: datetime) -> FigureView:
    """Return how `figure` stands at `at`, from the latest instants of the moments. Pure."""
    begun, ended = moments.get(figure.begins), moments.get(figure.ends)
    if begun is None:
        return FigureView(figure.id, "waiting", None, None)
    target_at = add(begun, figure.target, program.timezone)
    done = ended is not None and ended >= begun
    until = ended if done and ended is not None else at
    standing: Literal["open", "green", "red"] = "red" if until > target_at else "green" if done else "open"
    return FigureView(figure.id, standing, until - begun, target_at)
