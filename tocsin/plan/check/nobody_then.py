"""L70: a role with duties that nobody holds, or nobody at some instant of the horizon. Told only where the organisation's directory is known."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Severity
from tocsin.plan.forms.duties import DecisionForm, LinkForm, ObligationForm
from tocsin.plan.forms.leaves import Cases
from tocsin.plan.sentences import NOTHING, say

_HINT = say("name a holder or a deputy, or widen the roster")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such role: an error where it is the one that everything falls to; and one where there is no such role."""
    form = draft.form
    if form and form.roles and not any(role.commander for role in form.roles.values()) and not draft.damaged(("roles",)):
        said = say("no role commands: what nobody holds falls to nobody")
        yield Fault(("roles",), said, say("commander: true on one role"), at_key=True)
    directory = draft.directory
    if directory is None or draft.form is None:
        return
    for name, role in draft.form.roles.items():
        if role.outside or (name not in _busy(draft) and not role.commander):
            continue
        severity: Severity = "error" if role.commander else "warning"
        if not directory.persons(draft, name):
            falls = (
                say("and everything else falls to it")
                if role.commander
                else say("its duties fall to the lead of its group, or the commander")
            )
            yield Fault(("roles", name), say("nobody holds {name}: {falls}", name=name, falls=falls), _HINT, severity=severity, at_key=True)
        elif gaps := directory.gaps_of(draft, name):
            more = say(", and {count} more times", count=len(gaps) - 1) if len(gaps) > 1 else NOTHING
            said = say(
                "nobody is on duty for {role} from {start} to {end}{more}",
                role=name,
                start=format(gaps[0][0], "%Y-%m-%d %H:%M"),
                end=format(gaps[0][1], "%Y-%m-%d %H:%M"),
                more=more,
            )
            yield Fault(("roles", name), said, _HINT, severity=severity, at_key=True)


def _busy(draft: Draft) -> set[str]:
    """Return the roles that owe, decide or sign something."""
    found = {duty.owes.name for _, duty in draft.walk(ObligationForm)} | {link.role.name for _, link in draft.walk(LinkForm)}
    for _, decision in draft.walk(DecisionForm):
        who = decision.who
        sets = [*who.cases.values(), who.otherwise or []] if isinstance(who, Cases) else [who]
        found |= {ref.name for refs in sets for ref in refs}
    return found


CHECK = Check("L70", "nobody-then", "warning", find)
