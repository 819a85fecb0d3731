"""Commands that change by which plans an incident runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.engine.terms.act import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePlan(Act):
    """Move the incident to another version of its plan (PLN-05). `decide` is handed the new program; only the commander may."""

    plan_hash: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPlan(Act):
    """
    Let the incident run by one more plan version, or lay a role set over it. `decide` is handed the program with it; only the commander may.

    `seats` says whom the directory finds for the roles now; the desk looks it up.
    """

    plan_hash: str
    reason: str
    seats: Mapping[str, str] = field(default_factory=dict)
