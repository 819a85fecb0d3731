"""Streams have seats: of one person, of one organisation, of one process."""

from contextlib import ExitStack
from uuid import UUID

import pytest

from tocsin.web.listeners import Full, Limits, Seats

HERE, THERE = UUID(int=1), UUID(int=2)


@pytest.mark.row("F-29", "I10")
@pytest.mark.parametrize(
    ("taken", "asked"),
    [
        ([(HERE, "ana")] * 2, (HERE, "ana")),
        ([(HERE, "ana"), (HERE, "bea"), (HERE, "chi")], (HERE, "tom")),
        ([(HERE, "ana"), (HERE, "bea"), (THERE, "dov"), (THERE, "eve")], (THERE, "fay")),
    ],
    ids=["person", "organisation", "process"],
)
def test_whoever_comes_too_many_finds_no_seat_until_somebody_goes(taken, asked) -> None:
    seats = Seats(Limits(process=4, organisation=3, person=2))
    with ExitStack() as stack:
        for each in taken:
            stack.enter_context(seats.taken(*each))
        with pytest.raises(Full), seats.taken(*asked):
            pass
    with seats.taken(*asked):
        pass
