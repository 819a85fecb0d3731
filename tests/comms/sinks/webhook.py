"""An HTTP server that behaves as told and keeps what it was sent."""

import json
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"
BEHAVIOURS = {
    "accepts": (200, {}, b'{"ok": true, "id": "17"}'),
    "rejects": (403, {}, b'{"error": "no such hook"}'),
    "contradicts": (200, {}, b'{"ok": false, "error": "channel_is_archived"}'),
    "busy": (429, {"Retry-After": "90"}, b"slow down"),
    "fails": (503, {}, b"maintenance"),
    "redirects": (302, {"Location": "http://127.0.0.1:9/"}, b""),
    "floods": (200, {}, b"x" * 300_000),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One POST as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class Sink:
    """The server, for as long as a `with` block. `behaviour` may be changed meanwhile."""

    def __init__(self, behaviour: str = "accepts", tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.behaviour = behaviour
        self.requests: list[Request] = []
        self.over = threading.Event()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.requests.append(Request(self.path, dict(self.headers), body))
                sink.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """A client that leaves is none of our errors."""

        self._server = Server((address, 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.address, self.port = address, self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request as told."""
        if self.behaviour == "hangs":
            self.over.wait()
        elif self.behaviour == "dribbles":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while not self.over.wait(0.01):
                handler.wfile.write(b" ")
        else:
            status, headers, body = BEHAVIOURS[self.behaviour]
            handler.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}/hook"

    @property
    def fields(self) -> dict[str, str]:
        """What a channel that is to reach this sink is configured with."""
        return {"url": self.url, "secret": SECRET}

    @property
    def keys(self) -> list[str]:
        """The keys by which repeated requests are recognised, in order of arrival."""
        return [request.headers["webhook-id"] for request in self.requests]

    @property
    def contents(self) -> list[bytes]:
        """What was sent, byte for byte."""
        return [request.body for request in self.requests]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Subject and body of each message."""
        return [(data["subject"], data["body"]) for data in (json.loads(body)["data"] for body in self.contents)]

    def __enter__(self) -> "Sink":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
