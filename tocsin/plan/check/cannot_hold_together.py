"""L54: conditions of one door that exclude each other: it can never be opened."""

from collections.abc import Iterator

from tocsin.engine.expressions import All, Expression, Not, Some
from tocsin.plan.cells import Space
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import DecisionForm, ObligationForm
from tocsin.plan.forms.leaves import Ref
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the conditions of each such door. One that may be waived excludes nothing."""
    for path, decision in draft.walk(DecisionForm):
        yield from _door(draft, (*path, "needs"), decision.needs)
    for path, duty in draft.walk(ObligationForm):
        yield from _door(draft, (*path, "needs"), duty.needs)
    for path, message in draft.walk(MessageForm):
        yield from _door(draft, (*path, "needs"), message.needs)


def _door(draft: Draft, path: Path, needs: list[Ref]) -> Iterator[Fault]:
    known = draft.form.conditions if draft.form else {}
    tests = {
        ref.name: tree
        for ref in needs
        if ref.name in known and known[ref.name].waive is None and (tree := _test(draft, ref.name)) is not None
    }
    space = draft.cells(tests.values()) if len(tests) > 1 else None
    if not isinstance(space, Space) or not all(space.true(tree) for tree in tests.values()):
        return
    if not space.true(All(tuple(tests.values()))):
        names = _culprits(space, tests)
        yield Fault(
            path,
            say("{names} can never hold together", names=names),
            say("change one of them, or let one be waived"),
            at_key=True,
            beside=tuple(("conditions", name) for name in _culprits(space, tests)),
        )


def _culprits(space: Space, tests: dict[str, Expression]) -> list[str]:
    """Return two conditions that exclude each other, or all where only together they do."""
    names = list(tests)
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            if not space.true(All((tests[one], tests[other]))):
                return [one, other]
    return names


def _test(draft: Draft, name: str) -> Expression | None:
    """Return what must be true for a condition to hold: where it does not apply it holds, where it is denied it does not."""
    condition = draft.form.conditions[name] if draft.form else None
    measure, when, denied = (
        (draft.tree(each) for each in (condition.measure, condition.when, condition.denied_by)) if condition else (None, None, None)
    )
    parts: list[Expression] = [part for part in (measure, Not(denied) if denied is not None else None) if part is not None]
    if not parts:
        return None
    together = All(tuple(parts)) if len(parts) > 1 else parts[0]
    return Some((Not(when), together)) if when is not None else together


CHECK = Check("L54", "cannot-hold-together", "error", find)
