"""L23: a moment that a rule anchors to and that nothing marks, records or derives: what hangs on it never begins."""

from collections.abc import Iterator

from tocsin.plan.builtin import BY_ENGINE, MOMENTS
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Ref
from tocsin.plan.sentences import say

_MARKING = ("marks", "marks_change", "mark")
_ANCHORING = ("of", "from", "on", "with", "reach")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each anchor that never comes."""
    refs = [(path, ref) for path, ref in draft.walk(Ref) if "moment" in ref.kinds]
    come = set(BY_ENGINE) | {draft.names.moment(ref.name, path) for path, ref in refs if _key(path) in _MARKING}
    for path, ref in refs:
        moment = draft.names.moment(ref.name, path)
        if _key(path) in _ANCHORING and draft.names.knows("moment", moment) and not _comes(draft, moment, come):
            yield Fault(
                path,
                say("nothing marks, records or derives the moment {moment}", moment=moment),
                say("let a rule mark it, say recorded_by: [role], or elsewhere: true if another plan does"),
            )


def _key(path: Path) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


def _comes(draft: Draft, moment: str, come: set[str]) -> bool:
    """Whether the moment comes: by mark, from an expression, by hand, of its rule's own, or with one that does."""
    seen: set[str] = set()
    while moment not in seen:
        seen.add(moment)
        if moment in come or draft.names.derived(moment) or draft.names.knows("condition", moment):
            return True
        rule = draft.form.moments.get(moment) if draft.form else None
        usual = MOMENTS.get(moment)
        if rule and (rule.when or rule.recorded_by or rule.elsewhere):
            return True
        if rule and rule.with_:
            moment = rule.with_.name
        elif usual and usual.recorded_by:
            return True
        elif usual and usual.with_:
            moment = usual.with_
    return False


CHECK = Check("L23", "nothing-before", "error", find)
