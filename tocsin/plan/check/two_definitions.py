"""L33: a role set and a plan under it define the same name, or two plans owe one audience a report, each at an interval of its own."""

from collections.abc import Iterator

from tocsin.engine.program import Program
from tocsin.engine.rules.audiences import meant
from tocsin.plan.audiences import addressees
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.limits import spelled
from tocsin.plan.nouns import noun
from tocsin.plan.sentences import say

_KINDS = {"records": "record", "messages": "message", "decisions": "decision", "obligations": "obligation"}


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each of them, for every other plan at hand."""
    form = draft.form
    for plan in draft.beside.values() if form else ():
        if form and plan.id in form.maps:
            yield from _names(draft, plan)
        elif form and plan.id != form.id:
            yield from _intervals(draft, plan)


def _names(draft: Draft, plan: Program) -> Iterator[Fault]:
    """Names that the set and the plan under it share: each keeps its own, and a person sees both."""
    for kind, what in _KINDS.items():
        for name, path in draft.names.ids.get(what, {}).items():
            if name in getattr(plan, kind):
                said = say("{plan} has {name} ({kind}) too: laid over it, both are there", plan=plan.id, name=name, kind=noun(what))
                yield Fault(path, said, say("rename this one, or leave it to the plan"), at_key=True)


def _intervals(draft: Draft, plan: Program) -> Iterator[Fault]:
    """Reports that the other plan owes as well, to at least everybody whom this one is for."""
    heard: dict[str, list[tuple[str, str, set[str]]]] = {}
    for other in plan.obligations.values():
        message = plan.messages.get(other.object) if other.every else None
        if message and other.every:
            heard.setdefault(message.audience, []).append((other.id, spelled(other.every), meant(message)))
    for path, duty in draft.walk(ObligationForm):
        own = draft.form.messages.get(duty.send.name) if draft.form and duty.send and duty.every else None
        for name, interval, told in heard.get(own.audience, ()) if own and duty.every else ():
            if own and interval != spelled(duty.every) and set(addressees(own)) <= told:
                said = say(
                    "{plan} owes {audience} {name} every {interval}, here it is every {own}: on one incident the shorter decides",
                    plan=plan.id,
                    audience=own.audience,
                    name=name,
                    interval=interval,
                    own=spelled(duty.every),
                )
                yield Fault((*path, "every"), said, say("make them equal"), at_key=True)


CHECK = Check("L33", "two-definitions", "note", find)
