"""With 100,000 alerts open: what a resend costs beside a new alert, how much memory they take, and how long a start."""

import time
from dataclasses import asdict, dataclass

from bench import load, machine, peers
from bench.figures import Failed, Report
from bench.scale import Scale

BATCH, CONNECTIONS = 100, 8


@dataclass(frozen=True, slots=True)
class Cost:
    """What an alert cost until all was at rest, in microseconds: of the clock until it was settled, and of the server's processor time."""

    settled_us: float
    processor_us: float


def measure(scale: Scale, report: Report) -> None:
    """Send the same alerts twice, look at the memory, and start again."""
    count = scale.active // BATCH * BATCH
    with peers.prepared() as prepared, peers.tocsin(prepared) as tocsin:
        new, resend = _sent(tocsin, count, 1), _sent(tocsin, count, 2)
        memory = machine.memory_mib(tocsin.session)
        began = time.perf_counter()
        with tocsin.again():
            start = time.perf_counter() - began
    for name, cost in (("new alert", new), ("resend", resend)):
        report.say(f"a {name}: {cost.settled_us:.0f} µs until it is settled, {cost.processor_us:.0f} µs of processor until all is filed")
    report.bound("time until a resend is settled, of a new alert's", resend.settled_us / new.settled_us, most=0.5)
    report.bound("processor time of a resend, of a new alert's", resend.processor_us / new.processor_us, most=0.5)
    report.say(f"{count:,} open alerts: {memory:.0f} MiB")
    report.bound(f"start with {count:,} open alerts", start, most=3, unit="s")
    report.keep("standing", {"new": asdict(new), "resend": asdict(resend), "memory_mib": memory, "start_s": start})
    try:
        with peers.alertmanager() as peer:
            load.send(peer.url, peer.kind, batch=BATCH, connections=CONNECTIONS, alerts=count)
            theirs = machine.memory_mib(peer.session)
    except peers.Missing as missing:
        report.say(str(missing))
    else:
        report.say(f"Alertmanager: {theirs:.0f} MiB")
        report.bound(f"memory with {count:,} open alerts, of Alertmanager's", memory / theirs, most=1.2)


def _sent(tocsin: peers.Tocsin, count: int, times: int) -> Cost:
    """Send the first `count` alerts, for the first or second time, and return what each cost; every one has to be counted."""
    before, began = machine.processor_s(tocsin.session), time.perf_counter()
    tally = load.send(tocsin.url, "webhook", batch=BATCH, connections=CONNECTIONS, alerts=count)
    settled = tocsin.store.settle() - began
    tocsin.store.rest()
    spent = machine.processor_s(tocsin.session) - before
    found = tocsin.store.rows()
    if tally.refused or (found.alerts, found.messages) != (count, times * count):
        raise Failed(f"{times * count} messages about {count} alerts were sent; there are {found}; refused: {tally.refused}")
    return Cost(1e6 * settled / count, 1e6 * spent / count)
