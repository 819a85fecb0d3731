"""L57: a trigger of a warning that fires only where a level is met already: it would never come before what it should precede."""

from collections.abc import Iterator

from tocsin.plan.cells import Space
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.grading import rules
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the expression of each such trigger. One that opens anything but a warning may begin the response itself."""
    form = draft.form
    graded = rules(draft)
    for name, trigger in form.triggers.items() if form and graded else ():
        opened = form.situations.get(trigger.opens.name) if form else None
        tree = draft.tree(trigger.when)
        if opened is None or opened.stage != "warning" or tree is None:
            continue
        space = draft.cells((tree, *(rule.when for rule in graded)), unknown=True)  # what else is known then is not known yet
        if not isinstance(space, Space) or not space.true(tree):
            continue
        before = space.true(tree)
        for rule in graded:
            before &= ~space.true(rule.when)
        if not before:
            nearest = max(graded, key=lambda rule: (space.true(rule.when) & space.true(tree)).bit_count())
            said = say(
                "wherever {name} fires, a level is proposed already ({nearest}: {level}): it never warns before",
                name=name,
                nearest=nearest.name,
                level=nearest.level,
            )
            yield Fault(("triggers", name, "when"), said, say("lower it, or look at a shorter window"), beside=(nearest.path,))


CHECK = Check("L57", "no-early-warning", "warning", find)
