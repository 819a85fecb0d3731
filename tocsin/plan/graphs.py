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


def circles(graph: Graph) -> list[list[str]]:
    """Return the names from which the graph leads back; those that hang together are one circle, in the order of the graph. Linear."""
    stuck = set(on_cycles(graph))
    neighbours: dict[str, set[str]] = {name: set() for name in graph if name in stuck}
    for name in neighbours:
        for target in graph[name]:
            if target in stuck:
                neighbours[name].add(target)
                neighbours[target].add(name)
    circle_of: dict[str, int] = {}
    found: list[list[str]] = []
    for start in neighbours:
        waiting = [] if start in circle_of else [start]
        if waiting:
            found.append([])
        while waiting:
            name = waiting.pop()
            if name not in circle_of:
                circle_of[name] = len(found) - 1
                waiting += neighbours[name]
    for name in neighbours:
        found[circle_of[name]].append(name)
    return found
