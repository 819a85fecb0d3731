"""
What the part `clocks` measures, in a process whose database is the one to measure.

Incidents that wait are rows without a journal: nobody opens them before they are due. Those that fall due are whole ones of one organisation,
declared through the desk, and each is a turn of its own: its reminder and its breach are decided, recorded, projected and told like any other.
A clock is late until its breach is committed, not only until it was decided.
"""

import argparse
import gc
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from typing import cast
from uuid import UUID

import django
from django.core.management import call_command
from django.db import close_old_connections, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL

from bench import machine
from bench.figures import quantile

django.setup()

from tocsin.accounts import founding, people  # noqa: E402 - only after Django is set up
from tocsin.engine import terms as t  # noqa: E402
from tocsin.incidents import desk, downtime, plans, ticker  # noqa: E402
from tocsin.incidents.models import Incident  # noqa: E402
from tocsin.kit import bulk, clock, collector, ids, tables  # noqa: E402

LOOKS = 200
"""Times that a claim is measured that finds nothing due."""
TOGETHER = 100
"""Incidents declared in one sitting: how they came about is not what is measured."""
WAITING = """INSERT INTO incidents_incident (id, organisation_id, number, plan_hash, standing, drill, declared_at, last_at, state, state_hash,
    state_seq, next_due, wake_at, fence, fault, faults, drill_speed)
    SELECT lpad(to_hex(n), 32, '0')::uuid, organisation_id, 'W-' || n, plan_hash, '', false, declared_at, last_at, '', '', 0, due, due, 0, '', 0, 0
    FROM (SELECT *, now() + interval '10 years' + n * interval '1 second' AS due FROM incidents_incident, generate_series(%s, %s) AS n
          WHERE number = 'INC-1') AS made"""
"""They are copied within the database, without asking for each whether its organisation is there: it is that of the first."""
COMMITTED = "SELECT id, pg_xact_commit_timestamp(xmin) FROM incidents_incident WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Measured:
    """
    With so many clocks waiting: a look that finds nothing due, and breaches a second, with the processor time of workers and PostgreSQL for one.
    """

    waiting: int
    look_ms: float
    breaches: float
    cpu_ms: float
    postgresql_ms: float


@dataclass(frozen=True, slots=True)
class Late:
    """
    How late clocks were at the rate `offered`, a share of what is reached, and at the rate `promised`. Where that is more than can be done,
    lateness grows with the number of clocks.
    """

    offered: float
    late_p50_ms: float
    late_p99_ms: float
    promised: float
    promised_p50_ms: float
    promised_p99_ms: float


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    declare = _prepare()
    multiprocessing.get_context("spawn").Process(target=_beat, daemon=True).start()
    found = []
    for waiting in (0, arguments.open):
        with connection.cursor() as cursor:
            if waiting:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(WAITING, [1, waiting])
                cursor.execute("RESET session_replication_role")
            cursor.execute("VACUUM ANALYZE incidents_incident")
        found.append(_measured(waiting, declare, arguments))
        _say(_line(found[-1]))
    few, many = found
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('incidents_incident')")
        _say(f"a waiting incident takes {cursor.fetchone()[0] / (many.waiting or 1):.0f} bytes of its table and indexes")
    look, breach = many.look_ms / few.look_ms, few.breaches / many.breaches
    _say(f"with {many.waiting:,} waiting against none: a look that finds nothing takes {look:.2f} of the time, a breach {breach:.2f}")
    late = _lateness(many.breaches * arguments.load, declare, arguments)
    _say(f"offered {late.offered:.1f}/s: late p50 {late.late_p50_ms:.0f} ms, p99 {late.late_p99_ms:.0f} ms")
    _say(f"offered {late.promised:,.0f}/s: late p50 {late.promised_p50_ms:.0f} ms, p99 {late.promised_p99_ms:.0f} ms")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([asdict(few), asdict(many) | asdict(late)]))


def _prepare() -> Callable[[int], list[UUID]]:
    """Make an organisation with the plan in force; return what declares incidents whose clock has been due for a minute, and names them."""
    call_command("migrate", verbosity=0)
    organisation, owner = founding.found("Bench", "bench@example.org", "Bench", "en")
    plan, findings = plans.load(organisation.id, Path(__file__).with_name("clocks.yaml").read_text("utf-8"), "clocks.yaml")
    if plan is None:
        sys.exit(f"the plan cannot be loaded: {findings}")
    plans.publish(plan)
    people.hold(organisation, owner, plan.plan_id, {"head": 0}, by=owner)
    actor = t.Actor(ids.typed("per", owner.id))

    def declare(count: int) -> list[UUID]:
        clock.shift(-timedelta(minutes=31))
        found = []
        for at in range(0, count, TOGETHER):
            with desk.sit() as sitting:
                for _ in range(min(TOGETHER, count - at)):
                    answer = sitting.declare(organisation.id, plan.hash, desk.Declaration(words="Measured"), actor=actor)
                    if isinstance(answer, t.Refused):
                        sys.exit(answer.message)
                    found.append(answer.incident)
        clock.reset()
        return found

    declare(1)
    return declare


def _measured(waiting: int, declare: Callable[[int], list[UUID]], arguments: argparse.Namespace) -> Measured:
    ticker.run_once()
    while ticker.run_once() or Incident.objects.filter(wake_at__lte=clock.now()).exists():
        pass
    looks = [_timed(lambda: desk.pass_time(ticker.at_once(), actor=ticker.SYSTEM)) for _ in range(LOOKS)]

    declare(arguments.due)
    own, theirs = resource.getrusage(resource.RUSAGE_CHILDREN), _of_postgresql()
    took = _workers(arguments.workers, 0)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(
        waiting=waiting,
        look_ms=median(looks) * 1000,
        breaches=arguments.due / took,
        cpu_ms=(spent.ru_utime + spent.ru_stime - own.ru_utime - own.ru_stime) / arguments.due * 1000,
        postgresql_ms=(_of_postgresql() - theirs) / arguments.due * 1000,
    )


def _of_postgresql() -> float:
    """Return the processor time that PostgreSQL's processes have taken, with those that have ended."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
    return machine.with_children_s(int((Path(folder) / "postmaster.pid").read_text().split()[0]))


def _lateness(offered: float, declare: Callable[[int], list[UUID]], arguments: argparse.Namespace) -> Late:
    late, promised = (_late(declare, each, arguments) for each in (offered, arguments.per_s))
    return Late(
        offered=offered,
        late_p50_ms=quantile(late, 0.5) * 1000,
        late_p99_ms=quantile(late, 0.99) * 1000,
        promised=arguments.per_s,
        promised_p50_ms=quantile(promised, 0.5) * 1000,
        promised_p99_ms=quantile(promised, 0.99) * 1000,
    )


def _late(declare: Callable[[int], list[UUID]], per_s: float, arguments: argparse.Namespace) -> list[float]:
    """Return, sorted, by how many seconds each clock was late when so many fell due in a second: until its breach was committed."""
    fallen = declare(arguments.due)
    begins_at = clock.now() + timedelta(seconds=3)
    due_at = {pk: begins_at + timedelta(seconds=number / per_s) for number, pk in enumerate(fallen)}
    bulk.run(tables.change(Incident, ["id"], [{"id": pk, "wake_at": at} for pk, at in due_at.items()]))
    _workers(arguments.workers, 3 + arguments.due / per_s)
    with connection.cursor() as cursor:
        cursor.execute(COMMITTED, [fallen])
        late = sorted((at - due_at[pk]).total_seconds() for pk, at in cursor.fetchall())
    if late[0] < 0:
        sys.exit(f"a clock was breached {-late[0]:.3f} s before it was due")
    return late


def _workers(count: int, for_s: float) -> float:
    """Let so many processes tick for `for_s` seconds, and on until nothing is due. Return how long it took, but for their start."""
    connections.close_all()
    gc.freeze()  # what is loaded is not looked through again, nor copied by that
    cast("PostgreSQL", connection).close_pool()
    fork = multiprocessing.get_context("fork")
    ready = fork.Barrier(count + 1)
    processes = [fork.Process(target=_tick, args=(for_s, ready)) for _ in range(count)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    for process in processes:
        process.join()
    return time.perf_counter() - began


def _tick(for_s: float, ready: Barrier) -> None:
    collector.look_rarely()  # as a worker does
    Incident.objects.exists()  # it is connected
    ready.wait()
    ends_at = time.perf_counter() + for_s
    while True:
        more = ticker.run_once()
        if not more and time.perf_counter() > ends_at and not Incident.objects.filter(wake_at__lte=clock.now()).exists():
            break
        if not more:
            time.sleep(0.25 if for_s else 0.01)  # the first is how long the loop of a worker rests


def _beat() -> None:
    """Watch time while nothing ticks: a gap would be a downtime, of which every incident that waits is told."""
    while True:
        downtime.pulse.beat(clock.now())
        close_old_connections()
        time.sleep(1)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _line(one: Measured) -> str:
    cost = f"{one.cpu_ms:.2f} ms of processor each, and {one.postgresql_ms:.2f} ms of PostgreSQL's"
    return f"{one.waiting:,} waiting: a look that finds nothing {one.look_ms:.2f} ms, {one.breaches:.1f} breaches/s ({cost})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.ticking", description=__doc__)
    parser.add_argument("--open", type=int, default=1_000_000, help="clocks that wait")
    parser.add_argument("--due", type=int, default=2_000, help="clocks that fall due, for each figure")
    parser.add_argument("--load", type=float, default=0.5, help="share of what was reached at which lateness is measured")
    parser.add_argument("--per-s", type=float, default=1_000, help="clocks due in a second at which lateness is measured as well")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", default="", help="also write every figure into this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
