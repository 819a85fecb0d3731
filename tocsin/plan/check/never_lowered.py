"""L58: once a level is in force, nothing leads to a milder one."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.grading import rank
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield one note at the classification of such a plan."""
    form = draft.form
    if form is None or form.classify is None or len(form.levels) < 2 or draft.damaged(("classify",)) or draft.damaged(("decisions",)):
        return
    decided = any(decision.sets == "level" for name, decision in form.decisions.items() if name != form.classify.decision.name)
    gravest = next(iter(form.levels))
    adjusted = any(each.lower or (each.to and rank(draft, each.to.name) > rank(draft, gravest)) for each in form.classify.adjust.values())
    if not decided and not adjusted:
        yield Fault(
            ("classify",),
            say("nothing leads from a level to a milder one"),
            say("a decision that sets: level, or adjust: {…: {lower: 1}}"),
            at_key=True,
        )


CHECK = Check("L58", "never-lowered", "note", find)
