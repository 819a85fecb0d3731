"""
Power cuts, replayed: of what was written after the last sync any part may be missing, and what was acknowledged is there all the same.

`power.py` records what both files of a database and the spool hold after each step of a real ingest. Between two steps the disk may hold any
mixture, by sectors, of the one and the other, and rubbish where it was just writing: all of these are files that SQLite is then given to open,
and a spool that is then read on from where that database says.
"""

import os
import pickle
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.kit import spool

SECTOR = 512
HEADER = 32
"""Bytes of the header of SQLite's log. Source: https://www.sqlite.org/fileformat2.html#walformat"""
SEED = 20240607
BODIES = "state, body FROM ingest_rawbody ORDER BY id"
MARK = "segment, upto FROM ingest_carried"
ALERTS = "fingerprint, received, turn, firing FROM ingest_alert ORDER BY fingerprint"
Times = Callable[[int, int], int]


@dataclass(frozen=True, slots=True)
class Held:
    """What the disk held after a step: the file, SQLite's log, the spool, what was read from them, and the bodies that had been acknowledged."""

    file: bytes
    log: bytes
    spool: bytes
    read: "Read"
    acknowledged: list[bytes]


@dataclass(frozen=True, slots=True)
class Read:
    """What whoever opens the database finds: which bodies have been read and which only carried, what is still in the spool, the alerts."""

    settled: list[bytes]
    carried: list[bytes]
    spooled: list[bytes]
    alerts: Any

    @property
    def bodies(self) -> list[bytes]:
        return [*self.settled, *self.carried, *self.spooled]


class Disk:
    """The files after a power cut, written where they differ from what is there already."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "after.sqlite3"
        self._log, self._shared = (folder / f"after.sqlite3-{end}" for end in ("wal", "shm"))
        self._spool = folder / "after.sqlite3-spool"
        self._spool.mkdir(exist_ok=True)
        self._held: dict[Path, bytes] = {}

    def hold(self, file: bytes, log: bytes, spooled: bytes = b"") -> None:
        for path, wanted in ((self.path, file), (self._log, log), (self._spool / f"{1:012d}", spooled)):
            if self._held.get(path) != wanted:
                path.write_bytes(wanted)
                self._held[path] = wanted
        self._shared.unlink(missing_ok=True)  # memory of processes that are gone

    def read(self) -> Read:
        bodies, marks, alerts = (self._ask(f"SELECT {what}") for what in (BODIES, MARK, ALERTS))
        found, _ = spool.read(self._spool, spool.Mark(*marks[0]) if marks else spool.Mark(), 1 << 30)
        for torn in self._spool.glob("*.torn"):
            torn.rename(torn.with_suffix(""))
        spooled = [one["body"] for record in found for one in msgspec.msgpack.decode(record)]
        settled, carried = ([body for state, body in bodies if bool(state) is read] for read in (True, False))
        return Read(settled, carried, spooled, alerts)

    def sound(self) -> bool:
        return self._ask("PRAGMA integrity_check") == [("ok",)]

    def _ask(self, sql: str) -> list[Any]:
        """Return the rows of a query. A connection that may only read leaves the files as they are."""
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()


def history(folder: Path, weights: str) -> list[Held]:
    """Return the disk after each step of an ingest; the weights are of storing, reading and moving the log into the file."""
    command = [sys.executable, "-m", "tests.ingest.power", weights, str(folder / "recorded.sqlite3")]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    made = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE)
    disk, found = Disk(folder), []
    for file, log, spooled, stored in pickle.loads(made.stdout):
        disk.hold(file, log, spooled)
        found.append(Held(file, log, spooled, disk.read(), stored))
        assert found[-1].read.bodies == stored, "every body was stored before its answer"
    return found


def torn(chance: random.Random, before: bytes, after: bytes) -> bytes:
    """Return what of a file may be on the disk when the power fails somewhere between two syncs."""
    kept = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    padded, sectors = differing(before, after)
    mixed, arrived = bytearray(padded), len(before)
    for at in sectors:
        if chance.random() < kept:
            mixed[at : at + SECTOR] = after[at : at + SECTOR]
        elif chance.random() < 0.05:
            first, last = span(mixed[at : at + SECTOR], after[at : at + SECTOR])
            mixed[at + first : at + last] = chance.randbytes(last - first)
        else:
            continue
        arrived = max(arrived, min(at + SECTOR, len(after)))
    return bytes(mixed[: chance.choice((arrived, len(after)))])


def span(before: bytes, after: bytes) -> tuple[int, int]:
    """
    Return from where to where two sectors differ. What was not being written survives.

    That is what SQLite takes for granted of a disk. Source: https://www.sqlite.org/psow.html
    """
    differ = [at for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    return differ[0], differ[-1] + 1


def torn_log(chance: random.Random, before: bytes, after: bytes) -> bytes:
    """
    Return the same of SQLite's log. When it begins anew, its header is synced before anything behind it is written.

    That matters: under the old header what is left of the old log would pass for a log.
    """
    if before[:HEADER] == after[:HEADER]:
        return torn(chance, before, after)
    begun = after[:HEADER] + before[HEADER:]
    return torn(chance, before, begun) if chance.random() < 0.2 else torn(chance, begun, after)


@lru_cache(4)
def differing(before: bytes, after: bytes) -> tuple[bytes, list[int]]:
    """Return `before`, as long as `after`, and where sectors of the two differ."""
    padded = before.ljust(len(after), b"\0")
    return padded, [at for at in range(0, len(after), SECTOR) if padded[at : at + SECTOR] != after[at : at + SECTOR]]


@pytest.mark.row("F-10", "I1")
def test_after_a_power_cut_every_acknowledged_body_is_there_and_nothing_is_half_done(tmp_path, times: Times):
    steps, chance, disk = history(tmp_path, "6,3,2"), random.Random(SEED), Disk(tmp_path)
    cuts = times(600, 20_000)
    moved = sum(before.file != after.file for before, after in pairwise(steps))
    assert moved >= 3, "the log was moved into the file in between"
    ends = {"before": 0, "after": 0}
    for cut in range(cuts):
        at = cut * (len(steps) - 1) // cuts
        before, after = steps[at], steps[at + 1]
        spooled = torn(chance, before.spool, after.spool)
        disk.hold(torn(chance, before.file, after.file), torn_log(chance, before.log, after.log), spooled)
        found = disk.read()
        whole = [(each.read.settled, each.read.alerts) for each in (before, after)]
        assert (found.settled, found.alerts) in whole, f"power cut {cut} between steps {at} and {at + 1}"
        assert found.bodies == after.acknowledged[: len(found.bodies)], "each is there once, and in its order"
        assert len(found.bodies) >= len(before.acknowledged)
        ends["before" if found == before.read else "after"] += 1
        assert cut % 20 or disk.sound()
    assert min(ends.values()) > cuts // 20, "cuts fell on both sides of the commits"


def test_a_log_that_is_cut_off_or_flipped_anywhere_is_a_prefix_of_the_commits(tmp_path, times: Times):
    steps, chance, disk = history(tmp_path, "6,3,0"), random.Random(SEED), Disk(tmp_path)
    known = [(one.read.settled, one.read.alerts) for one in steps]
    lost = 0
    damages = times(150, 10_000)
    for _ in range(damages):
        last = chance.randrange(len(steps))
        log, spooled = bytearray(steps[last].log), steps[last].spool
        at = chance.randrange(len(log))
        if chance.random() < 0.5:
            del log[at:]
        else:
            log[at] ^= 1 << chance.randrange(8)
        disk.hold(steps[last].file, bytes(log), spooled)
        found = disk.read()
        assert (found.settled, found.alerts) in [([], []), *known[: last + 1]]
        assert found.bodies == steps[last].acknowledged, "what SQLite has forgotten the spool still has"
        lost += found != steps[last].read
    assert lost > damages // 4, "the damage was seen"
