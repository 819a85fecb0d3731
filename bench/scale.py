"""How much a run measures. Every field is an option of the command."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Scale:
    """As `make bench` runs it."""

    rounds: int = field(default=3, metadata={"words": "rounds of what is interleaved with peers"})
    seconds: float = field(default=3.0, metadata={"words": "measured, in each round and case"})
    warm_up: float = field(default=1.0, metadata={"words": "seconds before that"})
    idle: float = field(default=2.0, metadata={"words": "seconds in which the neighbour sends before each storm"})
    sustained: float = field(default=60.0, metadata={"words": "seconds for which settling is to keep pace"})
    alerts: int = field(default=1_000, metadata={"words": "alerts at 200/s, each to be told of"})
    storm: int = field(default=10_000, metadata={"words": "alerts of a storm, each to be told of"})
    patience: float = field(default=60.0, metadata={"words": "seconds after which the rest of them is given up"})
    active: int = field(default=100_000, metadata={"words": "alerts that are open at once"})
    notes: float = field(default=8.0, metadata={"words": "seconds of notes through the desk, under each load"})
    open: int = field(default=1_000_000, metadata={"words": "clocks that wait"})
    due: int = field(default=2_000, metadata={"words": "clocks that fall due, for each figure"})
    simulated: int = field(default=200, metadata={"words": "runs of the engine"})


QUICK = Scale(
    rounds=1,
    seconds=1.0,
    warm_up=0.5,
    idle=1.0,
    sustained=5.0,
    alerts=50,
    storm=100,
    patience=30.0,
    active=2_000,
    notes=2.0,
    open=10_000,
    due=20,
    simulated=5,
)
"""Enough to see that the machinery works; no figure of it means anything."""
