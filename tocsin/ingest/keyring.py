"""Which organisation an ingest key opens, remembered for at most a second so that a storm does not ask the database per request."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.db import Error, OperationalError, close_old_connections

from tocsin.accounts import keys
from tocsin.accounts.models import Key
from tocsin.ingest import feeds
from tocsin.ingest.models import Feed
from tocsin.kit import clock

TTL_S = 1.0
SIZE = 20_000
LOOKUPS_MAX = 512
ANSWERED_WITHIN_S = 4.0
"""A sender is told so before it gives up by itself."""


class Overloaded(Exception):  # noqa: N818 - it says how things stand
    """Too many keys are being looked up at once."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a key belongs to. Made for a feed, it opens only that feed's `source`; what comes by it is signed with one of `secrets`, if any."""

    key_id: UUID
    organisation_id: UUID
    source: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    per_minute: int = 0
    """How many bodies may come by it in a minute; 0: as many as come."""


def look_up(secret: str, used: Callable[[Key], object] = keys.touch) -> Holder | None:
    """
    Return the holder of a key as the database knows it now, and note that the key was `used`.

    Behind a key of the organisation and a slash stands the name of a check: then it opens that one, as the check's own key does.
    """
    try:
        secret, _, name = secret.partition("/")
        key = keys.find(keys.INGEST, secret)
        if key is None:
            return None
        used(key)
        feed = feeds.of_key(key.id)
        if not name:
            return _holder(key.id, feed) if feed else Holder(key.id, key.organisation_id)
        named = feeds.of_check(key.organisation_id, name) if feed is None else None
        return _holder(feeds.latest_key(named), named) if named else None
    finally:
        close_old_connections()


def _touch(key: Key) -> None:
    with suppress(Error):  # it is noted at a later use
        keys.touch(key)
    close_old_connections()


def _holder(key_id: UUID, feed: Feed) -> Holder:
    return Holder(key_id, feed.organisation_id, feed.source, feeds.secrets(feed), feed.per_minute or 0)


def digest_of(secret: str) -> bytes:
    """Return under what a key is remembered, which is not the key."""
    return hashlib.sha256(secret.encode()).digest()


class Keyring:
    """
    A cache over `look_up`, for one event loop. No answer older than `TTL_S` is given, so a revoked key is refused within that time;
    one half as old is renewed while it still serves.
    """

    def __init__(
        self,
        look_up: Callable[[str], Holder | None] | None = None,
        monotonic: Callable[[], float] = clock.monotonic,
        answered_within_s: float = ANSWERED_WITHIN_S,
    ) -> None:
        self._look_up = look_up or self._in_the_database
        self._answered_within_s = answered_within_s
        self._monotonic = monotonic
        self._known: dict[bytes, tuple[float, Holder | None]] = {}
        self._running: dict[bytes, asyncio.Task[Holder | None]] = {}
        self._threads = ThreadPoolExecutor(2, "lane-keys")

    def begin(self) -> None:
        """Look up a key that opens nothing: whoever comes first need not wait until there is a connection."""
        self._threads.submit(self._look_up, "")

    def close(self) -> None:
        """Wait until all is noted."""
        self._threads.shutdown()

    def _in_the_database(self, secret: str) -> Holder | None:
        """Look a key up. That it was used is noted afterwards: whoever waits for an answer need not wait for that."""
        return look_up(secret, self._note)

    def _note(self, key: Key) -> None:
        with suppress(RuntimeError):  # the server ends: a later use is noted
            self._threads.submit(_touch, key)

    def at_hand(self, secret: str, digest: bytes) -> Holder | None:
        """Return the holder of `secret`, whose digest the caller keeps, if it is known: for callers that cannot wait."""
        asked_at, holder = self._known.get(digest, (-TTL_S, None))
        age = self._monotonic() - asked_at
        if age >= TTL_S / 2 and holder is not None and digest not in self._running:
            with suppress(Overloaded):  # then a later call renews it
                self._ask(digest, secret)
        return holder if age < TTL_S else None

    async def find(self, secret: str) -> Holder | None:
        """
        Return the holder of `secret`, or None if it opens nothing.

        :raises Overloaded: too many unknown keys at once; try again.
        :raises OperationalError: the database does not answer; try again.
        """
        digest = digest_of(secret)
        asked_at, holder = self._known.get(digest, (-TTL_S, None))
        age = self._monotonic() - asked_at
        if age < TTL_S / 2:
            return holder
        asking = self._running.get(digest) or self._ask(digest, secret)
        if age < TTL_S:
            return holder
        try:
            async with asyncio.timeout(self._answered_within_s):
                return await asyncio.shield(asking)
        except TimeoutError:
            raise OperationalError("no answer in time") from None

    def _ask(self, digest: bytes, secret: str) -> asyncio.Task[Holder | None]:
        if len(self._running) >= LOOKUPS_MAX:
            raise Overloaded
        task = self._running[digest] = asyncio.get_running_loop().create_task(self._renew(digest, secret))
        task.add_done_callback(_seen)
        return task

    async def _renew(self, digest: bytes, secret: str) -> Holder | None:
        asked_at = self._monotonic()
        try:
            holder = await asyncio.get_running_loop().run_in_executor(self._threads, self._look_up, secret)
        finally:
            del self._running[digest]
        self._known.pop(digest, None)
        if len(self._known) >= SIZE:
            del self._known[next(iter(self._known))]
        self._known[digest] = (asked_at, holder)
        return holder


def _seen(task: asyncio.Task[Holder | None]) -> None:
    """Take note of a renewal that failed behind an answer still good; if it stays so, the next one to wait for it is told."""
    if not task.cancelled():
        task.exception()
