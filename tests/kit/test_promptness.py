"""Who answers is let in sooner, by as much as the kernel allows; its share and its rank stay."""

import ctypes
import os
import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from tocsin.kit import promptness

T = TypeVar("T")
READS = {"x86_64": 315, "aarch64": 275}
MACHINE = os.uname().machine


def in_a_thread(work: Callable[[], T]) -> T:
    found: list[T] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def attributes() -> tuple[int, int, int]:
    """Return policy, rank and slice of the thread; no slice where the number of the call is not known, as it then is to the product."""
    policy, rank = os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    if MACHINE not in READS:
        return policy, rank, 0
    room = ctypes.create_string_buffer(promptness._ATTRIBUTES.size)
    assert ctypes.CDLL(None).syscall(READS[MACHINE], 0, room, len(room), 0) == 0
    return policy, rank, promptness._ATTRIBUTES.unpack(room.raw)[5]


def test_a_thread_that_is_to_be_prompt_keeps_rank_and_policy_and_so_do_those_it_begins() -> None:
    before = in_a_thread(attributes)

    def prompt() -> tuple[tuple[int, ...], tuple[int, ...]]:
        promptness.be_prompt()
        return attributes(), in_a_thread(attributes)

    mine, begun = in_a_thread(prompt)
    assert mine == begun
    assert mine[:2] == before[:2]
    assert mine[2] in (promptness.SLICE_NS, before[2]), "an older kernel gives all the same"
    assert in_a_thread(attributes) == before, "nobody else is touched"


def test_where_the_call_is_not_known_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promptness, "_NUMBERS", {})

    def prompt() -> tuple[tuple[int, ...], tuple[int, ...]]:
        before = attributes()
        promptness.be_prompt()
        return before, attributes()

    before, after = in_a_thread(prompt)
    assert after == before
