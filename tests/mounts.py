"""A disk of a server's own, as small as a test wants it: a file system in memory that nobody else sees."""

import subprocess
from functools import cache
from pathlib import Path

from tests.serving import Served

_ENTER = ("unshare", "--mount", "sh", "-c")
_SETTLE = 'mount -t tmpfs -o size="$1" tocsin "$0" && cp -a "$0.seed/." "$0" && shift && exec "$@"'


@cache
def permitted() -> bool:
    """Return whether this machine lets us mount."""
    try:
        return subprocess.run([*_ENTER, "mount -t tmpfs tocsin /mnt"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def on_a_disk_of_its_own(home: Path, size: str) -> tuple[str, ...]:
    """Return the command under which a server finds its home on a disk of `size`. It is as it was after every start."""
    home.rename(home.with_name(f"{home.name}.seed"))
    home.mkdir()
    return (*_ENTER, _SETTLE, str(home), size)


_SHUT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


def read_only(home: Path) -> tuple[str, ...]:
    """Return the command under which a server can read its home and not write it."""
    return (*_ENTER, _SHUT, str(home))


def open_again(served: Served) -> None:
    """Let a running server write its home."""
    assert served.process is not None
    subprocess.run(["nsenter", f"--mount=/proc/{served.process.pid}/ns/mnt", "mount", "-o", "remount,bind,rw", served.home], check=True)


def seen(served: Served) -> Path:
    """Return the home of a running server as it sees it."""
    assert served.process is not None
    return Path(f"/proc/{served.process.pid}/root{served.home}")
