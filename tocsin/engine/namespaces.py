"""Names of several plans in one Program: the first plan's stand as they are, those of every other begin with its id: `notice-rules~report`."""

from typing import Final

SEPARATOR: Final = "~"


def part_of(name: str) -> str:
    """Return the id of the plan that `name` belongs to; empty for the first plan, whose names stand as they are."""
    return name.rpartition(SEPARATOR)[0]


def bare(name: str) -> str:
    """Return `name` as its own plan writes it."""
    return name.rpartition(SEPARATOR)[2]


def within(part: str, name: str) -> str:
    """Return how `name` of the plan `part` is called beside other plans."""
    return f"{part}{SEPARATOR}{name}" if part else name
