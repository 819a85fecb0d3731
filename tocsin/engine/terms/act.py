"""What every command carries: who acts, and when."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.engine.terms.words import Actor

NOBODY = Actor("")
UNSTAMPED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What every command carries: who, and the server time that the desk stamps under the lock. Unstamped commands are refused."""

    by: Actor = NOBODY
    at: datetime = UNSTAMPED
