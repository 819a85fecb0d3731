"""From an alert's POST to the first webhook that tells of it, one alert after the other."""

import json
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

QUIET_S = 0.25
GIVES_UP_AFTER_S = 30.0


class Sink:
    """A webhook's receiver that remembers when something arrived."""

    def __init__(self) -> None:
        self.arrivals: list[float] = []
        self.arrived = threading.Condition()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                with sink.arrived:
                    sink.arrivals.append(time.perf_counter())
                    sink.arrived.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """A server that is ended while it holds a connection is none of our errors."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> "Sink":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def first_after(self, count: int) -> float:
        """Return when the first request after the `count` earlier ones arrived."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.arrivals) > count, GIVES_UP_AFTER_S):
                raise TimeoutError(f"no delivery within {GIVES_UP_AFTER_S} s")
            return self.arrivals[count]

    def rest(self) -> int:
        """Wait until nothing more arrives, and return how many have."""
        with self.arrived:
            while True:
                seen = len(self.arrivals)
                if not self.arrived.wait_for(lambda seen=seen: len(self.arrivals) > seen, QUIET_S):
                    return seen


def alert(number: int, *, webhook: bool) -> bytes:
    """Return alert `number`, which some route wants, in the form of a notification or of Alertmanager's API."""
    one: dict[str, Any] = {
        "labels": {"alertname": "Bench", "number": str(number)},
        "annotations": {"summary": f"Bench {number}"},
        "startsAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    if not webhook:
        return json.dumps([one]).encode()
    return json.dumps({"version": "4", "alerts": [{**one, "status": "firing", "fingerprint": f"{number:016x}"}]}).encode()


def measure(url: str, sink: Sink, count: int, *, webhook: bool) -> list[float]:
    """Return, sorted, how many seconds each of `count` alerts took to its first delivery."""
    taken = []
    for number in range(count):
        before = sink.rest()
        posted = time.perf_counter()
        request = urllib.request.Request(url, alert(number, webhook=webhook), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=GIVES_UP_AFTER_S):
            pass
        taken.append(sink.first_after(before) - posted)
    return sorted(taken)
