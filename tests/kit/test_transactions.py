"""Whole transactions tried again: what is passing is retried within bounds, what is wrong is not."""

import sqlite3
import threading
from collections.abc import Callable

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from tests.serving import eventually
from tocsin.accounts.models import Organisation
from tocsin.kit.sqlite.gate import WAITED_TOO_LONG
from tocsin.kit.transactions import passing, retry


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def busy(code: int = sqlite3.SQLITE_BUSY) -> Exception:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = code
    return caused(OperationalError("database is locked"), cause)


def postgresql(state: str) -> Exception:
    return caused(OperationalError("x"), psycopg.errors.lookup(state)("x"))


@pytest.mark.row("F-16")
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (busy(), "busy"),
        (busy(sqlite3.SQLITE_BUSY | 2 << 8), "busy"),  # SQLITE_BUSY_SNAPSHOT
        (OperationalError(WAITED_TOO_LONG), "busy"),
        (postgresql("40001"), "conflict"),
        (postgresql("40P01"), "conflict"),
        (postgresql("55P03"), "conflict"),
        (postgresql("57P01"), "conflict"),
        (postgresql("08006"), "connection"),
        (caused(OperationalError("x"), psycopg.OperationalError("server closed the connection")), "connection"),
        (caused(InterfaceError("x"), psycopg.InterfaceError("connection already closed")), "connection"),
        (busy(sqlite3.SQLITE_FULL), ""),
        (busy(sqlite3.SQLITE_CORRUPT), ""),
        (postgresql("53100"), ""),  # the disk is full
        (OperationalError("no such table"), ""),
    ],
)
def test_only_what_may_be_gone_the_next_time_is_worth_another_try(error: Exception, reason: str) -> None:
    assert passing(error) == reason


def failing(errors: list[Exception]) -> Callable[[], str]:
    def work() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    return work


@pytest.mark.row("F-16")
@pytest.mark.django_db(transaction=True)
def test_it_is_tried_again_until_it_is_done() -> None:
    assert retry(failing([busy(), busy(), busy()])) == "done"


@pytest.mark.django_db(transaction=True)
def test_it_gives_up_in_bounded_time_with_the_error_itself() -> None:
    with pytest.raises(OperationalError, match="locked"):
        retry(failing([busy() for _ in range(1000)]), give_up_after_s=0.1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [IntegrityError("twice"), OperationalError("no such table"), ValueError("x")])
def test_what_is_wrong_is_not_tried_again(error: Exception) -> None:
    errors = [error, error]
    with pytest.raises(type(error)):
        retry(failing(errors))
    assert len(errors) == 1


@pytest.mark.django_db(transaction=True)
def test_within_an_outer_transaction_nothing_is_tried_again() -> None:
    with pytest.raises(OperationalError), transaction.atomic():
        retry(failing([busy()]))


@pytest.mark.row("F-16")
@pytest.mark.django_db(transaction=True)
def test_two_that_lock_each_other_out_both_get_through() -> None:
    one, other = (Organisation.objects.create(slug=slug, name=slug) for slug in ("one", "other"))
    met = threading.Barrier(2)
    tries: list[str] = []

    def work(first: Organisation, second: Organisation, name: str) -> None:
        def both() -> None:
            tries.append(name)
            with transaction.atomic():
                Organisation.objects.select_for_update().get(pk=first.pk)
                if connection.vendor == "postgresql" and tries.count(name) == 1:
                    met.wait(10)
                Organisation.objects.filter(pk=second.pk).update(name=name)

        retry(both)
        connection.close()

    threads = [threading.Thread(target=work, args=(one, other, "a")), threading.Thread(target=work, args=(other, one, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row.name for row in Organisation.objects.all()} == {"a", "b"}
    assert len(tries) == (3 if connection.vendor == "postgresql" else 2)  # SQLite's writers queue at the gate and never meet


@pytest.mark.row("F-16")
@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_lock_that_is_let_go_gets_through() -> None:
    row = Organisation.objects.create(slug="one", name="one")
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Organisation.objects.select_for_update().get(pk=row.pk)
            inside.set()
            leave.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    eventually(inside.is_set)
    threading.Timer(0.1, leave.set).start()
    assert retry(lambda: Organisation.objects.filter(pk=row.pk).update(name="two")) == 1
    holder.join()
