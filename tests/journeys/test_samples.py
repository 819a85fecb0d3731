"""The server is killed while samples come in: whatever was answered with 2xx is there afterwards, once."""

import threading
from datetime import UTC, datetime

import httpx
import pytest

from tests.serving import eventually


@pytest.mark.kill
@pytest.mark.row("I1", "DET-01")
def test_samples_that_were_acknowledged_survive_the_power_cut(running, api):
    at = datetime.now(UTC).isoformat()
    acknowledged, sent = [], []
    stop = threading.Event()

    def hand_in(first: int) -> None:
        with httpx.Client(base_url=api.base_url, headers=api.headers, trust_env=False, timeout=30) as client:
            for number in range(first, 2000, 2):
                if stop.is_set():
                    return
                lines = "".join(f"complaints,{at},1,3600,r{number}.{part}\n" for part in range(5))
                sent.append(number)
                try:
                    answer = client.post("/samples/csv", content=f"signal,at,value,over_s,region\n{lines}".encode())
                except httpx.TransportError:
                    return
                acknowledged.extend([number] if answer.status_code == 201 else [])

    senders = [threading.Thread(target=hand_in, args=(first,)) for first in (0, 1)]
    for sender in senders:
        sender.start()
    eventually(lambda: len(acknowledged) > 10)
    running.served.kill()
    stop.set()
    for sender in senders:
        sender.join()
    running.served.start()
    (counted,) = [one for one in api.get("/signals").json() if one["signal"] == "complaints" and not one["label"]]
    assert 5 * len(acknowledged) <= float(counted["value"]) <= 5 * len(sent)
