"""
L30: the approvals of a message may take as long as the duty to send it, or longer, and the later signatures of a decision as long as the duty
to take it: the duty could not be kept by those who keep every limit.
"""

from collections.abc import Iterator
from datetime import timedelta

from tocsin.engine.times import Span
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import LinkForm, ObligationForm
from tocsin.plan.forms.leaves import FromFact
from tocsin.plan.limits import LimitForm, combinations, in_case, longest, said, shortest
from tocsin.plan.sentences import Sentence, say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the limit of each such duty, with the cases in which it shows."""
    for path, obligation in draft.walk(ObligationForm):
        limit = obligation.within or obligation.every
        message = draft.form.messages.get(obligation.send.name) if obligation.send and draft.form else None
        if message is None or limit is None or isinstance(limit, FromFact):
            continue
        slow = next(_slow(draft, limit, message.approvals), None)
        if slow:
            place = (*path, "within" if obligation.within else "every")
            yield Fault(place, slow, say("shorten the approval, or start earlier"), at_key=True)
    yield from _decided(draft)


def _decided(draft: Draft) -> Iterator[Fault]:
    """Yield a doubt at each duty to take a decision that the signatures after the first may outlast."""
    for path, obligation in draft.walk(ObligationForm):
        limit = obligation.within or obligation.every
        decision = draft.form.decisions.get(obligation.decide.name) if obligation.decide and draft.form else None
        if decision is None or limit is None or isinstance(limit, FromFact):
            continue
        slow = next(_slow(draft, limit, (decision.chain or [])[1:]), None)
        if slow:
            place = (*path, "within" if obligation.within else "every")
            yield Fault(place, slow, say("shorten the approval, or start earlier"), severity="warning", at_key=True)


def _slow(draft: Draft, limit: LimitForm, approvals: list[LinkForm]) -> Iterator[Sentence]:
    """Yield a sentence for each combination of cases in which the approvals are not shorter than the limit."""
    spans = [each.within for each in approvals if each.within is not None]
    for case in combinations(draft, limit, *spans):
        owed, links = in_case(limit, case), [found for each in spans if (found := in_case(each, case))]
        taken = sum(map(longest, links), timedelta())
        if owed and links and taken >= shortest(owed):
            yield say("approvals may take {taken}, the duty is due after {owed}{case}", taken=Span(exact=taken), owed=owed, case=said(case))


CHECK = Check("L30", "approval-too-slow", "error", find)
