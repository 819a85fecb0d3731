"""A server that writes down what clients send it, and answers as the lane would."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import django

django.setup()  # where a program begins here, nobody has done it yet

from tests.ingest import posting  # noqa: E402
from tests.ingest.posting import Store  # noqa: E402

HERE = Path(__file__).parent
TOLD = ("authorization", "content-encoding", "content-type", "user-agent", "x-api-key")
PREFIXES = ("ce-", "sentry-hook-")


class Recorder:
    """Everything that came, as the text of a recording; `url` is where to send it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[bytes] = []

    def write(self, source: str, *names: str) -> None:
        """Write the calls since the last time into the folder of a source, one name for each in order, and check their number."""
        calls, self.calls = self.calls, []
        assert len(calls) == len(names), (source, names, calls)
        for name, call in zip(names, calls, strict=True):
            (HERE / source / f"{name}.http").write_bytes(call)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Serve a recorder."""
    recorder = Recorder("")

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = [(name, value) for name, value in self.headers.items() if name.lower() in TOLD or name.lower().startswith(PREFIXES)]
            told.append(("Date", formatdate(time.time() + 1, usegmt=True)))
            head = "".join(f"{name}: {value}\n" for name, value in told)
            recorder.calls.append(f"{self.command} {self.path} HTTP/1.1\n{head}\n".encode() + body)
            self.reply(body)

        do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - the names that http.server calls

        def reply(self, body: bytes) -> None:
            headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
            lane = posting.lane(Store())
            sent: list[Any] = []

            async def receive() -> Any:
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message: Any) -> None:
                sent.append(message)

            path, _, query = self.path.partition("?")
            scope = {"type": "http", "method": self.command, "path": path, "raw_path": path.encode(), "query_string": query.encode()}
            asyncio.run(lane({**scope, "headers": headers}, receive, send))
            lane.close()
            self.send_response(sent[0]["status"])
            for name, value in sent[0]["headers"]:
                self.send_header(name.decode(), value.decode())
            self.end_headers()
            self.wfile.write(sent[1]["body"])

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
