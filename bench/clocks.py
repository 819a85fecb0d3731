"""What clocks cost on PostgreSQL, those that wait and those that fall due, with every commit on the disk; `ticking` measures it."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import clusters, peers
from bench.figures import Report
from bench.scale import Scale

PER_S = 1_000


def measure(scale: Scale, report: Report) -> None:
    """Report what a million waiting clocks do to a look and to a breach, and how late clocks are at a thousand due in a second."""
    try:
        with clusters.cluster() as cluster, cluster.database() as database, tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
            own = {
                "TOCSIN_HOME": f"{folder}/home",
                "TOCSIN_DATABASE_URL": cluster.url(database),
                "DJANGO_SETTINGS_MODULE": "tocsin.settings",
            }
            file = Path(folder) / "found.json"
            sizes = ["--open", str(scale.open), "--due", str(scale.due), "--per-s", str(PER_S), "--json", str(file)]
            subprocess.run([sys.executable, "-m", "bench.ticking", *sizes], env=os.environ | own, check=True)
            few, many = json.loads(file.read_text())
    except peers.Missing as missing:
        report.say(f"not measured: {missing}")
        return
    report.keep("clocks", [few, many])
    report.bound(f"a look that finds nothing, {scale.open:,} clocks waiting, of none", many["look_ms"] / few["look_ms"], most=1.5)
    report.bound(f"breaches a second, {scale.open:,} clocks waiting", many["breaches"], least=PER_S)
    report.bound(f"lateness p99 at {PER_S:,} due a second, {scale.due:,} of them", many["promised_p99_ms"] / 1000, most=1, unit="s")
