"""Notices: that something changed and where, in order and without gaps, for pages and streams that then fetch it."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from tocsin.incidents import counters
from tocsin.incidents.models import Incident, Notice
from tocsin.kit import bells, bulk, ids, tables

KEPT_FOR: Final = timedelta(days=2)
FORGOTTEN_AT_ONCE: Final = 500
CHANNEL: Final = "tocsin_notices"


@dataclass(frozen=True, slots=True)
class News:
    """One notice: topics are the kinds of rows that changed (`clock`, `role`, `timeline` …) of that incident (`inc_…`)."""

    organisation_id: UUID
    seq: int
    incident: str
    topics: tuple[str, ...]


Tell = Callable[[News], None]


class Bus:
    """Hands notices to the readers in this process, those of every organisation: a reader takes what is for it."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._readers: list[Tell] = []

    @property
    def has_readers(self) -> bool:
        """Return whether anybody reads now."""
        return bool(self._readers)

    @contextmanager
    def subscribed(self, tell: Tell) -> Iterator[None]:
        """
        Call `tell` with each notice for as long as the block runs.

        It is called by the thread that committed, so it must neither block nor fail: put the notice into a queue or an event loop.
        """
        with self._mutex:
            self._readers.append(tell)
        try:
            yield
        finally:
            with self._mutex:
                self._readers.remove(tell)

    def publish(self, news: News) -> None:
        """Hand `news` to whoever reads now."""
        with self._mutex:
            readers = tuple(self._readers)
        for tell in readers:
            tell(news)


bus = Bus()


def note(incident: Incident, topics: Iterable[str], now: datetime) -> None:
    """Keep a notice, and hand it out once the transaction is committed. The last thing a transaction does: it holds the counter."""
    note_all([(incident.organisation_id, incident.pk, topics)], now)


def note_all(changed: Iterable[tuple[UUID, UUID, Iterable[str]]], now: datetime) -> None:
    """Keep a notice of each incident (organisation, incident, topics), as `note` does."""
    found: defaultdict[UUID, list[tuple[UUID, Iterable[str]]]] = defaultdict(list)
    for organisation_id, incident_id, topics in changed:
        found[organisation_id].append((incident_id, topics))
    for organisation_id, theirs in sorted(found.items()):  # whoever needs several counters takes them in one order
        first = counters.take(organisation_id, "notice", len(theirs)) - len(theirs) + 1
        numbered = enumerate(theirs, first)
        news = [News(organisation_id, seq, ids.typed("inc", incident_id), tuple(sorted(topics))) for seq, (incident_id, topics) in numbered]
        common = {"organisation_id": organisation_id, "at": now}
        rows = [
            {**common, "seq": one.seq, "incident_id": incident_id, "topics": one.topics}
            for one, (incident_id, _) in zip(news, theirs, strict=True)
        ]
        bulk.run(tables.insert(Notice, rows))
        if bulk.on_postgresql():
            _notify(news)
        transaction.on_commit(partial(_committed, news))


def _committed(news: Sequence[News]) -> None:
    _publish(news)
    bells.report(CHANNEL, _payload(news))


def _publish(news: Iterable[News]) -> None:
    for one in news:
        bus.publish(one)


def since(organisation_id: UUID, seq: int, limit: int = 1000) -> tuple[News, ...]:
    """Return the notices after `seq`, oldest first. What is older than two days is gone: such a reader fetches everything."""
    rows = Notice.objects.filter(organisation_id=organisation_id, seq__gt=seq).order_by("seq")[:limit]
    return tuple(map(_news, rows))


def latest(organisation_id: UUID) -> int:
    """Return the seq of the newest notice, also once it is forgotten; 0 if there never was one."""
    return counters.taken(organisation_id, "notice")


def forget(now: datetime) -> int:
    """Delete some of the notices older than two days and return how many."""
    old = list(Notice.objects.filter(at__lte=now - KEPT_FOR).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return Notice.objects.filter(pk__in=old).delete()[0] if old else 0


def _news(row: Notice) -> News:
    return News(row.organisation_id, row.seq, ids.typed("inc", row.incident_id), tuple(row.topics))


def _notify(news: Sequence[News]) -> None:
    """Tell the other processes. PostgreSQL sends it at the commit; it carries only where to look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, _payload(news)])


def _payload(news: Sequence[News]) -> str:
    return f"{bells.PROCESS}:{news[0].organisation_id.hex}:{news[0].seq}:{len(news)}"


def heard(payload: str) -> None:
    """Hand out what another process notified."""
    process, organisation, seq, many = payload.split(":")
    if process != bells.PROCESS and bus.has_readers:
        _publish(since(UUID(organisation), int(seq) - 1, limit=int(many)))
