"""L59: something that can only come, hold or be held through itself: conditions, moments, roles, groups, computed signals."""

from collections.abc import Iterator, Mapping

from tocsin.engine.expressions import Call, Expression, Literal, SignalRead, leaves
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Formula, Ref

Graph = Mapping[str, list[str]]


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each rule that leads back to itself."""
    for place, graph in _graphs(draft):
        for name in _on_cycles(graph):
            yield Fault((*place, name), f"{name} waits for itself", "cut the circle at one of its rules", at_key=True)


def _graphs(draft: Draft) -> Iterator[tuple[Path, Graph]]:
    form = draft.form
    if form is None:
        return
    yield (
        ("conditions",),
        {
            name: [found for formula in (rule.measure, rule.when, rule.denied_by) for found in _held(draft, formula)]
            for name, rule in form.conditions.items()
        },
    )
    yield ("moments",), {name: [rule.with_.name] if rule.with_ else [] for name, rule in form.moments.items()}
    yield (
        ("roles",),
        {
            name: [holder.name] if isinstance(holder := rule.held_by[1], Ref) and rule.held_by[0] == "role" else []
            for name, rule in form.roles.items()
        },
    )
    yield ("signals",), {name: _read(draft, rule.formula) for name, rule in form.signals.items()}
    if form.organisation:
        yield ("organisation", "groups"), {name: [rule.under.name] if rule.under else [] for name, rule in form.organisation.groups.items()}


def _held(draft: Draft, formula: Formula | None) -> list[str]:
    return [leaf.arguments[0].value for leaf in _leaves(draft, formula) if _is_hold(leaf)]  # type: ignore[union-attr,misc]


def _is_hold(leaf: Expression) -> bool:
    return isinstance(leaf, Call) and leaf.function == "holds" and isinstance(leaf.arguments[0], Literal)


def _read(draft: Draft, formula: Formula | None) -> list[str]:
    return [leaf.signal for leaf in _leaves(draft, formula) if isinstance(leaf, SignalRead)]


def _leaves(draft: Draft, formula: Formula | None) -> list[Expression]:
    tree = draft.expression(formula).tree if formula else None
    return list(leaves(tree)) if tree is not None else []


def _on_cycles(graph: Graph) -> list[str]:
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


CHECK = Check("L59", "waits-for-itself", "error", find)
