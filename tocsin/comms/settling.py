"""Settling a moment later: how attempts ended that were answered well is written down for many at once."""

import threading
from typing import Final

from tocsin.comms import claims
from tocsin.comms.claims import Ended
from tocsin.comms.models import State
from tocsin.comms.paces import Paces, Place
from tocsin.kit import bells, clock
from tocsin.kit.transactions import retry

BELL: Final = "receipts"
WAIT_S: Final = 0.02
"""For so long more may come. Whoever dies meanwhile leaves attempts that count as lost and are made again, under the same keys."""
MOST: Final = 64
"""So many wait for no more."""


class Settling:
    """How attempts of this process ended that is not written down yet. Any number of threads may add to it."""

    def __init__(self, paces: Paces) -> None:
        self._paces = paces
        self._mutex = threading.Lock()
        self._ended: Ended = []
        self._never = threading.Event()

    def add(self, ended: Ended) -> None:
        """Write down how attempts ended, by and by; what was not just sent, and the rest with it, at once: whoever waits for it acts on it."""
        with self._mutex:
            self._ended += ended
            self._paces.unsettled(_places(ended), 1)
            count = len(self._ended)
        if count >= MOST or any(end.state is not State.SENT for _, end in ended):
            self.write()
        else:
            bells.rung(BELL)

    def run_once(self) -> bool:
        """Wait a moment for more and write down what there is. Run it in a loop, whose last it is to `write`."""
        if self._ended:
            self._never.wait(WAIT_S)
            self.write()
        return bool(self._ended)

    def write(self) -> None:
        """
        Write down everything.

        :raises Error: the database does not take it; it is kept.
        """
        with self._mutex:
            ended, self._ended = self._ended, []
        if not ended:
            return
        self._paces.unsettled(_places(ended), -1)  # first: what is counted too early only keeps this process from claiming more
        try:
            retry(lambda: claims.settle(ended, clock.now()))
        except BaseException:
            with self._mutex:
                self._ended = ended + self._ended
            self._paces.unsettled(_places(ended), 1)
            raise


def _places(ended: Ended) -> list[Place]:
    return [(attempt.delivery.organisation_id, attempt.delivery.channel) for attempt, _ in ended]
