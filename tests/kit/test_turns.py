"""A loop that looks at everything there is runs in one process of the cluster at a time, and the next one takes over."""

import threading

import pytest
from django.db import connection

from tocsin.kit.turns import alone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_while_another_is_at_it_nothing_is_done_and_afterwards_it_is() -> None:
    did: list[str] = []

    def elsewhere() -> None:
        """Be another process, as far as the database can tell: a connection of its own."""
        did.append("busy" if not alone("standing", lambda: True)() else "done")
        connection.close()

    def at_it() -> bool:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return True

    assert alone("standing", at_it)()
    assert did == ["busy"]
    elsewhere()
    assert did == ["busy", "done"]
    assert alone("expiry", at_it)(), "another loop is another turn"
    assert did == ["busy", "done", "done"]
