"""
The streams of notices, raw ASGI: `/o/{slug}/stream` for pages (session), `/api/v1/stream` for programs (API key).

A page gets one event per topic, so that `hx-trigger="sse:<topic>"` fetches what shows it; a program gets `notice` events. The data is
`{seq, topics, incident}` in both. `?since=` or `Last-Event-ID` catches up; `stale` says that the gap is longer than notices are kept.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib import auth
from django.db import Error, close_old_connections
from django.http import HttpRequest, parse_cookie

from tocsin.accounts import access, keys
from tocsin.accounts.models import Organisation, Person
from tocsin.accounts.sessions import SessionStore
from tocsin.incidents import notices, readers
from tocsin.incidents.notices import News
from tocsin.kit import chance, ids
from tocsin.web.headers import HEADERS
from tocsin.web.listeners import Full, Seats

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

P = ParamSpec("P")
T = TypeVar("T")

PAGE = re.compile(r"/o/([-\w]+)/stream")
API = "/api/v1/stream"
SILENCE_S = 15.0
LOOK_EVERY_S = 1.0
BATCH = 500


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens (a typed person id), and how the events are spelled for them. `still` asks again whether they may."""

    organisation_id: UUID
    person: str
    since: int
    spell: Callable[[Sequence[News]], bytes]
    still: Callable[[], bool]
    guest: bool = False
    hidden: set[str] = field(default_factory=set)
    """Incidents of which the listener has heard once that they are none of their business."""

    def hears(self, news: Sequence[News]) -> list[News]:
        """
        Return what of the news is about incidents that the listener sees.

        Of any other the first is kept, without saying which: an incident that was just restricted has to go from the page.
        """
        wanted = {ids.untyped("inc", each.incident) for each in news}
        viewer = readers.Viewer(self.organisation_id, self.person, self.guest)
        unseen = {ids.typed("inc", each) for each in viewer.hidden(wanted)}
        partly = {ids.typed("inc", each) for each in viewer.partly(wanted)} - unseen
        told = [self._in_part(each) if each.incident in partly else each for each in news if self._new(each, unseen)]
        return [replace(each, incident="", topics=("board",)) if each.incident in unseen else each for each in told]

    def _in_part(self, news: News) -> News:
        """Return news without what changed where the listener does not look."""
        return replace(news, topics=tuple(topic for topic in news.topics if topic in readers.TOPICS_OF_A_PART))

    def _new(self, news: News, unseen: set[str]) -> bool:
        new = news.incident not in unseen or news.incident not in self.hidden
        if news.incident in unseen:
            self.hidden.add(news.incident)
        return new


class Watch:
    """
    Waits for new notices on behalf of every listener of this process.

    The bus brings most of them at once; what it did not (another process, a lost connection) one question per organisation and second finds.
    """

    def __init__(self) -> None:
        self._waiting: dict[UUID, set[asyncio.Event]] = {}
        self._latest: dict[UUID, int] = {}
        self._looking: asyncio.Task[None] | None = None

    async def news(self, organisation_id: UUID, seq: int) -> tuple[News, ...]:
        """Return the notices after `seq`, waiting at most 15 s for the first."""
        event = asyncio.Event()
        self._waiting.setdefault(organisation_id, set()).add(event)
        self._look()
        try:
            async with asyncio.timeout(SILENCE_S):
                while self._latest.get(organisation_id, 0) <= seq:
                    event.clear()
                    await event.wait()
        except TimeoutError:
            return ()
        finally:
            self._waiting[organisation_id].discard(event)
        return await _in_thread(notices.since, organisation_id, seq, BATCH)

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._run(), name="notices")

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()

        def tell(news: News) -> None:
            with suppress(RuntimeError):  # the server is ending, nobody listens any more
                loop.call_soon_threadsafe(self._heard, news.organisation_id, news.seq)

        with notices.bus.subscribed(tell):
            while any(self._waiting.values()):
                for organisation_id in [each for each, events in self._waiting.items() if events]:
                    await self._ask(organisation_id)
                await asyncio.sleep(LOOK_EVERY_S)

    async def _ask(self, organisation_id: UUID) -> None:
        try:
            latest = await _in_thread(notices.latest, organisation_id)
        except Error:
            return  # a lost database is waited out; listeners stay
        self._heard(organisation_id, latest)

    def _heard(self, organisation_id: UUID, latest: int) -> None:
        if latest > self._latest.get(organisation_id, 0):
            self._latest[organisation_id] = latest
            for event in self._waiting.get(organisation_id, ()):
                event.set()


watch = Watch()
seats = Seats()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one stream until the client goes, or may no longer listen."""
    answer = await _in_thread(_admit, scope)
    if isinstance(answer, int):
        await _refuse(send, answer)
        return
    try:
        with seats.taken(answer.organisation_id, answer.person):
            await _serve(answer, receive, send)
    except Full:
        await _refuse(send, 503, [(b"retry-after", b"%d" % chance.between(5, 15))])


async def _serve(answer: Listener, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _headers("text/event-stream; charset=utf-8")})
    gone = asyncio.ensure_future(_gone(receive))
    telling = asyncio.ensure_future(_tell(answer, send))
    try:
        await asyncio.wait({gone, telling}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        telling.cancel()
    if telling.done() and not telling.cancelled():
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _tell(listener: Listener, send: Send) -> None:
    # Everybody loses a stream at the same moment when a server ends; they must not all come back at the same moment.
    await _write(send, b"retry: %d\n\n" % chance.between(2000, 6000))
    latest = await _in_thread(notices.latest, listener.organisation_id)
    seq = min(listener.since, latest)  # later than the latest: it was heard before the database was put back from a copy
    if seq < listener.since or seq < await _in_thread(_oldest, listener.organisation_id):
        seq = latest  # whoever is told so fetches everything
        await _write(send, b"event: stale\ndata: {}\n\n")
    loop = asyncio.get_running_loop()
    asked = loop.time()
    while True:
        news = await watch.news(listener.organisation_id, seq)
        if not news or loop.time() - asked >= SILENCE_S:  # news or not: whoever was shut out is not told on
            if not await _in_thread(listener.still):
                return
            asked = loop.time()
        seq = news[-1].seq if news else seq
        heard = await _in_thread(listener.hears, news) if news else []
        await _write(send, listener.spell(heard) if heard else b": still here\n\n")


def _oldest(organisation_id: UUID) -> int:
    """Return the seq before the oldest notice still kept, 0 while all are; the latest where none is."""
    first = notices.since(organisation_id, 0, 1)
    return first[0].seq - 1 if first else notices.latest(organisation_id)


def _admit(scope: Scope) -> Listener | int:
    """Return the listener, or the status that says why not: 401 to whoever is unknown, 404 to strangers of the organisation."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    since = _since(headers, scope.get("query_string", b""))
    if scope["path"] == API:
        return _program(headers, since)
    person = _person(headers)
    if person is None:
        return 401
    page = PAGE.fullmatch(scope["path"])
    organisation = Organisation.objects.filter(slug=page[1]).first() if page else None
    if organisation is None or not access.may(person, organisation, access.ATTEND):
        return 404

    def still() -> bool:
        return _person(headers) is not None and access.may(person, organisation, access.ATTEND)

    begins = notices.latest(organisation.id) if since is None else since
    guest = not access.may(person, organisation, access.SEE)
    return Listener(organisation.id, ids.typed("per", person.id), begins, for_page, still, guest)


def _program(headers: dict[str, str], since: int | None) -> Listener | int:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    opened = keys.open_api(secret) if scheme.lower() == "bearer" else None
    if opened is None or access.SEE not in opened.acts:
        return 401
    organisation = opened.organisation

    def still() -> bool:
        found = keys.open_api(secret)
        return found is not None and access.SEE in found.acts

    begins = notices.latest(organisation.id) if since is None else since
    return Listener(organisation.id, ids.typed("per", opened.person_id), begins, for_program, still)


def for_page(news: Sequence[News]) -> bytes:
    """Return one event per topic: however long the gap, a page fetches each fragment once."""
    latest: dict[str, News] = {topic: each for each in news for topic in each.topics}
    return b"".join(_event(topic, news[-1].seq, each) for topic, each in latest.items()) or f"id: {news[-1].seq}\n\n".encode()


def for_program(news: Sequence[News]) -> bytes:
    """Return one event per notice."""
    return b"".join(_event("notice", each.seq, each) for each in news if each.incident)


def _event(name: str, seq: int, news: News) -> bytes:
    data = json.dumps({"seq": news.seq, "topics": news.topics, "incident": news.incident})
    return f"id: {seq}\nevent: {name}\ndata: {data}\n\n".encode()


def _person(headers: dict[str, str]) -> Person | None:
    request = HttpRequest()
    request.session = SessionStore(parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME))
    user = auth.get_user(request)
    return user if isinstance(user, Person) else None


def _since(headers: dict[str, str], query: bytes) -> int | None:
    said = headers.get("last-event-id") or parse_qs(query.decode("latin-1")).get("since", [""])[0]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*_headers("text/plain; charset=utf-8"), *more]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _headers(content_type: str) -> list[tuple[bytes, bytes]]:
    said = {**HEADERS, "Content-Type": content_type, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return [(name.lower().encode(), value.encode()) for name, value in said.items()]


async def _in_thread(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call what touches the database in a thread of the pool and give its connection back."""

    def call() -> T:
        try:
            return function(*arguments, **named)
        finally:
            close_old_connections()

    return await sync_to_async(call, thread_sensitive=False)()
