"""How long a person's command takes while the lane is full: ten notes a second, through the API and the desk."""

import json
import time
import urllib.request
from typing import Any

from bench import lane, load, peers
from bench.beside import Beside
from bench.figures import Report, quantile
from bench.scale import Scale

EVERY_S = 0.1


def measure(scale: Scale, report: Report) -> None:
    """Report how long a note takes while nothing else happens, and under each case's load."""
    with peers.prepared(("bench.routes", "")) as prepared, peers.tocsin(prepared) as tocsin:
        clerk = Clerk(tocsin.base_url, prepared.api_key)
        for case in (None, *lane.CASES):
            with clerk:
                if case is None:
                    time.sleep(scale.notes)
                else:
                    load.send(tocsin.url, "webhook", batch=case.batch, connections=case.connections, measured_s=scale.notes)
            p50, p99 = (1000 * quantile(clerk.taken, share) for share in (0.5, 0.99))
            name = case.name if case else "idle"
            report.say(f"a note through the desk, {name}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, {len(clerk.taken)} notes")
            report.keep(f"desk.{name}", clerk.taken)


class Clerk(Beside):
    """Writes notes into one incident for as long as a `with` block, each answer waited for; latencies count from when a note was due."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._api = f"{base_url}/api/v1/incidents"
        self._headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
        super().__init__()
        self._incident = self._post(self._api, {"words": "Measured", "plan": "bench"})["number"]

    def go_on(self) -> None:
        """Write a note whenever one is due."""
        due = time.perf_counter()
        while not self.over.wait(max(0.0, due - time.perf_counter())):
            self._post(f"{self._api}/{self._incident}/commands", {"command": "note", "words": "Still at it."})
            self.taken.append(time.perf_counter() - due)
            due += EVERY_S

    def _post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(url, json.dumps(body).encode(), self._headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            said: dict[str, Any] = json.loads(answer.read())
        return said
