"""What was turned away for want of room: counted in memory, since what cannot be stored cannot be counted there, and written down when it can."""

import threading
from collections import Counter
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import Error, transaction

from tocsin.ingest import tallies
from tocsin.ingest.tallies import Came
from tocsin.kit import bulk
from tocsin.kit.reserve import reserve

EVERY_S: Final = 5.0


class TurnedAway:
    """How many bodies of each key were turned away and not yet written down. Bounded by keys and hours; lost with the process."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._counts: Counter[Came] = Counter()

    def note(self, organisation_id: UUID, key_id: UUID, at: datetime) -> None:
        """Count one body."""
        with self._mutex:
            self._counts[organisation_id, key_id, tallies.hour(at)] += 1

    def run_once(self) -> bool:
        """Write down what was counted; for a loop. While the disk is full, it waits like everything that can."""
        if reserve.scarce or not self._counts:
            return False
        with self._mutex:
            counts, self._counts = self._counts, Counter()
        try:
            with transaction.atomic():
                bulk.run(tallies.count(turned_away=counts))
        except Error:
            with self._mutex:
                self._counts += counts
            raise
        return False


counted: Final = TurnedAway()
"""Those of this process."""
