"""What came by a key in the last day: how many bodies, how many refused or turned away, and a bar for each hour."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tocsin.ingest import tallies
from tocsin.ingest.models import Tally
from tocsin.kit import clock

HOURS = 24
HEIGHT, STEP, WIDTH = 24, 3, 2


@dataclass(frozen=True, slots=True)
class Lately:
    """The last day; `bars` is an outline for an SVG of 72 by 24."""

    read: int
    refused: int
    turned_away: int
    bars: str


def by_key(organisation_id: UUID) -> Mapping[UUID, Sequence[Tally]]:
    """Return the tallies of the last day by key."""
    return tallies.since(organisation_id, clock.now() - (HOURS - 1) * tallies.HOUR)


def of(keys: Iterable[UUID], told: Mapping[UUID, Sequence[Tally]]) -> Lately:
    """Return what came by these keys together."""
    rows = [tally for key in keys for tally in told.get(key, ())]
    first = tallies.hour(clock.now()) - (HOURS - 1) * tallies.HOUR
    counts = [0] * HOURS
    for tally in rows:
        at = (tally.hour - first) // tallies.HOUR
        if 0 <= at < HOURS:
            counts[at] += tally.read + tally.refused + tally.turned_away
    read, refused, turned_away = (sum(getattr(tally, what) for tally in rows) for what in ("read", "refused", "turned_away"))
    return Lately(read, refused, turned_away, _outline(counts))


def _outline(counts: Sequence[int]) -> str:
    most = max(counts, default=0)
    heights = [max(1, round(HEIGHT * count / most)) if count else 0 for count in counts]
    return "".join(f"M{at * STEP} {HEIGHT}v-{height}h{WIDTH}v{height}z" for at, height in enumerate(heights) if height)
