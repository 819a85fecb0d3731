"""`make bench`: the lane against Alertmanager and against the bare disk, and from an alert to its first delivery."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench import delivery, desk, disk, engine, load, peers, standing

NOTES_S = 30.0
"""How long notes are written under each load."""


@dataclass(frozen=True, slots=True)
class Case:
    """How alerts are sent."""

    name: str
    batch: int
    connections: int


CASES = (Case("single", 1, 32), Case("tens", 10, 8), Case("hundreds", 100, 8))


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one case, in alerts per second; `acked` by the lane, `settled` deduplicated, `peer` Alertmanager, `bare` the disk."""

    acked: float
    settled: float
    p50_ms: float
    p99_ms: float
    peer: float | None
    peer_p99_ms: float | None
    bare: float


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended too
    began = time.perf_counter()
    results: dict[str, list[Round]] = {case.name: [] for case in CASES}
    with peers.prepared() as (home, keys):
        for number in range(arguments.rounds):
            for case in CASES:
                results[case.name].append(_round(case, home, keys, arguments))
                _say(f"round {number + 1} {case.name}: {_line(results[case.name][-1])}")
    notes = {} if arguments.only_lane else _desk(arguments)
    told = {} if arguments.only_lane else _delivery(arguments.alerts)
    _report(results, notes, told)
    for line in _rest(arguments) if not arguments.only_lane else ():
        _say(line)
    _say(f"{time.perf_counter() - began:.0f} s, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    if arguments.json:
        Path(arguments.json).write_text(
            json.dumps(
                {"lane": {name: [asdict(one) for one in rounds] for name, rounds in results.items()}, "desk_s": notes, "delivery_s": told}
            )
        )


def _rest(arguments: argparse.Namespace) -> Iterable[str]:
    yield from standing.report(standing.measure(arguments.active), standing.fairness(arguments.seconds * 5))
    yield from engine.report(engine.measure())


def _round(case: Case, home: Path, keys: peers.Keys, arguments: argparse.Namespace) -> Round:
    how = {"batch": case.batch, "connections": case.connections, "warm_up_s": arguments.warm_up, "measured_s": arguments.seconds}
    with peers.tocsin(home, keys) as tocsin:
        began = time.perf_counter()
        mine = load.send(tocsin.url, "webhook", **how)
        settled = mine.acknowledged / (tocsin.settle() - began)
        _check("Tocsin", mine, tocsin.rows()[0], tocsin.rows()[2])
    try:
        with peers.alertmanager() as url:
            peer = load.send(url, "api", **how)
            _check("Alertmanager", peer, peer.bodies, peers.received(url))
    except peers.Missing as missing:
        _say(str(missing))
        peer = None
    bare = disk.commit(batch=case.batch, group=case.connections, measured_s=arguments.seconds)
    return Round(
        acked=mine.alerts_per_s,
        settled=settled,
        p50_ms=mine.quantile_ms(0.5),
        p99_ms=mine.quantile_ms(0.99),
        peer=peer.alerts_per_s if peer else None,
        peer_p99_ms=peer.quantile_ms(0.99) if peer else None,
        bare=bare,
    )


def _check(who: str, tally: load.Tally, bodies: int, alerts: int) -> None:
    """End the run unless what is there is exactly what was acknowledged."""
    if tally.refused or (bodies, alerts) != (tally.bodies, tally.acknowledged):
        counted = f"{bodies} bodies and {alerts} alerts"
        sys.exit(f"{who} acknowledged {tally.bodies} bodies with {tally.acknowledged} alerts and holds {counted}; refused: {tally.refused}")


def _desk(arguments: argparse.Namespace) -> dict[str, list[float]]:
    """Return the sorted times that a note takes while nothing else happens, and under each case's load."""
    with peers.prepared("bench.routes", ("http://127.0.0.1:9/", "0")) as (home, keys), peers.tocsin(home, keys) as tocsin:
        clerk = desk.Clerk(tocsin.base_url, keys.api)
        with clerk:
            time.sleep(NOTES_S)
        taken = {"idle": clerk.taken}
        for case in CASES:
            with clerk:
                load.send(tocsin.url, "webhook", batch=case.batch, connections=case.connections, warm_up_s=0, measured_s=NOTES_S)
            taken[case.name] = clerk.taken
    return taken


def _delivery(count: int) -> dict[str, list[float]]:
    """Return, for Tocsin and for its peer, the sorted times to the first delivery."""
    with delivery.Sink() as sink:
        with (
            peers.prepared("bench.routes", (sink.url, str(count))) as (home, keys),
            peers.tocsin(home, keys) as tocsin,
        ):
            told = {"tocsin": delivery.measure(tocsin.url, sink, count, webhook=True)}
        try:
            with peers.alertmanager(sink.url) as url:
                told["alertmanager"] = delivery.measure(url, sink, count, webhook=False)
        except peers.Missing as missing:
            _say(str(missing))
    return told


def _report(results: dict[str, list[Round]], notes: dict[str, list[float]], told: dict[str, list[float]]) -> None:
    for name, rounds in results.items():
        _say(f"\n{name}, medians of {len(rounds)}: {_line(_middle(rounds))}")
        for label, values in (
            ("acked against Alertmanager", [one.acked / one.peer for one in rounds if one.peer]),
            ("settled against Alertmanager", [one.settled / one.peer for one in rounds if one.peer]),
            ("acked against the bare disk", [one.acked / one.bare for one in rounds]),
        ):
            if values:
                _say(f"  {label}: {median(values):.2f} ({min(values):.2f} to {max(values):.2f})")
    for when, taken in notes.items():
        _say(f"a note through the desk, {when}: p50 {_ms(taken, 0.5):.0f} ms, p99 {_ms(taken, 0.99):.0f} ms, {len(taken)} notes")
    for who, taken in told.items():
        _say(f"alert to first delivery, {who}: p50 {_ms(taken, 0.5):.1f} ms, p99 {_ms(taken, 0.99):.1f} ms, {len(taken)} alerts")
    if len(told) == 2:
        mine, peer = told["tocsin"], told["alertmanager"]
        _say(f"  against Alertmanager: p50 {_ms(mine, 0.5) / _ms(peer, 0.5):.1f}, p99 {_ms(mine, 0.99) / _ms(peer, 0.99):.1f}")


def _middle(rounds: Iterable[Round]) -> Round:
    columns = zip(*(asdict(one).values() for one in rounds), strict=True)
    return Round(*(median(known) if (known := [value for value in column if value is not None]) else None for column in columns))


def _line(one: Round) -> str:
    peer = f"Alertmanager {one.peer:,.0f} (p99 {one.peer_p99_ms:.0f} ms)" if one.peer is not None else "no Alertmanager"
    return (
        f"acked {one.acked:,.0f}/s (p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.0f} ms), settled {one.settled:,.0f}/s, {peer}, "
        f"bare disk {one.bare:,.0f}"
    )


def _ms(taken: list[float], share: float) -> float:
    return 1000 * taken[min(len(taken) - 1, int(len(taken) * share))]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Rows are checked against acknowledgements; ratios count, not figures.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="measured, in each round and case")
    parser.add_argument("--warm-up", type=float, default=1.0)
    parser.add_argument("--alerts", type=int, default=50, help="for the time to the first delivery")
    parser.add_argument("--active", type=int, default=100_000, help="alerts that stand at once while memory and a start are measured")
    parser.add_argument("--only-lane", action="store_true", help="neither the desk nor deliveries nor what stands")
    parser.add_argument("--json", default="", help="also write every figure into this file")
    return parser.parse_args()
