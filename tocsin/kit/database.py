"""From TOCSIN_DATABASE_URL to Django's DATABASES: SQLite in the data folder unless a PostgreSQL URL is given."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db.backends.base.base import BaseDatabaseWrapper

from tocsin.kit.home import Home, Unusable
from tocsin.kit.sqlite import soundness

# A server thread that waits longer than this for a lock, or on PostgreSQL for a connection, fails and is retried as a whole.
WAIT_S = 20
POOL_WAIT_S = 6
LOST_AFTER_S = 10
"""After so long without a sign of life each side takes the other for gone: a process that is cut off notices, and the locks that it held,
or that a stopped process holds, are free again before a lease of 15 s ends."""

# How this side notices: of a peer behind a cut cable nothing ever comes, not even a refusal.
_NOTICING = {
    "connect_timeout": "5",
    "keepalives_idle": "4",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": str(LOST_AFTER_S * 1000),
}
# How the server does. What was acknowledged is on the disk, whatever its own default is; synchronous replicas may only add to it.
_SESSION = {
    "synchronous_commit": "on",
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": f"{LOST_AFTER_S}s",
    "idle_in_transaction_session_timeout": f"{LOST_AFTER_S}s",
}


def settings(home: Home) -> dict[str, Any]:
    """
    Return the settings of the one database.

    :raises Unusable: the URL is neither empty nor one of PostgreSQL, or there was an SQLite file and it is gone.
    """
    if not home.database_url:
        return _sqlite(home)
    try:
        url = urlsplit(home.database_url)
        port = str(url.port or "")
    except ValueError as error:
        raise Unusable(
            "This is no address of a database. It looks like postgresql://user:password@host:5432/tocsin, "
            "with /, :, @, # and % in a password written as %2F, %3A, %40, %23 and %25."
        ) from error
    if url.scheme not in ("postgres", "postgresql"):
        raise Unusable("TOCSIN_DATABASE_URL must be empty (SQLite) or begin with postgresql://.")
    said = dict(parse_qsl(url.query))
    options = [said.pop("options", ""), *(f"-c {name}={value}" for name, value in _SESSION.items())]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": port,
        # Connections come from the pool: a thread that kept its own would keep it from the others.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 16, "timeout": POOL_WAIT_S}, **_NOTICING, **said, "options": " ".join(options)},
    }


def beside_the_pool(connection: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    """Return a connection to the same database that no pool gives and no pool waits for; whoever takes it closes it."""
    own = connection.copy("beside")
    own.settings_dict["OPTIONS"].pop("pool", None)
    return own


def _sqlite(home: Home) -> dict[str, Any]:
    file = home.path / "tocsin.sqlite3"
    soundness.expect(file)
    return {
        "ENGINE": "tocsin.kit.sqlite",
        "NAME": str(file),
        # Each thread keeps its own, with what it has read of the file and the statements that it has prepared: all of ours last.
        "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": WAIT_S, "transaction_mode": "IMMEDIATE"},
        "TEST": {"NAME": str(home.path / "test.sqlite3")},
    }
