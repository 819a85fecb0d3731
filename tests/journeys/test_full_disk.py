"""The disk is full: senders are asked to come again, clocks go on from the reserve, and with room again all is as before, without a restart."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests import mounts
from tests.ingest import bodies
from tests.serving import Installed, eventually

pytestmark = [pytest.mark.kill, pytest.mark.sqlite, pytest.mark.mounts]

DISK = "96m"
CHUNK = bytes(256 * 1024)


@pytest.mark.row("F-6", "I4")
def test_a_full_disk_refuses_alerts_keeps_the_clocks_going_and_recovers_by_itself(installed: Installed) -> None:
    served = installed.served
    served.within = mounts.on_a_disk_of_its_own(served.home, DISK)
    served.start()
    disk = mounts.seen(served)
    headers = {"Authorization": f"Bearer {installed.api_key}"}
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=headers, trust_env=False, timeout=60) as api:
        incident = api.post("/incidents", json={"words": "The hotline is silent"}).json()["incident"]
        fill(disk)

        assert ready(served.url) == (503, ["disk"])
        refused = alarm(installed, "a1")
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "not_stored", "1")
        served.move(timedelta(minutes=20))
        eventually(lambda: api.get(f"/incidents/{incident}").json()["breaches"])
        assert api.post(f"/incidents/{incident}/commands", json={"command": "note", "words": "no room"}).is_success

        (disk / "filler").unlink()
        eventually(lambda: ready(served.url) == (200, []))
        assert alarm(installed, "a2").status_code == 202
        eventually(lambda: [alert["fingerprint"] for alert in api.get("/alerts").json()["items"]] == ["a2"])
        served.stop()


def fill(disk: Path) -> None:
    """Fill the disk until the reserve is given up."""
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while (disk / "reserve").exists():
            filler.write(CHUNK)
    eventually(lambda: not (disk / "reserve").exists())


def alarm(installed: Installed, key: str) -> httpx.Response:
    url = f"{installed.served.url}/in/alertmanager/{installed.ingest_key}"
    return httpx.post(url, content=bodies.body(bodies.entry(key)), trust_env=False, timeout=30)


def ready(url: str) -> tuple[int, list[str]]:
    answer = httpx.get(f"{url}/readyz", trust_env=False, timeout=30)
    return answer.status_code, answer.json()["stale"]
