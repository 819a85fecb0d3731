"""What a fleet goes through: senders that never stop, and a reckoning of what they were promised."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx

from tests.fleet.hosts import Fleet
from tests.ingest import bodies
from tests.serving import eventually

FALLS_DUE = timedelta(minutes=31)
"""The small plan's technician has to look within 30."""
SETTLES_WITHIN_S = 60
BREACHED = """SELECT incident_id, body::json->>'clock', body::json->>'generation', body::json->>'occurrence'
    FROM incidents_entry WHERE type = 'ClockBreached'"""
ENDED = "SELECT state, count(*) FROM comms_delivery WHERE channel = 'email' GROUP BY state"


class Senders:
    """Post alert after alert to whichever web answers, each until it is acknowledged, as Alertmanager does."""

    def __init__(self, fleet: Fleet, routed: range, count: int = 2, pause_s: float = 0.02) -> None:
        self._fleet = fleet
        self.routed = routed
        self.begun = incidents(fleet) + len(routed)
        """How many incidents there are to be in the end."""
        self._numbers = itertools.count(routed.stop * 1_000_000)
        self._over = threading.Event()
        self._pause_s = pause_s
        self.acknowledged: set[str] = set()
        self.answers: Counter[int] = Counter()
        self._threads = [threading.Thread(target=self._send, args=(turn,)) for turn in range(count)]

    def declare(self) -> None:
        """Post the alerts that are routed, of which each begins an incident."""
        with httpx.Client(trust_env=False, timeout=5) as client:
            for number in self.routed:
                self._post(client, number, number)

    def _send(self, turn: int) -> None:
        with httpx.Client(trust_env=False, timeout=5) as client:
            while not self._over.wait(self._pause_s):
                self._post(client, next(self._numbers), turn)

    def _post(self, client: httpx.Client, number: int, turn: int) -> None:
        urls = [f"{web.served.url}/in/alertmanager/{self._fleet.ingest_key}" for web in self._fleet.webs()]
        labels = {"alertname": "Fleet", "number": str(number)}
        body = bodies.body(bodies.entry(f"n{number}", labels=labels, starts_at=datetime.now(UTC)))
        for attempt in itertools.count(turn):
            try:
                answer = client.post(urls[attempt % len(urls)], content=body)
            except httpx.TransportError:
                pass
            else:
                self.answers[answer.status_code] += 1
                if answer.status_code == 202:
                    self.acknowledged.add(f"n{number}")
                    return
            if self._over.wait(0.1):
                return

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Send for as long as the block runs."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()


def incidents(fleet: Fleet) -> int:
    """Return how many incidents the routes have begun."""
    ((count,),) = fleet.ask("SELECT count(*) FROM incidents_incident WHERE standing = ''")
    return int(str(count))


def breaches(fleet: Fleet) -> int:
    """Return of how many incidents the journal says that the technician was late."""
    return sum(clock == "look" for _, clock, *_ in _breached(fleet))


def _breached(fleet: Fleet) -> Counter[tuple[object, ...]]:
    """Return how often each occurrence of each clock stands in a journal as breached."""
    return Counter(fleet.ask(BREACHED))


def reckon(fleet: Fleet, senders: Senders) -> None:
    """See that every promise was kept: alerts, clocks and messages. Whether every record is whole, `Fleet.doctor` says."""
    eventually(lambda: senders.acknowledged <= {str(key) for (key,) in fleet.ask("SELECT fingerprint FROM ingest_alert")}, SETTLES_WITHIN_S)
    assert fleet.ask("SELECT count(*) FROM ingest_rawbody WHERE state = 2") == [(0,)]

    assert incidents(fleet) == senders.begun
    assert breaches(fleet) == senders.begun
    assert set(_breached(fleet).values()) == {1}, "a clock is breached once, whoever saw it first"

    unsettled = "SELECT count(*) FROM comms_delivery WHERE channel = 'email' AND state IN ('pending', 'sending')"
    eventually(lambda: fleet.ask(unsettled) == [(0,)], SETTLES_WITHIN_S)
    ended = {str(state): int(str(count)) for state, count in fleet.ask(ENDED)}
    assert set(ended) == {"sent"}, ended
    arrived = Counter(fleet.sink.keys)
    assert len(arrived) == ended["sent"], "each message arrived, under one key"
    ((doubtful,),) = fleet.ask("SELECT count(*) FROM comms_delivery WHERE doubtful")
    assert sum(arrived.values()) - len(arrived) <= int(str(doubtful)), "twice only where an attempt was cut short"
