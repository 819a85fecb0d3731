"""Time can be moved by tests and by nobody else; ids sort by when they were made and say what they name."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from types import ModuleType

import pytest

from tocsin.kit import ids

NOON = datetime(2026, 10, 12, 12, tzinfo=UTC)


def test_frozen_time_stands_until_it_is_shifted_and_runs_again_after_a_reset(clock: ModuleType) -> None:
    clock.freeze(NOON)
    assert clock.now() == clock.now() == NOON
    clock.shift(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_shifted_time_goes_on_running(clock: ModuleType) -> None:
    before = datetime.now(UTC)
    clock.shift(timedelta(days=1))
    clock.shift(timedelta(days=1))
    assert before + timedelta(days=2) <= clock.now() <= datetime.now(UTC) + timedelta(days=2)
    assert clock.now().tzinfo is UTC


def test_ids_are_version_7_and_sort_by_when_they_were_made() -> None:
    made = [ids.new() for _ in range(2000)]
    assert {uuid.version for uuid in made} == {7}
    assert len(set(made)) == len(made)
    milliseconds = [uuid.int >> 80 for uuid in made]
    assert milliseconds == sorted(milliseconds)


def test_many_ids_are_as_good_as_each_alone() -> None:
    before, made, after = ids.new(), list(islice(ids.many(), 200)), ids.new()
    assert {one.version for one in made} == {7}
    assert len(set(made)) == 200
    assert made == sorted(made)
    assert before < made[0]
    assert made[0].int >> 80 <= after.int >> 80


def test_an_id_says_at_the_edges_what_it_names() -> None:
    uuid = ids.new()
    text = ids.typed("inc", uuid)
    assert text == f"inc_{uuid.hex}"
    assert ids.untyped("inc", text) == uuid


@pytest.mark.parametrize("text", ["", "inc_", "inc_12", "org_" + "0" * 32, "inc_" + "g" * 32, "inc_" + "0" * 33, "inc_" + "0" * 32 + "\n"])
def test_anything_else_is_not_taken_for_an_id(text: str) -> None:
    with pytest.raises(ValueError, match="is not an id of the form inc_"):
        ids.untyped("inc", text)
