"""Guessing a password is slow."""

from datetime import timedelta

import pytest

from tocsin.accounts import attempts

pytestmark = pytest.mark.django_db


def fail(times: int, email: str = "ana@example.org") -> None:
    for _ in range(times):
        attempts.failed(email)


def test_the_tenth_failure_blocks_and_the_ninth_does_not():
    fail(9)
    assert not attempts.blocked("ana@example.org")
    fail(1)
    assert attempts.blocked("ana@example.org")


def test_the_block_is_of_one_address_however_it_is_written():
    fail(10, " Ana@Example.org ")
    assert attempts.blocked("ana@example.org")
    assert not attempts.blocked("bea@example.org")


def test_the_block_ends_after_a_quarter_of_an_hour(clock):
    fail(10)
    clock.shift(timedelta(minutes=15))
    assert not attempts.blocked("ana@example.org")
    fail(9)
    assert not attempts.blocked("ana@example.org")


def test_a_success_starts_over():
    fail(9)
    attempts.forget("ana@example.org")
    fail(9)
    assert not attempts.blocked("ana@example.org")
