"""L30: the approvals of a message may take as long as the duty to send it, or longer: the duty could not be kept by those who keep every limit."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

from tocsin.engine.times import Span
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import LinkForm, ObligationForm
from tocsin.plan.forms.leaves import Cases, FromFact

_Limit = Span | Cases[Span] | FromFact


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
            yield Fault(place, slow, "shorten the approval, or start earlier", at_key=True)


def _slow(draft: Draft, limit: _Limit, approvals: list[LinkForm]) -> Iterator[str]:
    """Yield a sentence for each combination of cases in which the approvals are not shorter than the limit."""
    limits = [each.within for each in approvals if each.within is not None and not isinstance(each.within, FromFact)]
    if not limits:
        return
    axes = sorted({each.by.name for each in (limit, *limits) if isinstance(each, Cases)})
    for values in product(*(draft.names.cases.get(axis, ()) for axis in axes)):
        case = dict(zip(axes, values, strict=True))
        owed, spans = _in(limit, case), [_in(each, case) for each in limits]
        taken = sum((_longest(span) for span in spans if span), timedelta())
        if owed and spans and taken >= _shortest(owed):
            where = ", ".join(f"{axis} {value}" for axis, value in case.items())
            yield f"approvals may take {Span(exact=taken)}, the duty is due after {owed}{f' ({where})' if where else ''}"


def _in(limit: _Limit, case: dict[str, str]) -> Span | None:
    if isinstance(limit, Cases):
        return limit.cases.get(case[limit.by.name], limit.otherwise)
    return limit if isinstance(limit, Span) else None


def _longest(span: Span) -> timedelta:
    return timedelta(days=31 * span.months, hours=25 * span.days) + span.exact


def _shortest(span: Span) -> timedelta:
    return timedelta(days=28 * span.months, hours=23 * span.days) + span.exact


CHECK = Check("L30", "approval-too-slow", "error", find)
