"""Connections that are kept: what goes over one again, what never does, and what happens when the other side has closed it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_network
from types import TracebackType

import pytest

from tocsin.kit.egress import Egress, Opening, Rejected, Unreachable
from tocsin.kit.egress.kept import Shelf, shelf

LOOPBACK = Opening(ip_network("127.0.0.0/8"))
OPEN = Egress(openings=(LOOPBACK,), deadline_s=5)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Answers what comes, `answers` times over each connection before it closes it. `connections` counts them."""

    def __init__(self, answer: bytes = ANSWER, answers: int = 100) -> None:
        self.answer, self.answers = answer, answers
        self.connections = self.requests = 0
        self.closed = threading.Semaphore(0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def __enter__(self) -> "Server":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        with suppress(OSError):  # it has stopped already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            for _ in range(self.answers):
                if not sock.recv(65536):
                    break
                self.requests += 1
                sock.sendall(self.answer)
        self.closed.release()


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    """Let no test have what another has left."""
    shelf.forget()
    yield
    shelf.forget()


def test_the_next_message_to_a_place_goes_over_the_same_connection():
    with Server() as server:
        assert [OPEN.post(server.url + path).body for path in ("a", "b", "c")] == [b"{}"] * 3
    assert (server.connections, server.requests) == (1, 3)


def test_another_door_dials_for_itself_and_a_network_that_was_closed_is_closed():
    with Server() as server:
        OPEN.post(server.url)
        Egress(openings=(LOOPBACK, Opening(ip_network("10.0.0.0/8")))).post(server.url)
        assert server.connections == 2
        with pytest.raises(Rejected, match="loopback"):
            Egress().post(server.url)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", id="closes"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", id="old"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000, id="too long to be read"),
    ],
)
def test_a_connection_that_is_not_to_be_kept_is_not(answer):
    with Server(answer) as server:
        OPEN.post(server.url)
        OPEN.post(server.url)
    assert server.connections == 2


def test_an_answer_without_a_length_ends_with_its_connection():
    with Server(b"HTTP/1.1 200 OK\r\n\r\nall of it", answers=1) as server:
        assert OPEN.post(server.url).body == b"all of it"
        assert OPEN.post(server.url).body == b"all of it"


def test_an_answer_that_is_shorter_than_it_says_is_in_doubt():
    with Server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", answers=1) as server, pytest.raises(Unreachable) as caught:
        OPEN.post(server.url)
    assert caught.value.in_doubt


def test_what_is_said_before_the_answer_is_not_the_answer():
    with Server(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ANSWER) as server:
        reply = OPEN.post(server.url)
        OPEN.post(server.url)
    assert (reply.status, reply.body, "link" in reply.headers, server.connections) == (200, b"{}", False, 1)


def test_pieces_are_put_together():
    with Server(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n') as server:
        assert OPEN.post(server.url).json() == {"a": 1}


def test_over_a_connection_that_the_other_side_has_closed_nothing_is_lost():
    with Server(answers=1) as server:
        OPEN.post(server.url)
        assert server.closed.acquire(timeout=5)
        assert OPEN.post(server.url).status == 200
    assert (server.connections, server.requests) == (2, 2)


def test_whatever_is_sent_over_one_that_closes_at_that_moment_is_sent_once_more(monkeypatch):
    monkeypatch.setattr("tocsin.kit.egress.kept.Kept.good", lambda kept, now: True)
    with Server(answers=1) as server:
        OPEN.post(server.url)
        assert server.closed.acquire(timeout=5)
        assert OPEN.post(server.url).status == 200
        assert server.closed.acquire(timeout=5)
        server.stop()
        with pytest.raises(Unreachable) as caught:
            OPEN.post(server.url)
    assert caught.value.in_doubt, "nobody knows whether it took what went over the old one"


def test_what_is_idle_is_closed_and_no_more_are_kept_than_may_be(monkeypatch):
    own = Shelf()
    pairs = [socket.socketpair() for _ in range(3)]
    monkeypatch.setattr("tocsin.kit.egress.kept.MOST", 2)
    for ours, _ in pairs:
        own.put("there", ours, 0.0)
    assert [ours.fileno() < 0 for ours, _ in pairs] == [False, False, True]
    monkeypatch.setattr("tocsin.kit.egress.kept.IDLE_S", -1.0)
    assert own.take("there") is None
    assert all(ours.fileno() < 0 for ours, _ in pairs)
    for _, theirs in pairs:
        theirs.close()
