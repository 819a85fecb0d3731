"""The server is killed, a deadline passes, it is started again: nothing acknowledged is lost, and what fell due is recorded once."""

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.ingest import bodies
from tests.serving import eventually


@pytest.mark.kill
@pytest.mark.row("CLK-07", "I1", "I3", "I4", "I12")
def test_a_clock_that_fell_due_while_the_server_was_dead_is_breached_once_and_says_so(running, api):
    incident = api.post("/incidents", json={"words": "The hotline is silent"}).json()["incident"]
    noted = [api.post(f"/incidents/{incident}/commands", json={"command": "note", "words": f"line {n}"}).json()["seq"] for n in range(5)]
    (clock,) = [each for each in api.get(f"/incidents/{incident}/clocks").json() if each["clock"] == "first_judgement"]

    running.served.kill()
    running.served.move(timedelta(minutes=20))
    running.served.start()

    (breach,) = eventually(lambda: of(api, incident, clock["clock"]))
    assert breach["due_at"] == clock["due_at"]
    assert breach["after_downtime"] is True
    late_s = (datetime.fromisoformat(breach["at"]) - datetime.fromisoformat(clock["due_at"])).total_seconds()
    assert breach["late_s"] == int(late_s)
    kept = {line["seq"] for line in api.get(f"/incidents/{incident}/timeline").json()["items"]}
    assert kept.issuperset(noted)

    running.served.kill()
    running.served.move(timedelta(minutes=1))
    running.served.start()
    assert len(of(api, incident, clock["clock"])) == 1
    running.served.stop()
    running.served.run("doctor")


@pytest.mark.kill
@pytest.mark.row("F-2", "I1", "I2")
def test_the_processes_beside_are_killed_again_and_again_and_every_alert_arrives_once(running, api):
    sent, killed = [], []
    for _ in range(3):
        helpers = eventually(lambda: both(helpers_of(running.served.process.pid) - {*killed}))
        for _ in range(20):
            sent.append(f"A{len(sent)}")
            posted = httpx.post(f"{running.served.url}/in/alertmanager/{running.ingest_key}", content=bodies.body(bodies.entry(sent[-1])))
            assert posted.status_code == 202, "who answers senders goes on"
        for helper in helpers:  # who reads the log, and who declares
            os.kill(helper, signal.SIGKILL)
        killed.extend(helpers)

    def alerts():
        return {one["fingerprint"]: one["received"] for one in api.get("/alerts", params={"limit": 200}).json()["items"]}

    assert eventually(lambda: (arrived := alerts()).keys() >= set(sent) and arrived) == dict.fromkeys(sent, 1)
    eventually(lambda: httpx.get(f"{running.served.url}/readyz").status_code == 200)
    assert any("child.ended" in line for line in running.served.lines)


def both(helpers):
    return helpers if len(helpers) == 2 else None


def helpers_of(serving):
    """Return the processes in which a server's log is read and incidents are declared, as far as there are: its children's children."""
    return {int(pid) for keeper in children_of(serving) for pid in children_of(keeper)}


def children_of(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def of(api, incident, clock):
    """Return what is recorded of one clock's breaches."""
    return [each for each in api.get(f"/incidents/{incident}").json()["breaches"] if each["clock"] == clock]
