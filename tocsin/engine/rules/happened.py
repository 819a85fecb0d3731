"""When somebody says that a thing happened: never in the future, and not before it could."""

from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.turn import Turn


def misdated(turn: Turn, happened_at: datetime | None, since: datetime | None = None) -> t.Refused | None:
    """Return why nothing can have happened at the time given: it lies ahead, or before `since`; or None."""
    if happened_at is None:
        return None
    if happened_at > turn.at:
        return t.Refused("E104", "the time given lies in the future", hint="give the time at which it happened")
    if since and happened_at < since:
        return t.Refused("E104", "the time given lies before it could be done", hint="correct the time")
    return None
