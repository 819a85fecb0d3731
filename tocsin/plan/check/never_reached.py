"""L12: what no case can reach: an expression that is never true, a line of the table that earlier ones take whole, a question never asked."""

from collections.abc import Iterator

from tocsin.engine.expressions import All
from tocsin.plan.cells import Space
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.forms.levels import LevelRuleForm
from tocsin.plan.grading import lines, rules
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each of them. What is unknown counts: a line that speaks only then is reached."""
    for path, formula in draft.walk(Formula):
        tree = draft.tree(formula) if formula.wants == "bool" else None
        space = draft.cells((tree,), unknown=True) if tree is not None else None
        if tree is not None and isinstance(space, Space) and not space.true(tree):
            yield Fault(path, say("this is never true"), say("mend it, or remove what hangs on it"), offset=0)
    for path, rule in draft.walk(LevelRuleForm):
        when, asked = draft.tree(rule.when), draft.tree(rule.confirm.when) if rule.confirm else None
        space = draft.cells((when, asked), unknown=True) if when is not None and asked is not None else None
        if when is not None and asked is not None and isinstance(space, Space):
            together = All((when, asked))
            if space.true(when) and space.true(asked) and not space.true(together):
                yield Fault(
                    (*path, "confirm", "when"), say("where the rule is true this never is: nothing is ever asked"), say("mend it"), offset=0
                )
    yield from _table(draft)


def _table(draft: Draft) -> Iterator[Fault]:
    graded, table = rules(draft), lines(draft)
    space = draft.cells([each.when for each in (*graded, *table)], unknown=True)
    if not table or not isinstance(space, Space):
        return
    free = space.everything
    for rule in graded:
        free &= ~space.true(rule.when)
    for line in table:
        if space.true(line.when) and not free & space.true(line.when):
            said = say("the table never comes to {line}: rules or earlier lines speak wherever it would", line=line.name)
            yield Fault(line.path, said, say("remove it, or put it before them"))
        free &= ~space.true(line.when)


CHECK = Check("L12", "never-reached", "warning", find)
