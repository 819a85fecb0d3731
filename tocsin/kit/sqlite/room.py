"""Room for whoever writes much at once."""

from typing import Final

from django.db import connection

from tocsin.kit import bulk
from tocsin.kit.sqlite.base import Connection

CACHE_KIB: Final = 16 * 1024


def make() -> None:
    """
    Let this thread's connection to SQLite keep at hand what it writes until the commit; once for each connection, and of no
    effect within a transaction.

    A page that falls out of the cache before its commit is written twice. And of each page that a statement changes which may have to be
    taken back alone, one of many rows, SQLite writes a copy into a temporary file: here it stays in memory.
    """
    if bulk.on_postgresql() or connection.in_atomic_block:
        return
    connection.ensure_connection()
    mine = connection.connection
    if isinstance(mine, Connection) and not mine.roomy:
        mine.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        mine.execute("PRAGMA temp_store = MEMORY")
        mine.roomy = True
