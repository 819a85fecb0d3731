"""Delivering: one due row at a time, recorded before it is sent, asked for again before it is sent, ended exactly once."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from tocsin.comms import claims, outbox, patience, setup
from tocsin.comms.channel import Message
from tocsin.comms.claims import Settlement
from tocsin.comms.models import Attempt, Delivery, State
from tocsin.kit import clock, numbers
from tocsin.kit.egress import Egress, Rejected, Unreachable
from tocsin.kit.loops import Loop
from tocsin.kit.transactions import retry

THREADS: Final = 4  # one channel can keep `claims.AT_ONCE` of them busy
FAULTS_MAX: Final = 3
_log = structlog.get_logger(__name__)
_ended = numbers.counter("tocsin_delivery_attempts_total", "Attempts to deliver a message", ["channel", "outcome"])


def loops(still_wanted: Callable[[str], bool], every_s: float = 0.5) -> list[Loop]:
    """Return the threads that deliver, so many that a slow provider leaves some to the others. The caller starts and stops them."""
    return [Loop(f"delivery-{number}", partial(run_once, still_wanted), every_s, bell=outbox.TO_SEND) for number in range(1, THREADS + 1)]


def run_once(still_wanted: Callable[[str], bool], *, door: Callable[[UUID], Egress] = setup.door) -> bool:
    """
    Deliver one message that is due, and return whether there was one.

    `still_wanted(about)` is asked before each attempt; if it says no, the delivery is cancelled. Any number of threads and processes
    may run this at once. A server that dies here leaves a lease behind: when it ends, another attempt is made under the same key.
    """
    attempt = retry(lambda: claims.claim(clock.now()))
    if attempt is None:
        return False
    try:
        end = _made(attempt.delivery, still_wanted, door)
    except Exception as error:  # noqa: BLE001 - one of the catch points
        _log.exception("delivery.fault", delivery=str(attempt.delivery_id), channel=attempt.delivery.channel)
        end = _fault(attempt, error)
    _ended.labels(attempt.delivery.channel, end.outcome).inc()
    retry(lambda: claims.settle(attempt, end, clock.now()))
    return True


def key(delivery: Delivery) -> str:
    """
    Return the key under which every attempt of this delivery goes out: of its event, channel and recipient.

    The channel is in it because two channels may lead to the same provider.
    """
    parts = (str(delivery.organisation_id), delivery.event_id, delivery.channel, delivery.recipient)
    return "msg_" + hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _made(delivery: Delivery, still_wanted: Callable[[str], bool], door: Callable[[UUID], Egress]) -> Settlement:
    if not still_wanted(delivery.about):
        return Settlement(state=State.CANCELLED, outcome="cancelled")
    ready = setup.ready(delivery.organisation_id, delivery.channel)
    if ready is None:
        return Settlement(**outbox.no_channel(delivery.channel), outcome="no_channel")
    try:
        reference = ready.channel.send(_message(delivery), ready.values, door(delivery.organisation_id))
    except Unreachable as error:
        return _unanswered(delivery, error)
    except Rejected as error:
        return Settlement(state=State.FAILED, outcome=error.code, code=error.code, detail=error.message, hint=error.hint, answered=True)
    if ready.channel.captures:
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


def _message(delivery: Delivery) -> Message:
    names = ("organisation_id", "event_id", "about", "channel", "recipient", "address", "locale", "subject", "body", "urgent", "created_at")
    return Message(key=key(delivery), sent_at=clock.now(), **{name: getattr(delivery, name) for name in names})
