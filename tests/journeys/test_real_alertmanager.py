"""A real Alertmanager raises an incident by itself, and its all-clear ends the alert, not the incident."""

import pytest

from tests.serving import eventually


@pytest.mark.alertmanager
@pytest.mark.row("REG-01")
def test_an_alert_declares_one_incident_and_its_end_is_not_the_incidents_end(running, api, alertmanager):
    source = alertmanager(f"{running.served.url}/in/alertmanager/{running.ingest_key}")

    source.fire(alertname="HotlineDown", region="north")
    (incident,) = eventually(lambda: api.get("/incidents").json()["items"])
    (alert,) = api.get("/alerts", params={"firing": True}).json()["items"]
    assert alert["labels"] == {"alertname": "HotlineDown", "region": "north"}
    (report,) = api.get(f"/incidents/{incident['id']}").json()["reports"]
    assert report["means"] == "alert"

    source.clear(alertname="HotlineDown", region="north")
    eventually(lambda: api.get("/alerts", params={"firing": False}).json()["items"])
    (still,) = api.get("/incidents").json()["items"]
    assert (still["id"], still["phase"]) == (incident["id"], incident["phase"])
