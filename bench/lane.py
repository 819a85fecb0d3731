"""The lane: alerts singly, in tens and in hundreds, beside the peers and the bare disk; and what a storm costs another organisation."""

import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from bench import alerta, clusters, disk, load, peers, probes
from bench.figures import Failed, Report, quantile, ratios
from bench.scale import Scale


@dataclass(frozen=True, slots=True)
class Case:
    """How alerts are sent, and what was promised of it beside Alertmanager and, if anything, beside Alerta."""

    name: str
    batch: int
    connections: int
    least: float
    aim: float | None
    of_alerta: float | None


CASES = (
    Case("single", 1, 32, least=0.7, aim=1.0, of_alerta=50),
    Case("tens", 10, 8, least=1.0, aim=None, of_alerta=None),
    Case("hundreds", 100, 8, least=1.2, aim=2.0, of_alerta=50),
)


@dataclass(slots=True)
class Found:
    """What the rounds of one case found: alerts a second, and a neighbour's latencies while nothing else comes and in the storm."""

    acked: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    beside: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """What was acked and settled of the rate of each peer, in each round in which it could be measured."""
    idle: list[float] = field(default_factory=list)
    storm: list[float] = field(default_factory=list)


def measure(scale: Scale, report: Report) -> None:
    """Report the lane on SQLite."""
    found = {case.name: Found() for case in CASES}
    with ExitStack() as stack:
        prepared = stack.enter_context(peers.prepared(probes.NEIGHBOUR))
        try:
            with_alerta = partial(alerta.running_in, stack.enter_context(clusters.cluster()))
        except peers.Missing as missing:
            report.say(f"no Alerta: {missing}")
            with_alerta = None
        for number in range(scale.rounds):
            for case in CASES:
                beside: dict[str, Callable[[], AbstractContextManager[peers.Peer]]] = {"Alertmanager": peers.alertmanager}
                if with_alerta and case.of_alerta:
                    beside["Alerta"] = with_alerta
                report.say(
                    f"round {number + 1}, {case.name}: {_round(case, prepared, beside, found=found[case.name], scale=scale, report=report)}"
                )
    for case in CASES:
        conclude(case, found[case.name], report, "SQLite")
        report.keep(f"lane.{case.name}", {name: getattr(found[case.name], name) for name in Found.__slots__})


def of_tocsin(case: Case, prepared: peers.Prepared, found: Found, scale: Scale) -> str:
    """Send to a fresh Tocsin, with a neighbour beside; its rows are checked against the acknowledgements. Return a line."""
    with peers.tocsin(prepared) as tocsin:
        probe = probes.Probe(tocsin.door(prepared.left(probes.KEY)))
        with probe:
            time.sleep(scale.idle)
        found.idle += probe.taken
        began = time.perf_counter()
        with probe:
            tally = load.send(
                tocsin.url, "webhook", batch=case.batch, connections=case.connections, warm_up_s=scale.warm_up, measured_s=scale.seconds
            )
        found.storm += probe.taken
        settled = tally.acknowledged / (tocsin.store.settle() - began)
        rows = tocsin.store.rows()
        check("Tocsin", tally, rows.bodies - probe.sent, rows.alerts - probe.sent)
    found.acked.append(tally.alerts_per_s)
    found.settled.append(settled)
    return f"acked {tally.alerts_per_s:,.0f}/s (p50 {tally.quantile_ms(0.5):.1f} ms, p99 {tally.quantile_ms(0.99):.0f} ms), settled {settled:,.0f}/s"


def _round(
    case: Case,
    prepared: peers.Prepared,
    beside: Mapping[str, Callable[[], AbstractContextManager[peers.Peer]]],
    *,
    found: Found,
    scale: Scale,
    report: Report,
) -> str:
    line = [of_tocsin(case, prepared, found, scale)]
    for name, run in beside.items():
        try:
            with run() as peer:
                tally = load.send(
                    peer.url,
                    peer.kind,
                    batch=case.batch,
                    connections=case.connections,
                    warm_up_s=scale.warm_up,
                    measured_s=scale.seconds,
                )
                rate = _rate(peer, tally)
            found.beside.setdefault(name, []).append((found.acked[-1] / rate, found.settled[-1] / rate))
            line.append(f"{name} {rate:,.0f}/s (p99 {tally.quantile_ms(0.99):.0f} ms)")
        except (peers.Missing, Failed, subprocess.CalledProcessError) as why:  # a peer that fails keeps nothing else from being measured
            report.say(f"no {name} in this round: {why}")
    found.bare.append(disk.commit(batch=case.batch, group=case.connections, measured_s=scale.seconds))
    return ", ".join([*line, f"bare disk {found.bare[-1]:,.0f}/s"])


def _rate(peer: peers.Peer, tally: load.Tally) -> float:
    """
    Return a peer's alerts per second, its rows checked.

    Alerta answers three requests of a hundred alerts in a second, and now and then refuses one of which it keeps a part: it is measured
    to its last answer, and whatever it holds counts for it.
    """
    holds = peer.received()
    if peer.name == "Alerta":
        return holds / tally.spent_s
    check(peer.name, tally, tally.bodies, holds)
    return tally.alerts_per_s


def check(who: str, tally: load.Tally, bodies: int, alerts: int) -> None:
    """End the run unless what is there is exactly what was acknowledged."""
    if tally.refused or (bodies, alerts) != (tally.bodies, tally.acknowledged):
        counted = f"{bodies} bodies and {alerts} alerts"
        raise Failed(
            f"{who} acknowledged {tally.bodies} bodies with {tally.acknowledged} alerts and holds {counted}; refused: {tally.refused}"
        )


def conclude(case: Case, found: Found, report: Report, where: str) -> None:
    """Report what the rounds of a case came to."""
    report.say(f"{case.name} on {where}, of {len(found.acked)} rounds the middle (and the range):")
    for name, seen in found.beside.items():
        acked, settled = ([round_[at] for round_ in seen] for at in (0, 1))
        report.say(f"  of {name}'s: acked {ratios(acked)}, settled {ratios(settled)}")
        promised = case.least if name == "Alertmanager" else case.of_alerta
        report.bound(f"{case.name}, acked of {name}'s", median(acked), least=promised, aim=case.aim if name == "Alertmanager" else None)
    if found.bare:
        report.say(f"  of the bare disk's: acked {ratios([mine / bare for mine, bare in zip(found.acked, found.bare, strict=True)])}")
    idle, storm = (quantile(sorted(taken), 0.99) for taken in (found.idle, found.storm))
    report.say(f"  a neighbour's alert: p99 {1000 * idle:.1f} ms idle, {1000 * storm:.1f} ms in the storm, {len(found.storm)} alerts")
    report.bound(f"a neighbour's ack p99 on {where} beside {case.name}, of its idle one", storm / idle, most=2)
