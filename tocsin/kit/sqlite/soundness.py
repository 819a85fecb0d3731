"""Whether the database file is there and whole: what is damaged or gone is never served as if it were empty."""

import sqlite3
from pathlib import Path
from typing import Final

from tocsin.kit.home import Unusable
from tocsin.kit.readonly import readonly

MADE: Final = "data.made"
"""Lies beside the database from its first start on."""
_AGAIN: Final = "put the file back from the last backup"


def expect(path: Path) -> None:
    """
    Return if the file is there, or the folder is new. Before anything opens it: SQLite makes an empty file of one that is gone.

    :raises Unusable: it is gone.
    """
    if (path.parent / MADE).exists() and not (path.exists() and path.stat().st_size):
        raise Unusable(f"The database {path} is gone: {_AGAIN}, or remove {path.parent / MADE} to begin with an empty one.")


def examine(path: Path) -> None:
    """
    Return if the file may be served: it is sound, or the folder is new. Reads all of it once, a second for some hundred MiB.

    :raises Unusable: it is damaged or gone. Nothing was written.
    """
    expect(path)
    if not path.exists():
        return
    found = _complaint(path)
    if found:
        raise Unusable(f"The database {path} is damaged ({found}): {_AGAIN}. Nothing was written to it.")


def address(path: Path) -> str:
    """Return the address under which SQLite only reads a file. On a disk that nobody can write it could not make a log where there is none."""
    log = path.with_name(f"{path.name}-wal")
    return f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if readonly.now and not log.exists() else ''}"


def made(path: Path) -> None:
    """Remember that there has been a database."""
    (path.parent / MADE).touch(mode=0o600)


def _complaint(path: Path) -> str:
    database = sqlite3.connect(address(path), uri=True)
    try:
        (first,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        database.close()
    return "" if first == "ok" else " ".join(str(first).split())
