"""The outbox: what is to be sent enters within the transaction that decided it, and its outcome is handed back once."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal, TypedDict
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from tocsin.comms import setup
from tocsin.comms.channel import Channel, Message
from tocsin.comms.models import OPEN, Delivery, State
from tocsin.kit import bells, bulk, clock, tables
from tocsin.kit.egress import Rejected
from tocsin.kit.memory import Memory

TO_SEND: Final = "outbox"
"""Rung for those who deliver: whoever of them is busy for longer rings on."""
ENDED: Final = "outcomes"
"""Rung for whoever hands outcomes back, when a delivery has reached its end."""

Place = tuple[UUID, str, str, str]
_SAID: Final = (
    *("organisation_id", "event_id", "about", "channel", "recipient", "address", "locale", "subject", "body", "urgent"),
    "created_at",
)
_PLACE: Final = ("organisation_id", "event_id", "about", "channel")
"""What has one outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    One message to one recipient over one channel of the plan.

    `event_id` names what caused it and is the key on every attempt; `about` is handed back by `still_wanted` and in the outcome;
    `recipient` is an opaque person or role. A `captured` order (a drill's) is kept and never sent. How one ends
    that is not `awaited` is in its receipt, and handed back to nobody; where its channel keeps it here, it has ended when it is put.
    """

    organisation_id: UUID
    event_id: str
    about: str
    channel: str
    recipient: str
    address: str
    locale: str
    subject: str
    body: str
    urgent: bool = False
    captured: bool = False
    awaited: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    How one event's message ended on one channel, over all its recipients.

    `detail` is empty, or the code of what went wrong and its text; it is `captured` for a drill, whose outcome is `delivered`.
    """

    organisation_id: UUID
    event_id: str
    about: str
    channel: str
    outcome: Literal["delivered", "partly", "failed", "cancelled"]
    detail: str
    recipients: int
    delivered: int
    languages: tuple[str, ...]
    at: datetime


def put(order: Order) -> None:
    """Keep `order` for delivery, within the caller's transaction. Idempotent per organisation, event, channel and recipient."""
    put_all((order,))


def put_all(orders: Iterable[Order], known: Memory | None = None) -> None:
    """Keep many orders for delivery, as `put` does."""
    prepared(orders, known).put()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Orders as they are to be kept."""

    statements: Sequence[bulk.Statement]
    to_send: bool
    """Whether one waits to be sent."""
    ended: bool
    """Whether the outcome of one is to be handed back at once."""

    def put(self) -> None:
        """Keep them, within the caller's transaction."""
        bulk.run(self.statements)
        if self.to_send:
            bells.ring(TO_SEND)
        if self.ended:
            bells.ring(ENDED)


NOTHING: Final = Prepared((), to_send=False, ended=False)


def prepared(orders: Iterable[Order], known: Memory | None = None) -> Prepared:
    """
    Return what keeps orders for delivery. `known` is what the caller's transaction knows already: it looks nothing up twice.

    What cannot be sent ends here: a drill's is captured; without a set-up channel or an address it fails visibly, never silently.
    """
    known = known or Memory()
    now, rows, statements = clock.now(), [], list[bulk.Statement]()
    here: dict[str, tuple[Channel, list[dict[str, Any]]]] = {}
    for order in orders:
        whose, channel = order.organisation_id, order.channel
        ready = known(("ready", whose, channel), partial(setup.ready, whose, channel))
        row = _row(order, ready, now)
        if row["state"] == State.PENDING and ready is not None and ready.channel.here and not order.awaited:
            here.setdefault(ready.channel.name, (ready.channel, []))[1].append(row)
        rows.append(row)
    for adapter, kept in here.values():
        statements += _keep(adapter, kept)
    statements += tables.insert(Delivery, rows, "ON CONFLICT DO NOTHING")
    to_send = any(row["state"] == State.PENDING for row in rows)
    ended = any(row["finished_at"] and not row["reported_at"] for row in rows)
    return Prepared(statements, to_send=to_send, ended=ended)


class Beginning(TypedDict):
    """How a delivery begins: pending, or at its end if it cannot even be tried."""

    state: State
    code: str
    detail: str
    hint: str


_CAPTURED: Final = Beginning(state=State.CAPTURED, code="", detail="", hint="")
_PENDING: Final = Beginning(state=State.PENDING, code="", detail="", hint="")


def no_channel(name: str) -> Beginning:
    """Return how a delivery ends whose channel nobody has set up."""
    return Beginning(
        state=State.NO_CHANNEL,
        code="no_channel",
        detail=f"nothing is set up for the channel “{name}”",
        hint="set the channel up, or send this by hand and record it",
    )


def _beginning(order: Order, ready: setup.Ready | None) -> Beginning:
    if order.captured:
        return _CAPTURED
    if ready is None:
        return no_channel(order.channel)
    if ready.channel.addressed and not order.address:
        detail = f"{order.recipient} has no address for “{order.channel}”"
        return Beginning(state=State.FAILED, code="no_address", detail=detail, hint="enter it in the directory")
    return _PENDING


def _row(order: Order, ready: setup.Ready | None, now: datetime) -> dict[str, Any]:
    beginning = _beginning(order, ready)
    return {
        "organisation_id": order.organisation_id,
        "event_id": order.event_id,
        "about": order.about,
        "channel": order.channel,
        "recipient": order.recipient,
        "address": _storable(order.address),
        "locale": order.locale,
        "subject": _storable(order.subject),
        "body": _storable(order.body),
        "urgent": order.urgent,
        "created_at": now,
        "due_at": now,
        "finished_at": None if beginning["state"] == State.PENDING else now,
        "reported_at": None if order.awaited else now,
        "reference": "",
        **beginning,
        "state": beginning["state"].value,
    }


def _keep(channel: Channel, rows: Sequence[dict[str, Any]]) -> Sequence[bulk.Statement]:
    """Let a channel that keeps what it takes in our database take it, and say how that ended. No attempt: it is committed with its cause."""
    assert channel.here is not None
    kept = channel.here([_letter(row) for row in rows])
    for row, answer in zip(rows, kept.answers, strict=True):
        row["finished_at"] = row["created_at"]
        if isinstance(answer, Rejected):
            row |= {"state": State.FAILED.value, "code": answer.code, "detail": answer.message, "hint": answer.hint}
        else:
            row |= {"state": (State.CAPTURED if channel.captures else State.SENT).value, "reference": answer}
    return kept.statements


def letter(delivery: Delivery) -> Message:
    """Return what a channel is to send now."""
    return _letter({name: getattr(delivery, name) for name in _SAID})


def _letter(said: Mapping[str, Any]) -> Message:
    return Message(key=_key(said), sent_at=clock.now(), **{name: said[name] for name in _SAID})


def _key(said: Mapping[str, Any]) -> str:
    """
    Return the key under which every attempt of a delivery goes out: of its event, channel and recipient.

    The channel is in it because two channels may lead to the same provider.
    """
    parts = (str(said["organisation_id"]), said["event_id"], said["channel"], said["recipient"])
    return "msg_" + hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def _storable(text: str) -> str:
    """Without what no database and no protocol takes: NUL and halves of characters."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def finished(limit: int = 400) -> list[Outcome]:
    """Return outcomes that were not yet reported, the oldest first: only those whose every recipient has reached a final state."""
    groups = (
        Delivery.objects.filter(reported_at=None)
        .values(*_PLACE)
        .annotate(
            recipients=Count("id"),
            open=Count("id", filter=Q(state__in=OPEN)),
            delivered=Count("id", filter=Q(state__in=(State.SENT, State.CAPTURED))),
            captured=Count("id", filter=Q(state=State.CAPTURED)),
            cancelled=Count("id", filter=Q(state=State.CANCELLED)),
            at=Max("finished_at"),
        )
        .filter(open=0)
        .order_by("at", "event_id", "channel")
    )
    found = list(groups[:limit])
    languages = _languages(found)
    return [_outcome(group, languages[_place(group)]) for group in found]


def reported(outcomes: Iterable[Outcome]) -> None:
    """
    Say that these have arrived where they belong; `finished` no longer returns them. Idempotent. What was added to one of them since is not
    among it.
    """
    ended = {(one.organisation_id, one.event_id, one.about, one.channel): one.at for one in outcomes}
    rows = _of(ended).filter(reported_at=None, finished_at__isnull=False).values_list("pk", *_PLACE, "finished_at")
    arrived = [pk for pk, *place, finished_at in rows if tuple(place) in ended and finished_at <= ended[tuple(place)]]
    Delivery.objects.filter(pk__in=arrived).update(reported_at=clock.now())


def _of(places: Iterable[Place]) -> QuerySet[Delivery]:
    """Return the deliveries of these events."""
    organisations, events = {place[0] for place in places}, {place[1] for place in places}
    return Delivery.objects.filter(organisation_id__in=organisations, event_id__in=events)


def _place(group: Mapping[str, Any]) -> Place:
    return (group["organisation_id"], group["event_id"], group["about"], group["channel"])


def _languages(groups: Sequence[Mapping[str, Any]]) -> Mapping[Place, tuple[str, ...]]:
    """Return in which languages each went out, by name."""
    found: defaultdict[Place, tuple[str, ...]] = defaultdict(tuple)
    rows = _of([_place(group) for group in groups]).exclude(locale="").order_by("locale")
    for organisation_id, event_id, about, channel, locale in rows.values_list(*_PLACE, "locale").distinct():
        found[organisation_id, event_id, about, channel] += (locale,)
    return found


def _outcome(group: Mapping[str, Any], languages: tuple[str, ...]) -> Outcome:
    word: Literal["delivered", "partly", "failed", "cancelled"]
    if group["delivered"] == group["recipients"]:
        word, detail = "delivered", "captured" if group["captured"] else ""
    elif group["cancelled"] == group["recipients"]:
        word, detail = "cancelled", ""
    else:
        word, detail = "partly" if group["delivered"] else "failed", _trouble(group)
    names = (*_PLACE, "recipients", "delivered", "at")
    return Outcome(outcome=word, detail=detail, languages=languages, **{name: group[name] for name in names})


def _trouble(group: Mapping[str, Any]) -> str:
    place = {name: group[name] for name in _PLACE}
    worst = Delivery.objects.filter(**place, reported_at=None, state__in=(State.FAILED, State.NO_CHANNEL)).order_by("finished_at").first()
    return f"{worst.word}: {worst.detail}" if worst is not None else "cancelled"
