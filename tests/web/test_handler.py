"""Django under ASGI, on threads that last."""

import asyncio
import threading
from typing import Any

import pytest
from django.db import connection, connections

from tocsin.web.handler import Handler


@pytest.fixture
def handler() -> Any:
    made = Handler(1, "test")
    yield made
    made._threads.submit(connections.close_all).result()  # that thread's own
    made._threads.shutdown()


def ask(handler: Handler, path: str, *received: dict[str, Any], method: str = "GET", headers: tuple = ()) -> list[dict[str, Any]]:
    """Return what is sent for a request whose body is received in these messages."""
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [(b"host", b"localhost"), *headers]}
    messages, sent = list(received or ({"type": "http.request", "body": b""},)), []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(handler(scope, receive, send))
    return sent


def test_a_request_is_answered_whole(handler: Handler):
    head, body = ask(handler, "/healthz")
    assert (head["status"], body["body"], body["more_body"]) == (200, b"ok\n", False)
    assert dict(head["headers"])[b"X-Frame-Options"] == b"DENY"


def test_a_form_is_read_in_the_pieces_that_it_comes_in(handler: Handler):
    token = b"a" * 32
    form = [
        {"type": "http.request", "body": b"csrfmiddlewaretoken=" + token, "more_body": True},
        {"type": "http.request", "body": b"&next=/readyz"},
    ]
    headers = ((b"content-type", b"application/x-www-form-urlencoded"), (b"cookie", b"tocsin_csrf=" + token))
    head, _ = ask(handler, "/theme", *form, method="POST", headers=headers)
    assert (head["status"], dict(head["headers"])[b"Location"]) == (303, b"/readyz")
    assert ask(handler, "/theme", form[0], {"type": "http.disconnect"}, method="POST", headers=headers) == []


@pytest.mark.django_db(transaction=True)
def test_requests_are_answered_by_a_thread_that_keeps_its_connection_to_sqlite(handler: Handler, monkeypatch: pytest.MonkeyPatch):
    used = []

    def look() -> None:
        used.append((threading.get_ident(), connection.connection))

    for _ in range(2):
        assert ask(handler, "/")[0]["status"] in {200, 302}
        handler._threads.submit(look).result()
    assert used[0] == used[1]
    assert (used[0][1] is not None) is (connection.vendor == "sqlite")


def test_on_sqlite_one_page_reads_at_a_time_and_what_writes_waits_for_none(handler: Handler, monkeypatch: pytest.MonkeyPatch):
    respond, had_turn = handler.get_response, []

    def seen(request: Any) -> Any:
        had_turn.append(handler._reading.locked())
        return respond(request)

    monkeypatch.setattr(handler, "get_response", seen)
    ask(handler, "/healthz")
    ask(handler, "/theme", method="POST")
    assert had_turn == [connection.vendor == "sqlite", False]


def test_a_page_that_waits_itself_holds_nobody_up_for_long(handler: Handler):
    with handler._reading:
        assert ask(handler, "/healthz")[0]["status"] == 200
        assert handler._reading.locked()
    assert not handler._reading.locked()
