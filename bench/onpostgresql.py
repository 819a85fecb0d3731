"""The lane and its settling on PostgreSQL, on the same processors, beside a bare `unnest` upsert of the same rows."""

import time

from bench import clusters, lane, load, peers, probes, rows
from bench.figures import Report
from bench.scale import Scale

ROWS_MAX = 100_000


def measure(scale: Scale, report: Report) -> None:
    """Report each case once, and what is settled in hundreds for a longer time."""
    try:
        with clusters.cluster() as cluster, peers.prepared(probes.NEIGHBOUR, cluster=cluster) as prepared:
            for case in lane.CASES:
                found = lane.Found()
                report.say(f"{case.name}: {lane.of_tocsin(case, prepared, found, scale)}")
                lane.conclude(case, found, report, "PostgreSQL")
                report.keep(f"postgresql.{case.name}", {"acked": found.acked, "settled": found.settled})
            _settling(prepared, scale, report)
    except peers.Missing as missing:
        report.say(f"not measured: {missing}")


def _settling(prepared: peers.Prepared, scale: Scale, report: Report) -> None:
    case = lane.CASES[-1]
    with peers.tocsin(prepared) as tocsin:
        began = time.perf_counter()
        tally = load.send(tocsin.url, "webhook", batch=case.batch, connections=case.connections, measured_s=2 * scale.seconds)
        settled = tally.acknowledged / (tocsin.store.settle() - began)
        found = tocsin.store.rows()
        lane.check("Tocsin", tally, found.bodies, found.alerts)
        assert prepared.cluster is not None
        bare = rows.into_postgresql(tocsin.database_url, ROWS_MAX)
    report.say(f"hundreds: acked {tally.alerts_per_s:,.0f}/s, settled {settled:,.0f}/s, bare unnest upsert {bare:,.0f} rows/s")
    report.keep("postgresql.settled", {"settled": settled, "bare": bare})
    report.bound("settled on PostgreSQL, of a bare unnest upsert", settled / bare, least=0.6)
