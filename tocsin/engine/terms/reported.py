"""What only the server itself commands: what was measured, what became of a delivery, and that time has passed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tocsin.engine.terms.act import Act
from tocsin.engine.terms.words import Edge, Leapt


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe(Act):
    """
    Hand in the edges of watches and the latest readings, and let time pass until `at`.

    `down_since`: the server was down from then until `at` (CLK-07). `leapt`: its clock was set before `at`.
    """

    edges: tuple[Edge, ...]
    down_since: datetime | None = None
    leapt: Leapt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDelivery(Act):
    """Hand in the terminal outcome of one message on one channel."""

    message: str
    channel: str
    outcome: Literal["delivered", "partly", "failed", "cancelled"]
    detail: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDirectory(Act):
    """
    Say whom the directory finds for each role now, and who is of the organisation: by person, what is known (`department`, `joined`).

    For what lasts longer than people stay in their seats; an incident keeps those of its declaration.
    """

    seats: Mapping[str, str]
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDuty(Act):
    """Say who is on duty now for roles that a roster fills; empty for nobody."""

    seats: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckon(Act):
    """Move due times that stand by the clocks of a zone, since its rules are others now: by clock, to when. `edition` names the new rules."""

    due: Mapping[str, datetime]
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick(Act):
    """Let time pass. `down_since`: the server was down from then until `at` (CLK-07). `leapt`: its clock was set before `at`."""

    down_since: datetime | None = None
    leapt: Leapt | None = None
