"""The keyring: asks seldom, and never answers from longer ago than a second."""

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError

from tocsin.ingest.keyring import LOOKUPS_MAX, TTL_S, Holder, Keyring, Overloaded

HOLDER = Holder(UUID(int=1), UUID(int=2))


@dataclass
class Directory:
    """What the database knows, and how often it was asked."""

    known: dict[str, Holder] = field(default_factory=lambda: {"good": HOLDER})
    asked: int = 0
    at: float = 100.0
    broken: bool = False

    def look_up(self, secret: str) -> Holder | None:
        self.asked += 1
        if self.broken:
            raise OperationalError("gone")
        return self.known.get(secret)

    def keyring(self) -> Keyring:
        return Keyring(self.look_up, lambda: self.at)


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def test_a_storm_asks_once():
    directory = Directory()

    async def scene() -> None:
        keyring = directory.keyring()
        found = await asyncio.gather(*(keyring.find("good") for _ in range(100)))
        assert set(found) == {HOLDER}
        assert await keyring.find("good") == HOLDER
        assert directory.asked == 1

    run(scene())


def test_a_key_that_opens_nothing_is_remembered_as_well():
    directory = Directory()

    async def scene() -> None:
        keyring = directory.keyring()
        assert [await keyring.find("bad") for _ in range(5)] == [None] * 5
        assert directory.asked == 1

    run(scene())


def test_a_revoked_key_is_refused_within_a_second():
    directory = Directory()

    async def scene() -> None:
        keyring = directory.keyring()
        assert await keyring.find("good") == HOLDER
        directory.known.clear()
        directory.at += TTL_S
        assert await keyring.find("good") is None

    run(scene())


def test_an_answer_half_as_old_is_renewed_while_it_serves():
    directory = Directory()

    async def scene() -> None:
        keyring = directory.keyring()
        await keyring.find("good")
        directory.at += TTL_S / 2
        directory.known.clear()
        assert await keyring.find("good") == HOLDER
        while directory.asked < 2 or await keyring.find("good"):
            await asyncio.sleep(0)

    run(scene())


def test_a_database_that_fails_behind_a_good_answer_is_told_to_whoever_waits_next():
    directory = Directory()

    async def scene() -> None:
        keyring = directory.keyring()
        await keyring.find("good")
        directory.broken = True
        directory.at += TTL_S / 2
        assert await keyring.find("good") == HOLDER
        directory.at += TTL_S
        with pytest.raises(OperationalError):
            await keyring.find("good")

    run(scene())


@pytest.mark.row("I10")
def test_guessing_many_keys_at_once_is_refused_before_it_piles_up():
    directory = Directory()

    async def scene() -> None:
        keyring = directory.keyring()
        guesses = [asyncio.ensure_future(keyring.find(f"guess {number}")) for number in range(LOOKUPS_MAX + 1)]
        answers = await asyncio.gather(*guesses, return_exceptions=True)
        assert [type(answer) for answer in answers if answer is not None] == [Overloaded]

    run(scene())


@pytest.mark.row("F-18")
def test_a_database_that_does_not_answer_is_not_waited_for_longer_than_a_sender_would():
    silent = threading.Event()

    async def scene() -> None:
        keyring = Keyring(lambda _: HOLDER if silent.wait(30) else None, answered_within_s=0.05)
        with pytest.raises(OperationalError):
            await keyring.find("good")
        silent.set()  # what was asked is not asked again, and its answer serves whoever comes next
        assert await keyring.find("good") == HOLDER

    run(scene())
