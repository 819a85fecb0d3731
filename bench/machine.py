"""What a server takes of the machine, with every process that it has begun: they are one session."""

import os
import signal
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_STATE, _PARENT, _SESSION, _TIMES = 0, 1, 3, slice(11, 15)
"""Where they stand in /proc/*/stat behind the name: state, parent and session, times of the process and of its children that have ended."""


def processes(session: int) -> list[int]:
    """Return the processes of a session that run."""
    found = [(int(folder.name), _stat(int(folder.name))) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    return [pid for pid, stat in found if stat and int(stat[_SESSION]) == session and stat[_STATE] not in "ZX"]


def kill(session: int) -> None:
    """End every process of a session at once, as a power cut would, and wait until none is left."""
    while left := processes(session):
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def processor_s(session: int) -> float:
    """Return the processor time that a session has taken."""
    return sum(int(ticks) for pid in processes(session) for ticks in (_stat(pid) or ["0"] * 15)[_TIMES]) / TICKS


def with_children_s(parent: int) -> float:
    """Return the processor time that a process and its children, each of which may be a session of its own, have taken."""
    stats = [_stat(int(folder.name)) for folder in Path("/proc").iterdir() if folder.name.isdigit()]
    mine = [_stat(parent), *(stat for stat in stats if stat and int(stat[_PARENT]) == parent)]
    return sum(int(ticks) for stat in mine for ticks in (stat or ["0"] * 15)[_TIMES]) / TICKS


def memory_mib(session: int) -> float:
    """Return the memory of a session: what its processes hold of their own, shared pages once, and the files of the largest once."""
    own, files = 0, 0
    for pid in processes(session):
        said = {name: int(rest.split()[0]) for name, _, rest in map(_parted, _lines(f"/proc/{pid}/smaps_rollup")) if rest.endswith("kB")}
        own += said.get("Pss_Anon", 0) + said.get("Pss_Shmem", 0)
        files = max(files, said.get("Rss", 0) - said.get("Anonymous", 0))
    return (own + files) / 1024


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _stat(pid: int) -> list[str] | None:
    lines = _lines(f"/proc/{pid}/stat")
    return lines[0].rpartition(")")[2].split() if lines else None
