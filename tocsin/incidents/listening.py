"""Hears on PostgreSQL what other processes notify: news for the readers of this one, bells for its loops."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import OperationalError, connection

from tocsin.incidents import notices
from tocsin.kit import bells

WAIT_S = 1.0


class Ear:
    """
    A connection of its own that listens. Run it in a loop: each run hears for a second.

    What was notified while it was not connected is not heard; readers find it by `since`.
    """

    def __init__(self) -> None:
        self._own: psycopg.Connection | None = None

    def run_once(self) -> bool:
        """
        Hand out what is notified within a second.

        :raises OperationalError: the database is gone; run again later.
        """
        with self._connected() as own:
            for heard in own.notifies(timeout=WAIT_S):
                (bells if heard.channel == bells.CHANNEL else notices).heard(heard.payload)
        return True

    def close(self) -> None:
        """Stop hearing."""
        if self._own is not None:
            self._own.close()
            self._own = None

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        try:
            if self._own is None:
                self._own = psycopg.connect(**_parameters(), autocommit=True)  # type: ignore[arg-type]
                for channel in (notices.CHANNEL, bells.CHANNEL):
                    self._own.execute(f"LISTEN {channel}")
            yield self._own
        except psycopg.Error as error:
            self.close()
            raise OperationalError(str(error)) from error


def _parameters() -> dict[str, str | int]:
    """Return how Django connects, without what belongs to Django's own connections (cursors, adapters, pool)."""
    return {name: value for name, value in connection.get_connection_params().items() if isinstance(value, str | int)}
