"""Settling that keeps pace: alerts in hundreds at an even rate for a minute, and how old the oldest body that waits becomes."""

import time
from contextlib import closing

from bench import lane, load, peers, rows, stores
from bench.beside import Beside
from bench.figures import Report, quantile
from bench.scale import Scale

CASE = lane.CASES[-1]
SHARE = 0.6
"""Of Alertmanager's rate in the same run."""
OFFERED = 1.05 * SHARE
"""A little more than what is promised: what still waits at the end counts for nothing."""
CONNECTIONS = 64
EVERY_S = 0.05
ROWS_MAX = 400_000


class Lag(Beside):
    """Looks at the age of the oldest waiting body for as long as a block lasts."""

    def __init__(self, store: stores.Store) -> None:
        super().__init__()
        self._store = store

    def go_on(self) -> None:
        """Look every 50 ms."""
        with closing(self._store.connect()) as database:
            while not self.over.wait(EVERY_S):
                self.taken.append(self._store.lag_s(database))


def measure(scale: Scale, report: Report) -> None:
    """Report what is settled for a minute beside what Alertmanager takes, with its lag, and beside a bare upsert of the same rows."""
    try:
        with peers.alertmanager() as peer:
            theirs = load.send(
                peer.url, peer.kind, batch=CASE.batch, connections=CASE.connections, warm_up_s=scale.warm_up, measured_s=2 * scale.seconds
            ).alerts_per_s
    except peers.Missing as missing:
        report.say(f"no Alertmanager: {missing}; as much is offered as is taken")
        theirs = 0.0
    offered = OFFERED * theirs
    with peers.prepared() as prepared, peers.tocsin(prepared) as tocsin, Lag(tocsin.store) as lag:
        began = time.perf_counter()
        tally = load.send(tocsin.url, "webhook", batch=CASE.batch, connections=CONNECTIONS, measured_s=scale.sustained, per_s=offered)
        lag.over.set()
        (alerts,) = tocsin.store.one("SELECT count(*) FROM ingest_alert")
        settled = alerts / (time.perf_counter() - began)
        after = tocsin.store.settle() - began - scale.sustained
        found = tocsin.store.rows()
        lane.check("Tocsin", tally, found.bodies, found.alerts)
        bare = rows.into_sqlite(tocsin.home, ROWS_MAX)
    p99 = quantile(sorted(lag.taken), 0.99)
    report.say(
        f"hundreds for {scale.sustained:.0f} s: offered {offered:,.0f}/s, acked {tally.alerts_per_s:,.0f}/s, settled {settled:,.0f}/s, the rest "
        f"{max(after, 0.0):.1f} s later; lag p50 {quantile(sorted(lag.taken), 0.5):.2f} s, p99 {p99:.2f} s; Alertmanager {theirs:,.0f}/s, "
        f"bare upsert {bare:,.0f} rows/s"
    )
    report.keep(
        "sustained", {"offered": offered, "acked": tally.alerts_per_s, "settled": settled, "lag_s": lag.taken, "peer": theirs, "bare": bare}
    )
    if theirs:
        report.bound(f"settled for {scale.sustained:.0f} s in hundreds, of Alertmanager's", settled / theirs, least=SHARE)
    report.bound("lag of settling, p99", p99, most=2, unit="s")
    report.bound("settled, of a bare upsert of the same rows", settled / bare, least=0.5)
