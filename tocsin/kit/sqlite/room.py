"""Room for whoever writes much at once."""

from typing import Final

from django.db import connection

CACHE_KIB: Final = 16 * 1024


def make() -> None:
    """
    Let this thread's connection to SQLite keep at hand what it writes until the commit; called again for each new connection, and of no
    effect within a transaction.

    A page that falls out of the cache before its commit is written twice. And of each page that a statement changes which may have to be
    taken back alone, one of many rows, SQLite writes a copy into a temporary file: here it stays in memory.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            cursor.execute("PRAGMA temp_store = MEMORY")
