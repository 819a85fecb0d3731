"""Which rules lead back to themselves."""

from collections.abc import Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def on_cycles(graph: Graph) -> list[str]:
    """Return the names from which the graph leads back, found by taking away what leads nowhere, then what nothing leads to. Linear."""
    rest = _without_ends({name: [to for to in targets if to in graph] for name, targets in graph.items()})
    backwards: dict[str, list[str]] = {name: [] for name in rest}
    for name, targets in rest.items():
        for target in targets:
            backwards[target].append(name)
    return list(_without_ends(backwards))


def _without_ends(graph: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the part of a graph in which everything leads on."""
    sources: dict[str, list[str]] = {name: [] for name in graph}
    for name, targets in graph.items():
        for target in targets:
            sources[target].append(name)
    left = {name: len(targets) for name, targets in graph.items()}
    ends = [name for name, count in left.items() if count == 0]
    gone: set[str] = set()
    while ends:
        end = ends.pop()
        gone.add(end)
        for source in sources[end]:
            left[source] -= 1
            if left[source] == 0:
                ends.append(source)
    return {name: [to for to in targets if to not in gone] for name, targets in graph.items() if name not in gone}
