"""L72: a decision, or a waiver, that in some case nobody may take."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import DecisionForm
from tocsin.plan.forms.leaves import Cases, Ref
from tocsin.plan.forms.values import WaiveForm
from tocsin.plan.sentences import say

_HINT = say("name who may")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each empty set of deciders, and at each that only people without an account are in."""
    for path, decision in draft.walk(DecisionForm):
        who = decision.who
        sets = {(*path, "who", case): found for case, found in who.cases.items()} if isinstance(who, Cases) else {(*path, "who"): who}
        if isinstance(who, Cases) and who.otherwise is not None:
            sets[*path, "who", "else"] = who.otherwise
        for place, roles in sets.items():
            yield from _nobody(draft, place, roles)
    for path, waiver in draft.walk(WaiveForm):
        yield from _nobody(draft, (*path, "by"), waiver.by)


def _nobody(draft: Draft, place: Path, roles: list[Ref]) -> Iterator[Fault]:
    known = draft.form.roles if draft.form else {}
    if not roles:
        yield Fault(place, say("nobody may decide this"), _HINT, at_key=True)
    elif all(role.name in known and known[role.name].outside for role in roles):
        yield Fault(
            place,
            say("only {names} may decide this, from outside and without an account", names=" and ".join(role.name for role in roles)),
            _HINT,
            at_key=True,
        )


CHECK = Check("L72", "nobody-decides", "error", find)
