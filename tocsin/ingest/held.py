"""The bytes of a call and whose they are: held in memory from the moment they are read, or turned away where there is no room for them."""

from uuid import UUID

from tocsin.ingest import problems, turned_away
from tocsin.ingest.keyring import Holder
from tocsin.ingest.problems import NotAccepted, Problem
from tocsin.ingest.queues import Queues
from tocsin.ingest.writer import Ticket
from tocsin.kit import clock

NOBODY = Holder(UUID(int=0), UUID(int=0))
"""In whose account a body is held while nobody knows whose it is."""


class Held:
    """The bytes of one call in the queues' account, until they are given on to the writer or nothing comes of them."""

    def __init__(self, queues: Queues[Ticket], holder: Holder, size: int) -> None:
        self._queues, self._holder, self._size = queues, holder, size

    def move(self, holder: Holder) -> None:
        """Let them be held by whom they turned out to be for."""
        size = self._size
        self.free()
        self._holder = holder
        self._hold(size)

    def give(self, size: int) -> None:
        """Leave `size` bytes, which they have become, to the writer: it lets them go."""
        self.free()
        self._hold(size)
        self._size = 0

    def free(self) -> None:
        """Let go of what is still held here. Idempotent."""
        self._queues.let_go(self._holder, self._size)
        self._size = 0

    def _hold(self, size: int) -> None:
        if not self._queues.hold(self._holder, size):
            raise turn_away(problems.BUSY, self._holder)
        self._size = size


def turn_away(problem: Problem, holder: Holder) -> NotAccepted:
    """Return what to raise where there is no room for a body, and count it for whoever reads the page of sources."""
    if holder is not NOBODY:
        turned_away.counted.note(holder.organisation_id, holder.key_id, clock.now())
    return NotAccepted(problem)
