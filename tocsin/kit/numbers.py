"""What is counted for Prometheus: in whatever process it happens, it is told by the one that answers."""

from collections.abc import Iterator, Sequence
from typing import Final

from prometheus_client import Counter

_counters: Final[dict[str, Counter]] = {}

Count = tuple[str, dict[str, str], float]
"""The name of a counter, its labels, and how far it has got, or by how much."""


def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
    """Return a new counter. A name is counted under once."""
    made = _counters[name] = Counter(name, meaning, labels)
    return made


class Tally:
    """What this process has counted since it was last asked."""

    def __init__(self) -> None:
        self._told = {(name, *sorted(labels.items())): count for name, labels, count in _counts()}

    def take(self) -> list[Count]:
        """Return by how much each counter has grown."""
        grown: list[Count] = []
        for name, labels, count in _counts():
            key = (name, *sorted(labels.items()))
            if count > (told := self._told.get(key, 0.0)):
                grown.append((name, labels, count - told))
                self._told[key] = count
        return grown


def add(counts: Sequence[Count]) -> None:
    """Count here what another process has counted."""
    for name, labels, count in counts:
        found = _counters[name]
        (found.labels(**labels) if labels else found).inc(count)


def _counts() -> Iterator[Count]:
    for name, each in _counters.items():
        for family in each.collect():
            yield from ((name, sample.labels, sample.value) for sample in family.samples if sample.name.endswith("_total"))
