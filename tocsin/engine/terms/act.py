"""What every command carries: who acts, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tocsin.engine.terms.words import Actor

NOBODY = Actor("")
UNSTAMPED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    What every command carries: who, and the server time that the desk stamps under the lock. Unstamped commands are refused.

    `brings` says, where an act may give somebody a role, by person what is on record that they have learned: the desk's own word.
    """

    by: Actor = NOBODY
    at: datetime = UNSTAMPED
    brings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
