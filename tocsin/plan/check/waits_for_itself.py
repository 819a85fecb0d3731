"""L59: something that can only come, hold or be held through itself: conditions, moments, roles, groups, computed signals, decisions."""

from collections.abc import Iterator

from tocsin.engine.expressions import All, Call, Expression, Literal, SignalRead, leaves
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Formula, Ref
from tocsin.plan.graphs import Graph, circles
from tocsin.plan.sentences import NOTHING, say

_SAID_MAX = 5


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each circle of rules, at its first."""
    for place, graph in _graphs(draft):
        for first, *others in circles(graph):
            through = say(" through {others}", others=others[:_SAID_MAX]) if others else NOTHING
            beside = tuple((*place, name) for name in others[:_SAID_MAX])
            yield Fault(
                (*place, first),
                say("{first} waits for itself{through}", first=first, through=through),
                say("cut the circle at one of its rules"),
                at_key=True,
                beside=beside,
            )
    yield from _doors(draft)


def _doors(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each decision that needs, through conditions, that it has been taken."""
    form = draft.form
    if form is None:
        return
    needs = {name: [ref.name for ref in rule.needs] for name, rule in form.decisions.items()}
    asks = {
        name: [
            found[1] for found in map(draft.names.derived, _must_have_come(draft.tree(rule.measure))) if found and found[0] == "decision"
        ]
        for name, rule in form.conditions.items()
        if rule.measure and not rule.waive and not rule.when
    }
    graph = {name: [made for condition in found for made in asks.get(condition, ()) if made in needs] for name, found in needs.items()}
    for first, *others in circles(graph):
        through = say(" through {others}", others=others[:_SAID_MAX]) if others else NOTHING
        said = say("{first} waits for itself{through}", first=first, through=through)
        beside = tuple(("decisions", name) for name in others[:_SAID_MAX])
        yield Fault(("decisions", first, "needs"), said, say("cut the circle at one of its rules"), at_key=True, beside=beside)


def _must_have_come(tree: Expression | None) -> Iterator[str]:
    """Yield the moments without which `tree` is never true."""
    match tree:
        case All(operands):
            for operand in operands:
                yield from _must_have_come(operand)
        case Call("happened", (Literal(str() as moment),)):
            yield moment


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


CHECK = Check("L59", "waits-for-itself", "error", find)
