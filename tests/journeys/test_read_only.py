"""The disk becomes read-only: the server ends rather than go on with it, shows what is there, takes nothing, and begins anew by itself."""

import re
import resource

import httpx
import pytest

from tests import mounts
from tests.journeys.conftest import PASSWORD
from tests.journeys.test_full_disk import alarm, ready
from tests.serving import Installed, eventually
from tocsin.kit.sqlite.breakdown import EXIT_STATUS

pytestmark = [pytest.mark.kill, pytest.mark.sqlite, pytest.mark.mounts]


@pytest.mark.row("F-7", "F-8")
def test_on_a_disk_that_takes_nothing_any_more_the_server_ends_and_then_shows_what_is_there_until_it_can_be_written(
    installed: Installed,
) -> None:
    served = installed.served
    headers = {"Authorization": f"Bearer {installed.api_key}"}
    with (
        httpx.Client(base_url=served.url, trust_env=False, timeout=30, follow_redirects=True) as person,
        httpx.Client(base_url=f"{served.url}/api/v1", headers=headers, trust_env=False, timeout=30) as api,
    ):
        served.start()
        sign_in(person, installed)
        incident = api.post("/incidents", json={"words": "The hotline is silent"}).json()["incident"]
        assert served.process is not None
        resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (1, 1))
        assert served.ends(within_s=5) == EXIT_STATUS

        served.within = mounts.read_only(served.home)
        served.start(ready=False)
        assert ready(served.url) == (503, ["database", "disk"])
        board = person.get(f"/o/{installed.organisation}/")
        assert board.status_code == 200
        assert "The hotline is silent" in board.text
        assert "The disk of the server is read-only." in board.text
        assert api.get(f"/incidents/{incident}").status_code == 200
        note = api.post(f"/incidents/{incident}/commands", json={"command": "note", "words": "no disk"})
        deed = person.post(f"/o/{installed.organisation}/declare", data={"words": "once more"})
        for answer in (note, deed, alarm(installed, "a1")):
            assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
        assert "Nothing can be changed now" in deed.text

        mounts.open_again(served)
        eventually(served.is_ready)
        assert "read-only" not in person.get(f"/o/{installed.organisation}/").text
        assert alarm(installed, "a2").status_code == 202
        assert served.stop() == 0


def sign_in(person: httpx.Client, installed: Installed) -> None:
    door = person.get(installed.sign_in_link)
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', door.text)[0]
    into = person.post(str(door.url), data={"csrfmiddlewaretoken": token, "password": PASSWORD}, headers={"Referer": str(door.url)})
    assert into.url.path.startswith(f"/o/{installed.organisation}/")
