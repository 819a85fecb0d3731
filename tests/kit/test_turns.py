"""A loop that looks at everything there is runs in one process of the cluster at a time, and the next one takes over."""

import threading

import pytest
from django.db import connection

from tocsin.kit import transactions
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


@pytest.mark.row("F-13")
def test_a_turn_does_not_go_back_to_the_pool_with_a_connection_that_was_given_up() -> None:
    """A deadlock ends a session, and the turn with it: whoever comes next must not find it held by one that nobody uses."""
    did: list[bool] = []
    attempts: list[int] = []

    def collide() -> bool:
        attempts.append(1)
        if len(attempts) == 1:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE deadlock_detected; END $$")
        return True

    def elsewhere() -> None:
        did.append(alone("standing", lambda: True)())
        connection.close()

    assert alone("standing", lambda: transactions.retry(collide))()
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert (len(attempts), did) == (2, [True])
