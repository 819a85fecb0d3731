"""Two webs and two workers on one PostgreSQL: whichever dies, stands still or is cut off, what was promised is kept."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from tests.database import fresh_database
from tests.fleet import networks
from tests.fleet.hosts import Fleet, fleet
from tests.fleet.ordeals import FALLS_DUE, Senders, breaches, incidents, reckon
from tests.serving import Template, eventually

pytestmark = [pytest.mark.kill, pytest.mark.postgresql]

LEASE = timedelta(seconds=20)
FIRST, SECOND = range(8), range(8, 16)
PATIENCE_S = 60


@pytest.fixture(scope="module")
def running(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Give one fleet to both: its hosts have networks of their own where the machine allows it."""
    folder = tmp_path_factory.mktemp("fleet")
    with (
        fresh_database(template.served.database_url) as url,
        fleet(folder, template.copy(folder / "seed", url), apart=networks.permitted()) as made,
    ):
        yield made
        assert made.doctor() == "Every incident is as its journal says.\n"


def ready(fleet: Fleet, name: str) -> bool:
    """Ask a host whether it is ready."""
    return httpx.get(f"{fleet.hosts[name].served.url}/readyz", trust_env=False, timeout=PATIENCE_S).status_code == 200


@pytest.mark.row("F-2", "F-3", "F-13", "I1", "I3", "I4", "I6")
def test_processes_that_die_and_stand_still_break_no_promise(running: Fleet) -> None:
    web, steady, sleeper = (running.hosts[name] for name in ("web-1", "worker-1", "worker-2"))
    senders = Senders(running, FIRST)
    with senders.sending():
        senders.declare()
        web.kill()
        eventually(lambda: incidents(running) == senders.begun, PATIENCE_S)
        running.move(FALLS_DUE)
        eventually(lambda: breaches(running) > senders.begun - len(FIRST), PATIENCE_S)
        sleeper.pause()
        steady.kill()  # with whatever it had claimed; only one that stands still is left
        running.move(LEASE)
        web.start()
        steady.start()
        eventually(lambda: breaches(running) == senders.begun, PATIENCE_S)
        sleeper.wake()
    assert senders.answers.keys() == {202}
    reckon(running, senders)


@pytest.mark.networks
@pytest.mark.row("F-13", "F-18", "I1", "I3", "I4", "I6")
def test_hosts_that_are_cut_off_say_so_break_no_promise_and_come_back_by_themselves(running: Fleet) -> None:
    web, worker = running.hosts["web-2"], running.hosts["worker-1"]
    senders = Senders(running, SECOND)
    with senders.sending():
        senders.declare()
        eventually(lambda: incidents(running) == senders.begun, PATIENCE_S)
        worker.cut()
        web.cut()
        running.move(FALLS_DUE + LEASE)
        eventually(lambda: breaches(running) == senders.begun, PATIENCE_S)
        eventually(lambda: senders.answers[503], PATIENCE_S)
        assert [ready(running, name) for name in ("web-1", "web-2", "worker-1")] == [True, False, False]
        web.join()
        worker.join()
        eventually(lambda: ready(running, "web-2") and ready(running, "worker-1"), PATIENCE_S)
    reckon(running, senders)
