"""What a plan watches: every part of an expression that speaks of signals alone leaves the expression and becomes a watch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.engine.expressions import (
    All,
    Arithmetic,
    AtLeast,
    Call,
    Choose,
    Compare,
    Expression,
    Literal,
    Name,
    Not,
    SignalRead,
    Some,
    WatchRef,
    Within,
    leaves,
)
from tocsin.engine.program import Signal, Watch
from tocsin.engine.program.values import watch_name
from tocsin.engine.spelling import spell


@dataclass(slots=True)
class Watches:
    """Collects the watches of a plan; equal tests are one watch."""

    found: dict[str, Watch] = field(default_factory=dict)

    def watched(self, tree: Expression, signals: Mapping[str, Signal], each: str = "") -> str:
        """Return the name of the watch of `tree`, which must be watchable; with `each`, of the one that looks at every value of a label."""
        name = watch_name(tree, each)
        self.found.setdefault(name, Watch(name, tree, _signals(tree, signals), each))
        return name

    def extract(self, tree: Expression, signals: Mapping[str, Signal]) -> Expression:
        """
        Return `tree` with every greatest yes-or-no part over signals alone replaced by its watch.

        A conjunction of nothing but signals stays one watch, so that its hold is one edge; beside facts each comparison is its own,
        so that an explanation can name the one that decided.
        """
        if is_watchable(tree):
            return WatchRef(self.watched(tree, signals), tree)

        def part(operand: Expression) -> Expression:
            return self.extract(operand, signals)

        match tree:
            case Not(operand):
                return Not(part(operand))
            case All(operands):
                return All(tuple(map(part, operands)))
            case Some(operands):
                return Some(tuple(map(part, operands)))
            case AtLeast(number, operands):
                return AtLeast(number, tuple(map(part, operands)))
            case Compare(op, left, right):
                return Compare(op, part(left), part(right))
            case Within(item, among):
                return Within(part(item), part(among))
            case Arithmetic(op, left, right):
                return Arithmetic(op, part(left), part(right))
            case Choose(test, then, otherwise):
                return Choose(part(test), part(then), part(otherwise))
            case Call("covered"):
                return WatchRef(self.watched(tree, signals), tree)
            case Call(function, arguments):
                return Call(function, tuple(map(part, arguments)))
            case Literal() | Name() | SignalRead() | WatchRef():
                return tree


def is_watchable(tree: Expression) -> bool:
    """Return whether `tree` is a yes or no over signals and constants alone."""
    spoken_of = list(leaves(tree))
    return _is_truth(tree) and bool(spoken_of) and all(_is_measured(leaf) for leaf in spoken_of) and any(_reads(leaf) for leaf in spoken_of)


def stray_signal(tree: Expression) -> str:
    """Return the spelling of a signal that stands beside a fact where no watch can take it, such as `cpu.now > node_volume`; empty if none does."""
    if is_watchable(tree) or isinstance(tree, WatchRef):
        return ""
    match tree:
        case SignalRead() | Call("worse_than_mean" | "silent"):
            return spell(tree)
        case Not(operand):
            return stray_signal(operand)
        case All(operands) | Some(operands) | AtLeast(_, operands) | Call(_, operands):
            return next(filter(None, map(stray_signal, operands)), "")
        case Compare(_, left, right) | Within(left, right) | Arithmetic(_, left, right):
            return stray_signal(left) or stray_signal(right)
        case Choose(test, then, otherwise):
            return stray_signal(test) or stray_signal(then) or stray_signal(otherwise)
        case _:
            return ""


def _is_truth(tree: Expression) -> bool:
    match tree:
        case Compare() | Within() | Not() | All() | Some() | AtLeast() | Call("worse_than_mean" | "silent"):
            return True
        case Choose(_, then, otherwise):
            return all(
                _is_truth(branch) or (isinstance(branch, Literal) and isinstance(branch.value, bool)) for branch in (then, otherwise)
            )
        case _:
            return False


def _is_measured(leaf: Expression) -> bool:
    return isinstance(leaf, SignalRead) or (
        isinstance(leaf, Call) and leaf.function in ("worse_than_mean", "silent", "ratio", "least", "most")
    )


def _reads(leaf: Expression) -> bool:
    return isinstance(leaf, SignalRead) or (isinstance(leaf, Call) and leaf.function in ("worse_than_mean", "silent"))


def _signals(tree: Expression, signals: Mapping[str, Signal]) -> tuple[str, ...]:
    """Return the signals whose samples a watch needs: those it reads, those their formulas read, and for worse_than_mean all with `better`."""
    found: dict[str, None] = {}
    for leaf in leaves(tree):
        if isinstance(leaf, SignalRead):
            found.setdefault(leaf.signal)
            formula = signals[leaf.signal].formula
            if formula is not None:
                found.update(dict.fromkeys(part.signal for part in leaves(formula) if isinstance(part, SignalRead)))
        elif isinstance(leaf, Call) and leaf.function == "worse_than_mean":
            found.update({name: None for name, signal in signals.items() if signal.better and signal.has_baseline})
        elif isinstance(leaf, Call) and leaf.function == "silent":
            named = [argument.value for argument in leaf.arguments if isinstance(argument, Literal)]
            found.update({name: None for name, signal in signals.items() if signal.formula is None and (not named or name in named)})
    return tuple(found)
