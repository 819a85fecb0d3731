"""The turns that came in: read once more from the log, by the same steps as when they came, with the ends that no body told."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tocsin.ingest import follower, log, quiet
from tocsin.ingest.episodes import Name, Outcome, Standing, expire, hear
from tocsin.ingest.models import Expired, RawBody
from tocsin.ingest.routing import replay
from tocsin.ingest.routing.rules import Rule
from tocsin.ingest.routing.runs import Turned

TRIED_ON: Final = timedelta(days=30)
"""How far back a route is tried."""
BODIES_MAX: Final = 20_000
"""Bodies that are read once more, the newest ones."""
_AT_ONCE: Final = 500


@dataclass(slots=True)
class History:
    """
    Turns in order. `since` is when the first body came that was read; `cut` says that there were more before it, `unread` how many that
    could be read when they came cannot be read as things are now.
    """

    turns: list[Turned] = field(default_factory=list)
    since: datetime | None = None
    bodies: int = 0
    cut: bool = False
    unread: int = 0


def read(organisation_id: UUID, since: datetime) -> History:
    """
    Return what the organisation's alerts did since then, as far as the log is kept.

    What had begun before is heard of when it is next spoken of.
    """
    rows = RawBody.objects.filter(organisation_id=organisation_id, state=RawBody.State.SETTLED, received_at__gte=since)
    newest = list(rows.order_by("-id").values_list("id", flat=True)[: BODIES_MAX + 1])
    history = History(cut=len(newest) > BODIES_MAX)
    known: dict[Name, Standing] = {}
    expired = deque(Expired.objects.filter(organisation_id=organisation_id, at__gte=since).order_by("after", "id"))
    positions = newest[:BODIES_MAX][::-1]
    for at in range(0, len(positions), _AT_ONCE):
        bodies = log.at(organisation_id, positions[at : at + _AT_ONCE])
        for body, said in zip(bodies, follower.reread(bodies), strict=True):
            while expired and expired[0].after < body.position:
                _expire(history, known, expired.popleft())
            history.since = history.since or body.received_at
            history.bodies += 1
            if isinstance(said, Exception):
                history.unread += 1
            else:
                _take(history, known, hear(known, said))
    for one in expired:
        _expire(history, known, one)
    return history


def tried(organisation_id: UUID, rule: Rule, now: datetime) -> tuple[replay.Outcome, History]:
    """Return what a route with this rule would have done with what came in, and what was read for it."""
    history = read(organisation_id, now - TRIED_ON)
    return replay.replay(rule, history.turns, now, quiet.keeper(organisation_id, now - TRIED_ON)), history


def _expire(history: History, known: dict[Name, Standing], expired: Expired) -> None:
    """Let what nobody spoke for end where that was found."""
    names = [((source, fingerprint), datetime.fromisoformat(since)) for source, fingerprint, since in expired.alerts]
    _take(history, known, expire([(known[name], since) for name, since in names if name in known and known[name].firing], expired.at))


def _take(history: History, known: dict[Name, Standing], outcome: Outcome) -> None:
    known.update(outcome.standings)
    titles = {one.id: one.alert.title for one in outcome.standings.values()}
    for turn in outcome.turns:
        number = len(history.turns)
        history.turns.append(Turned(number, turn.alert_id, turn.starts_at, turn.firing, turn.at, titles[turn.alert_id], turn.labels))
