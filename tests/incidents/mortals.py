"""
A process whose children live through the desk and die where they are told: `python -m tests.incidents.mortals DATABASE`.

Each line on standard input is one life. A child begins with nothing but the database: no connection, no cache and no lock of its parent's.
It says `acked <what>` once the desk has answered; the parent says `ended <status>` once the child is gone.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.db import close_old_connections, connection

django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]

from tocsin.engine import terms as t  # noqa: E402 - Django is set up first
from tocsin.incidents import desk, downtime, outcomes, plans, ticker  # noqa: E402
from tocsin.incidents.models import Incident, Plan  # noqa: E402
from tocsin.kit import clock  # noqa: E402
from tocsin.plan import read  # noqa: E402

SMALL = Path(__file__).with_name("small.yaml").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Life:
    """What one child does: `act` names it, `n` tells its keys from other lives', `dies_at` counts steps (0: never)."""

    act: str
    n: int
    at: str
    actor: str
    incident: str = ""
    dies_at: int = 0


@dataclass
class Fate:
    """Kills the process at a chosen step: before a statement, before a commit, or right after one."""

    dies_at: int
    steps: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self) -> None:
        with self.lock:
            self.steps += 1
            if self.steps == self.dies_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def rule(self) -> None:
        """Stand between the product and its database on this thread's connection."""
        connection.ensure_connection()
        connection.execute_wrappers.append(self._statement)
        commit = connection._commit

        def fatal() -> None:
            self.step()
            commit()
            self.step()

        connection._commit = fatal  # type: ignore[method-assign]

    def _statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.step()
        return execute(sql, params, many, context)


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def declare(life: Life) -> UUID:
    plan = Plan.objects.get(status=plans.IN_FORCE)
    key = f"declared-{life.n}"
    answer = desk.declare(plan.organisation_id, plan.hash, desk.Declaration(words=key), actor=t.Actor(life.actor), key=key)
    assert isinstance(answer, desk.Done), answer
    say("acked", key)
    return answer.incident


def note(life: Life, incident: UUID | None = None, name: str = "") -> None:
    key = f"noted-{life.n}{name}"
    answer = desk.handle(incident or UUID(life.incident), t.Note(words=key), actor=t.Actor(life.actor), key=key)
    assert isinstance(answer, desk.Done), answer
    say("acked", key)


def tick(life: Life) -> None:
    ticker.run_once()


def restless(life: Life) -> None:
    """Note and tick in several threads until killed, in whichever of them the step falls."""
    incident = declare(life)
    fate = Fate(life.dies_at)

    def write(name: str) -> None:
        fate.rule()
        for number in range(1000):
            note(life, incident, f"{name}{number}")

    def wait() -> None:
        fate.rule()
        for _ in range(1000):
            clock.shift(timedelta(minutes=5))
            ticker.run_once()
            outcomes.run_once()

    threads = [threading.Thread(target=write, args=("a",)), threading.Thread(target=write, args=("b",)), threading.Thread(target=wait)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def race(life: Life) -> None:
    """Tick whatever is due, as one worker among many."""
    while ticker.run_once() or Incident.objects.filter(wake_at__lte=clock.now(), leased_until=None).exists():
        close_old_connections()


def live(life: Life) -> None:
    clock.freeze(datetime.fromisoformat(life.at))
    downtime.pulse.beat(clock.now())
    if life.dies_at and life.act != "restless":
        Fate(life.dies_at).rule()
    {"declare": declare, "note": note, "tick": tick, "restless": restless, "race": race}[life.act](life)


def main() -> None:
    program = read.read(SMALL, "small.yaml").program
    assert program is not None
    plans.compiled(Plan(plan_id=program.id, hash=program.hash, source=SMALL))  # once for all children
    for line in sys.stdin:
        lives = [Life(**life) for life in json.loads(line)]
        children = [bear(life) for life in lives]
        for child in children:
            _, status = os.waitpid(child, 0)
            say("ended", os.waitstatus_to_exitcode(status))


def bear(life: Life) -> int:
    child = os.fork()
    if child == 0:
        live(life)
        sys.stderr.flush()
        os._exit(0)
    return child


if __name__ == "__main__":
    main()
