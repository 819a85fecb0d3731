"""Of many things none keeps another back, unless what all of them need is gone."""

import pytest
from django.db import DataError, IntegrityError, OperationalError

from tocsin.kit import faults


@pytest.mark.parametrize("fault", [KeyError, DataError, IntegrityError])
def test_a_fault_of_one_keeps_no_other_back(fault: type[Exception]) -> None:
    done: list[int] = []
    heard: list[tuple[int, str]] = []

    def act(item: int) -> None:
        if item == 1:
            raise fault("because")
        done.append(item)

    with pytest.raises(ExceptionGroup, match="three things") as raised:
        faults.each([0, 1, 2], act, "three things", lambda item, error: heard.append((item, type(error).__name__)))
    assert (done, heard) == ([0, 2], [(1, fault.__name__)])
    assert [type(error) for error in raised.value.exceptions] == [fault]


def test_what_is_done_together_is_done_one_by_one_if_one_of_them_is_at_fault() -> None:
    def whole() -> str:
        raise IntegrityError("one of them")

    assert faults.together(lambda: "together", lambda: "one by one", "things") == "together"
    assert faults.together(whole, lambda: "one by one", "things") == "one by one"


@pytest.mark.parametrize("lost", [OperationalError, OSError])
def test_a_lost_database_or_file_ends_it_at_once(lost: type[Exception]) -> None:
    seen: list[int] = []

    def act(item: int) -> None:
        seen.append(item)
        raise lost("gone")

    with pytest.raises(lost):
        faults.each([0, 1], act, "two things")
    assert seen == [0]
