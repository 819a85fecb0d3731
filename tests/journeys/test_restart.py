"""The server is killed, a deadline passes, it is started again: nothing acknowledged is lost, and what fell due is recorded once."""

from datetime import datetime, timedelta

import pytest

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


def of(api, incident, clock):
    """Return what is recorded of one clock's breaches."""
    return [each for each in api.get(f"/incidents/{incident}").json()["breaches"] if each["clock"] == clock]
