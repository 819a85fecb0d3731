"""The bare minimum on the same disk: one thread that commits the same bodies in groups, synced, with no server, key or reading of them."""

import sqlite3
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench.load import Bodies


def commit(*, batch: int, group: int, measured_s: float) -> float:
    """Return alerts per second when `group` bodies of `batch` alerts go into one transaction."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        database = sqlite3.connect(Path(folder) / "bare.sqlite3", isolation_level=None)
        for setting in ("journal_mode = WAL", "synchronous = FULL"):
            database.execute(f"PRAGMA {setting}")
        database.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, organisation TEXT, received_at TEXT, state INTEGER, body BLOB)")
        database.execute("CREATE INDEX waiting ON log (organisation, id) WHERE state = 0")
        bodies = list(islice(Bodies("webhook", batch), max(group, 512 // batch)))
        rows, at = 0, 0
        begun = time.perf_counter()
        while time.perf_counter() - begun < measured_s:
            chosen = [bodies[(at + place) % len(bodies)] for place in range(group)]
            at += group
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO log VALUES (NULL, 'bench', '2024-06-07', 0, ?)", [(body,) for body in chosen])
            database.execute("COMMIT")
            rows += group
        spent = time.perf_counter() - begun
        database.close()
    return rows * batch / spent
