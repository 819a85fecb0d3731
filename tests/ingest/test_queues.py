"""Queues: bounded, in order, and fair."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest.queues import KEY_QUANTUM, QUANTUM, ROW_COST, SMALL, Queues

STORM, QUIET, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
ANY_KEY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Item:
    organisation_id: UUID
    size: int = 0
    number: int = 0
    key_id: UUID = ANY_KEY


def queues(*items: Item, bytes_max: int = 1 << 30, organisation_bytes_max: int = 1 << 30) -> Queues[Item]:
    made: Queues[Item] = Queues(bytes_max=bytes_max, organisation_bytes_max=organisation_bytes_max)
    for item in items:
        made.put(item)
    return made


@pytest.mark.row("I11")
def test_whoever_comes_during_a_storm_is_in_the_very_next_group():
    waiting = queues(*(Item(STORM, 1000, number) for number in range(10_000)), Item(QUIET, 1000))
    group = waiting.take(rows_max=200, bytes_max=1 << 30)
    place = next(place for place, item in enumerate(group) if item.organisation_id == QUIET)
    assert place <= QUANTUM // (1000 + ROW_COST)


@pytest.mark.row("I11")
def test_a_storm_of_large_bodies_gets_no_more_than_one_of_small_bodies():
    large = [Item(STORM, QUANTUM - ROW_COST, number) for number in range(400)]
    small = [Item(QUIET, 1024 - ROW_COST, number) for number in range(400 * QUANTUM // 1024)]
    group = queues(*large, *small).take(rows_max=1 << 30, bytes_max=100 * QUANTUM)
    moved = {who: sum(item.size + ROW_COST for item in group if item.organisation_id == who) for who in (STORM, QUIET)}
    assert abs(moved[STORM] - moved[QUIET]) <= QUANTUM


def test_those_that_got_nothing_come_first_next_time():
    waiting = queues(*(Item(UUID(int=number), QUANTUM - ROW_COST) for number in range(5) for _ in range(2)))
    first = waiting.take(rows_max=3, bytes_max=1 << 30)
    second = waiting.take(rows_max=2, bytes_max=1 << 30)
    assert {item.organisation_id for item in first + second} == {UUID(int=number) for number in range(5)}


def test_a_body_larger_than_any_share_is_served_all_the_same():
    waiting = queues(Item(STORM, 20 * QUANTUM), Item(QUIET, 10))
    assert [item.organisation_id for item in waiting.take(10, 1 << 30)] == [QUIET, STORM]


ITEMS = st.lists(st.tuples(st.sampled_from([STORM, QUIET, THIRD]), st.integers(0, 3 * QUANTUM)))


@given(ITEMS, st.integers(1, 20), st.integers(1, 4 * QUANTUM))
def test_nothing_is_lost_and_each_organisation_keeps_its_order(drawn, rows_max, bytes_max):
    items = [Item(who, size, number) for number, (who, size) in enumerate(drawn)]
    waiting, taken = queues(*items), []
    while group := waiting.take(rows_max, bytes_max):
        assert len(group) <= rows_max
        taken += group
    for who in (STORM, QUIET, THIRD):
        assert [item for item in taken if item.organisation_id == who] == [item for item in items if item.organisation_id == who]


@pytest.mark.row("F-27", "I11")
def test_a_storm_by_one_key_lets_what_comes_by_another_of_the_organisation_into_the_very_next_group():
    storm = [Item(STORM, 1000, number, THIRD) for number in range(10_000)]
    waiting = queues(*storm, Item(STORM, 1000, key_id=QUIET), Item(QUIET, 1000))
    group = waiting.take(rows_max=200, bytes_max=1 << 30)
    beside = next(place for place, item in enumerate(group) if item.key_id == QUIET)
    assert beside <= KEY_QUANTUM // (1000 + ROW_COST) + 1
    assert any(item.organisation_id == QUIET for item in group), "many keys are no larger share than one"


@pytest.mark.row("F-27")
def test_keys_of_one_organisation_that_all_storm_have_equal_shares():
    storms = [Item(STORM, 700, number, key) for key in (QUIET, THIRD) for number in range(5_000)]
    large = [Item(STORM, KEY_QUANTUM, number) for number in range(500)]
    group = queues(*storms, *large).take(rows_max=1 << 30, bytes_max=60 * KEY_QUANTUM)
    moved = [sum(item.size + ROW_COST for item in group if item.key_id == key) for key in (QUIET, THIRD, ANY_KEY)]
    assert max(moved) - min(moved) <= 2 * (KEY_QUANTUM + ROW_COST)


@pytest.mark.row("I10")
def test_memory_has_a_ceiling_for_each_organisation_and_for_all():
    waiting = queues(bytes_max=100, organisation_bytes_max=60)
    assert waiting.hold(Item(STORM), 60)
    assert not waiting.hold(Item(STORM), 1)
    assert waiting.hold(Item(QUIET, key_id=QUIET), 40)
    assert not waiting.hold(Item(THIRD, key_id=THIRD), 1)
    waiting.let_go(Item(STORM), 60)
    assert waiting.hold(Item(THIRD, key_id=THIRD), 60)


@pytest.mark.row("F-27")
def test_one_key_leaves_room_for_the_others_of_its_organisation():
    waiting: Queues[Item] = Queues(bytes_max=1000, organisation_bytes_max=100, key_bytes_max=75)
    assert waiting.hold(Item(STORM, key_id=THIRD), 75)
    assert not waiting.hold(Item(STORM, key_id=THIRD), 1)
    assert waiting.hold(Item(STORM, key_id=QUIET), 25)
    waiting.let_go(Item(STORM, key_id=THIRD), 75)
    assert waiting.hold(Item(STORM, key_id=THIRD), 75)


@pytest.mark.row("F-27", "I11")
def test_however_many_storm_whoever_holds_little_finds_room():
    waiting: Queues[Item] = Queues(bytes_max=64 * SMALL, organisation_bytes_max=16 * SMALL, reserved=8 * SMALL)
    storms = [Item(UUID(int=number), key_id=UUID(int=number)) for number in range(100, 104)]
    held = [sum(waiting.hold(one, SMALL // 2) for _ in range(40)) for one in storms]
    assert held[0] == 2 * 16
    assert sum(held) == 2 * (64 - 8)
    assert waiting.hold(Item(QUIET, key_id=QUIET), SMALL)
    assert not waiting.hold(Item(QUIET, key_id=QUIET), 1)


def test_the_reader_ends_after_what_is_queued():
    waiting = queues(Item(STORM, 1))
    waiting.close()
    assert waiting.wait()
    waiting.take(1, 1 << 30)
    assert not waiting.wait()
