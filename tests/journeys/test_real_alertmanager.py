"""A real Alertmanager raises an incident by itself, and its all-clear ends the alert, not the incident; amtool silences here as there."""

import subprocess

import pytest

from tests import programs
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


@pytest.mark.amtool
def test_amtool_silences_here_what_it_would_silence_there(running, api, tmp_path):
    config = tmp_path / "amtool.yml"
    config.write_text(f"authorization:\n  credentials: {running.api_key}\n", "utf-8")

    def amtool(*words: str) -> list[str]:
        options = (f"--alertmanager.url={running.served.url}", f"--http.config.file={config}")
        done = subprocess.run([programs.program("amtool"), *options, "silence", *words], capture_output=True, text=True, check=True)
        return done.stdout.split()

    (made,) = amtool("add", "alertname=HotlineDown", 'region=~"nor.*"', "--comment=Trunk", "--duration=2h")
    (ours,) = api.get("/silences", params={"state": "active"}).json()["items"]
    assert (ours["id"], ours["match"]) == (f"sil_{made.replace('-', '')}", "alertname=HotlineDown, region=~nor.*")
    assert amtool("query", "--quiet", "alertname=HotlineDown") == [made]
    amtool("update", "--duration=4h", made)
    (longer,) = amtool("query", "--quiet")
    assert longer != made, "what changes is another silence, as there"
    amtool("expire", longer)
    assert amtool("query", "--quiet") == []
