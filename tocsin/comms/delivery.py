"""Delivering: a helping of due rows at a time, each recorded before it is sent, asked for again before it is sent, ended exactly once."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from tocsin.comms import claims, outbox, patience, setup
from tocsin.comms.claims import Ended, Settlement
from tocsin.comms.models import Attempt, Delivery, State
from tocsin.comms.paces import Paces
from tocsin.comms.rehearsal import rehearse
from tocsin.comms.settling import BELL, Settling
from tocsin.kit import bells, clock, faults, numbers
from tocsin.kit.egress import Egress, Rejected, Unreachable
from tocsin.kit.loops import Loop
from tocsin.kit.memory import Memory
from tocsin.kit.transactions import retry

THREADS: Final = 4  # one channel can keep `claims.AT_ONCE` of them busy
FAULTS_MAX: Final = 3
HELPING_S: Final = 1.0
"""What of a helping has not begun after this is put back: its lease must hold for as long as an attempt takes."""
PACES: Final = Paces()
"""Those of this process."""

_log = structlog.get_logger(__name__)
_ended = numbers.counter("tocsin_delivery_attempts_total", "Attempts to deliver a message", ["channel", "outcome"])


def loops(still_wanted: Callable[[str], bool], every_s: float = 0.5) -> list[Loop]:
    """
    Return the threads that deliver, so many that a slow provider leaves some to the others, and the one that writes down what became of it.
    The caller starts them, and stops them in this order.
    """
    settling = Settling(PACES)
    run = partial(run_once, still_wanted, settle=settling.add)
    return [
        *(
            Loop(f"delivery-{number}", run, every_s, bell=outbox.TO_SEND, first=rehearse if number == 1 else None, away=PACES.away)
            for number in range(1, THREADS + 1)
        ),
        Loop("receipts", settling.run_once, every_s, bell=BELL, last=settling.write),
    ]


def _settle(ended: Ended) -> None:
    retry(lambda: claims.settle(ended, clock.now()))


def run_once(
    still_wanted: Callable[[str], bool],
    *,
    door: Callable[[UUID], Egress] = setup.door,
    settle: Callable[[Ended], None] = _settle,
) -> bool:
    """
    Deliver what is most pressing, a helping of one channel (see `paces`), and return whether there was something. How the attempts ended is for
    `settle` to write down.

    `still_wanted(about)` is asked before each attempt; if it says no, the delivery is cancelled. Any number of threads and processes
    may run this at once. A server that dies here leaves a lease behind: when it ends, another attempt is made under the same key.
    """
    attempts = retry(lambda: claims.claim(PACES))
    if not attempts:
        return False
    first = attempts[0].delivery
    with PACES.at_work((first.organisation_id, first.channel), len(attempts)):
        if PACES.away(threading.get_ident()):
            bells.rung(outbox.TO_SEND)  # this may take a while: whoever rests may look whether there is more
        helping = _Helping(attempts, still_wanted, door)
        began = clock.monotonic()
        ended = helping.made_here() if helping.here else helping.made()
        took_s = clock.monotonic() - began
        PACES.note(helping.place, count=len(ended), took_s=took_s, well=all(end.answered is not False for _, end in ended))
        for attempt, end in ended:
            _ended.labels(attempt.delivery.channel, end.outcome).inc()
        if not helping.here:
            settle(ended)
    return True


class _Helping:
    """Claimed attempts at one channel of one organisation, made one after the other; what is set up for them is looked up once."""

    def __init__(self, attempts: Sequence[Attempt], still_wanted: Callable[[str], bool], door: Callable[[UUID], Egress]) -> None:
        self._attempts = attempts
        self._still_wanted = still_wanted
        first = attempts[0].delivery
        self.place = (first.organisation_id, first.channel)
        self._ready = setup.ready(*self.place)
        self._door = door
        self._known = Memory()

    @property
    def here(self) -> bool:
        """Return whether the channel keeps what it takes in our own database."""
        return self._ready is not None and self._ready.channel.here is not None

    def made(self) -> Ended:
        """Make the attempts. What waits too long behind the others, or behind a provider that does not answer, is put back."""
        began, ended = clock.running(), list[tuple[Attempt, Settlement]]()
        for attempt in self._attempts:
            if ended and (clock.running() - began > HELPING_S or ended[-1][1].answered is False):
                break
            ended.append((attempt, self._made_safely(attempt)))
        rest = self._attempts[len(ended) :]
        if rest:
            retry(lambda: claims.put_back(rest, clock.now()))
        return ended

    def made_here(self) -> Ended:
        """Make and settle the attempts in one transaction; where one of them ends in a fault, each for itself."""

        def whole() -> Ended:
            with transaction.atomic():
                ended = [(attempt, self._made(attempt.delivery)) for attempt in self._attempts]
                claims.settle(ended, clock.now())
            return ended

        def each() -> Ended:
            ended = self.made()
            _settle(ended)
            return ended

        return faults.together(lambda: retry(whole), each, "messages kept here")

    def _made_safely(self, attempt: Attempt) -> Settlement:
        try:
            return self._made(attempt.delivery)
        except Exception as error:  # noqa: BLE001 - one of the catch points
            _log.exception("delivery.fault", delivery=str(attempt.delivery_id), channel=attempt.delivery.channel)
            return _fault(attempt, error)

    def _made(self, delivery: Delivery) -> Settlement:
        if not self._still_wanted(delivery.about):
            return Settlement(state=State.CANCELLED, outcome="cancelled")
        if self._ready is None:
            return Settlement(**outbox.no_channel(delivery.channel), outcome="no_channel")
        channel = self._ready.channel
        try:
            through = self._known(("door",), lambda: self._door(delivery.organisation_id))
            reference = channel.send(outbox.letter(delivery), self._ready.values, through)
        except Unreachable as error:
            return _unanswered(delivery, error)
        except Rejected as error:
            return Settlement(state=State.FAILED, outcome=error.code, code=error.code, detail=error.message, hint=error.hint, answered=True)
        if channel.captures:
            return Settlement(state=State.CAPTURED, outcome="captured", reference=reference)
        return Settlement(state=State.SENT, outcome="sent", reference=reference, answered=True)


def _unanswered(delivery: Delivery, error: Unreachable) -> Settlement:
    again_at = _again_at(delivery, error.retry_after_s)
    asked = timedelta(seconds=error.retry_after_s) if error.retry_after_s is not None else None
    return Settlement(
        state=State.PENDING if again_at else State.FAILED,
        outcome="unanswered",
        code="unanswered",
        detail=error.message,
        hint="" if again_at else "it was tried until it was too late; take another way and record it",
        due_at=again_at,
        doubtful=error.in_doubt,
        answered=False,
        pause_until=clock.now() + min(asked, patience.ASKED_LONGEST) if asked is not None else None,
    )


def _fault(attempt: Attempt, error: Exception) -> Settlement:
    """An error of ours: tried again a few times, then parked where a person sees it, so that it blocks nothing."""
    again_at = _again_at(attempt.delivery, None) if claims.faults(attempt) + 1 < FAULTS_MAX else None
    return Settlement(
        state=State.PENDING if again_at else State.FAILED,
        outcome="fault",
        code="fault",
        detail=f"{type(error).__name__} in the server",
        hint="the server's log says more",
        due_at=again_at,
        doubtful=True,
    )


def _again_at(delivery: Delivery, retry_after_s: float | None) -> datetime | None:
    return patience.next_attempt_at(
        created_at=delivery.created_at,
        now=clock.now(),
        attempts=delivery.attempts,
        urgent=delivery.urgent,
        delivery=delivery.pk,
        retry_after_s=retry_after_s,
    )
