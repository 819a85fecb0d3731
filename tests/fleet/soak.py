"""
`python -m tests.fleet.soak --minutes 10`: a fleet that suffers by lot until the time is over, and a reckoning at the end of each round.

Hosts die and are started again, stand still for 20 s (longer than a lease), and are cut off from the database, while alerts never stop.
"""

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests import postgres
from tests.database import fresh_database
from tests.fleet import networks
from tests.fleet.hosts import ROUTES, Fleet, Host, fleet
from tests.fleet.ordeals import FALLS_DUE, Senders, breaches, incidents, reckon
from tests.serving import Served, Template, eventually

STANDS_STILL_S = 20
BY_ROUND = 4
"""Incidents that each round begins; a fleet has routes for so many rounds."""
PATIENCE_S = 180


def main() -> None:
    """Let fleets suffer one after the other."""
    arguments = _arguments()
    chance, ends_at, suffered = random.Random(arguments.seed), time.monotonic() + arguments.minutes * 60, Counter[str]()
    cluster = postgres.start()
    os.environ["TOCSIN_TEST_DATABASE_URL"] = cluster.url()
    try:
        with tempfile.TemporaryDirectory(prefix="tocsin-soak-") as folder, fresh_database() as url:
            seed = Served(Path(folder) / "seed", url)
            template = Template(seed, seed.setup())
            number = 0
            while time.monotonic() < ends_at:
                number += 1
                _one_fleet(template, Path(folder) / str(number), chance, ends_at, suffered)
    finally:
        cluster.stop()
    sys.stdout.write(f"seed {arguments.seed}: {dict(suffered)}; no promise broken\n")


def _one_fleet(template: Template, folder: Path, chance: random.Random, ends_at: float, suffered: "Counter[str]") -> None:
    folder.mkdir()
    with (
        fresh_database(template.served.database_url) as url,
        fleet(folder, template.copy(folder / "seed", url), apart=networks.permitted()) as running,
    ):
        for first in range(0, ROUTES, BY_ROUND):
            if time.monotonic() >= ends_at:
                return
            _round(running, range(first, first + BY_ROUND), chance, suffered)
            assert running.doctor() == "Every incident is as its journal says.\n"


def _round(running: Fleet, routed: range, chance: random.Random, suffered: "Counter[str]") -> None:
    senders = Senders(running, routed)
    with senders.sending():
        senders.declare()
        _suffer(running, chance, suffered)
        eventually(lambda: incidents(running) == senders.begun, PATIENCE_S)
        running.move(FALLS_DUE)
        _suffer(running, chance, suffered)
        eventually(lambda: breaches(running) == senders.begun, PATIENCE_S)
    reckon(running, senders)
    suffered["alerts"] += len(senders.acknowledged)
    sys.stdout.write(f"{len(senders.acknowledged)} alerts, answers {dict(senders.answers)}, so far {dict(suffered)}\n")
    sys.stdout.flush()


def _suffer(running: Fleet, chance: random.Random, suffered: "Counter[str]") -> None:
    """Let one web and one worker suffer at the same time; the others have to do."""
    names = [chance.choice(["web-1", "web-2"]), chance.choice(["worker-1", "worker-2"])]
    acts = [chance.choice([_die, _stand_still, *([_be_cut_off] if networks.permitted() else [])]) for _ in names]
    delays = [chance.uniform(0, 2) for _ in names]
    threads = [
        threading.Thread(target=_after, args=(delay, act, running.hosts[name]))
        for delay, act, name in zip(delays, acts, names, strict=True)
    ]
    for thread, act in zip(threads, acts, strict=True):
        suffered[act.__name__] += 1
        thread.start()
    for thread in threads:
        thread.join()


def _after(delay_s: float, act: Callable[[Host], None], host: Host) -> None:
    _wait(delay_s)
    act(host)


def _die(host: Host) -> None:
    host.kill()
    host.start()


def _stand_still(host: Host) -> None:
    host.pause()
    _wait(STANDS_STILL_S)
    host.wake()


def _be_cut_off(host: Host) -> None:
    host.cut()
    _wait(STANDS_STILL_S)
    host.join()


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=20261127)
    return parser.parse_args()


if __name__ == "__main__":
    main()
