"""A set of cells said in words: as few boxes as the order of the axes gives, each naming only what it depends on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from math import prod
from typing import Final

from tocsin.engine.expressions import UNKNOWN, Literal, Value
from tocsin.engine.spelling import spell
from tocsin.engine.times import Span
from tocsin.plan.cells.axes import Axis, Region
from tocsin.plan.cells.space import Space

_BOXES_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Box:
    """A block of cells: for each axis that matters the regions it may be in. `cells` is how many they are."""

    sides: tuple[tuple[Axis, tuple[Region, ...]], ...]
    cells: int

    def __str__(self) -> str:
        said = [words(each, regions) for each, regions in self.sides]
        return " and ".join(f"({each})" if len(said) > 1 and " or " in each else each for each in said) or "always"


@dataclass(slots=True)
class _Blocks:
    """Splits a set along one axis after the other; parts that look the same from there on stay together."""

    space: Space
    left: int = _BOXES_MAX
    runs: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        sizes = [len(each.regions) for each in self.space.axes]
        self.runs = tuple(prod(sizes[index:]) for index in range(len(sizes) + 1))

    def of(self, cells: int, index: int = 0) -> Iterator[tuple[tuple[tuple[int, tuple[int, ...]], ...], int]]:
        """Yield each block as (sides, count); sides are (index of the axis, regions)."""
        if not cells or self.left <= 0:
            return
        if cells == (1 << self.runs[index]) - 1:
            self.left -= 1
            yield (), self.runs[index]
            return
        while len(self.space.axes[index].regions) == 1:  # by a loop: there may be any number of these
            index += 1
        run, count = self.runs[index + 1], len(self.space.axes[index].regions)
        by_rest: dict[int, list[int]] = {}
        for region in range(count):
            by_rest.setdefault(cells >> (run * region) & ((1 << run) - 1), []).append(region)
        for rest, regions in by_rest.items():
            for sides, size in self.of(rest, index + 1):
                own = ((index, tuple(regions)),) if len(regions) < count else ()
                yield (*own, *sides), size * len(regions)


def boxes(space: Space, cells: int) -> tuple[Box, ...]:
    """Return a set of cells as boxes that do not overlap, largest first; at most fifty. Pure."""
    found = [
        Box(tuple((space.axes[index], tuple(space.axes[index].regions[region] for region in regions)) for index, regions in sides), count)
        for sides, count in _Blocks(space).of(cells)
    ]
    return tuple(sorted(found, key=lambda box: -box.cells))


def words(axis: Axis, regions: tuple[Region, ...]) -> str:
    """Return what it means for the leaf of `axis` to be in one of `regions`."""
    known = [region for region in regions if region.value is not UNKNOWN]
    said = list(_stretches(spell(axis.leaf), known)) if axis.ordered else list(_chosen(axis, known))
    if len(known) < len(regions):
        said.append(f"{spell(axis.leaf)} is not known")
    return " or ".join(said)


def _chosen(axis: Axis, regions: list[Region]) -> Iterator[str]:
    name = spell(axis.leaf)
    if not regions:
        return
    if isinstance(regions[0].value, bool):
        yield from (name if region.value else f"not {name}" for region in regions)
    else:
        yield f"{name} is {' or '.join(str(region.value) for region in regions)}"


def _stretches(name: str, regions: list[Region]) -> Iterator[str]:
    """Yield each stretch of neighbouring regions, such as `30.0 < complaints.excess <= 50.0`."""
    at = 0
    while at < len(regions):
        first = last = at
        while last + 1 < len(regions) and _touch(regions[last], regions[last + 1]):
            last += 1
        low, high = regions[first], regions[last]
        at = last + 1
        if low.low is not None and low.low == high.high:
            yield f"{name} == {in_words(low.low)}"
            continue
        before = f"{in_words(low.low)} {'<=' if low.low_in else '<'} " if low.low is not None else ""
        after = f" {'<=' if high.high_in else '<'} {in_words(high.high)}" if high.high is not None else ""
        if before and not after:
            sign = ">=" if low.low_in else ">"
            yield f"{name} {sign} {in_words(low.low)}"
        else:
            yield f"{before}{name}{after}" if before or after else f"any {name}"


def _touch(one: Region, other: Region) -> bool:
    return one.high is not None and one.high == other.low and (one.high_in or other.low_in)


def in_words(value: Value | None) -> str:
    """Return a constant as people write it."""
    match value:
        case timedelta():
            return str(Span(exact=value))
        case Decimal() | None:
            return str(value)
        case _:
            return spell(Literal(value))
