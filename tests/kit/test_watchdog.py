"""A loop that stands still ends its process; one that works, or a machine that slept, does not."""

import asyncio
import threading

import pytest

from tocsin.kit.watchdog import LOOKS_MAX, Watchdog

EVERY_S = 0.002


@pytest.mark.row("F-30")
def test_a_loop_that_is_held_up_ends_the_process() -> None:
    left = threading.Event()

    async def hold_up() -> None:
        Watchdog(asyncio.get_running_loop(), left.set, EVERY_S).start()
        assert left.wait(10), "nothing else runs in this loop meanwhile"

    asyncio.run(hold_up())


@pytest.mark.row("F-30")
def test_a_loop_that_is_slow_but_turns_lives_on() -> None:
    left = threading.Event()

    async def work() -> None:
        dog = Watchdog(asyncio.get_running_loop(), left.set, 0.02)
        dog.start()
        for _ in range(LOOKS_MAX * 2):
            threading.Event().wait(0.03)  # longer than between two looks
            await asyncio.sleep(0)
        dog.stop()

    asyncio.run(work())
    assert not left.is_set()
