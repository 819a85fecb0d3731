"""L09: a limit that the document leaves open ("regularly", "at once", "in time"): the number here is the plan's own, and is shown as such."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tocsin.engine.expressions import Compare, Literal
from tocsin.engine.times import Span
from tocsin.plan.assumptions import assumed
from tocsin.plan.cells import in_words
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.leaves import Cases, Formula, FromFact
from tocsin.plan.sentences import say
from tocsin.plan.trees import within

_OTHERWISE = ("of", "from", "on", "different")
"""Beginnings have a finding of their own; how many must sign is no limit."""


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each assumed key whose value is a span, a number, or an expression with a constant in it."""
    for path, key, value in assumed(draft):
        said = _said(draft, value) if key not in _OTHERWISE else ""
        if said:
            hint = say("ask the document's owner for a number, or set your own")
            yield Fault(
                (*path, key), say("the document gives no number for {key}: {said} is assumed", key=key, said=said), hint, at_key=True
            )


def _said(draft: Draft, value: Any) -> str:
    """Return the number that stands there in words; empty if what stands there is no number."""
    match value:
        case Span() | Fraction():
            return str(value)
        case timedelta() | Decimal():
            return in_words(value)
        case int() if not isinstance(value, bool):
            return str(value)
        case Cases():
            return ", ".join(f"{case} {_said(draft, span)}" for case, span in value.cases.items() if _said(draft, span))
        case FromFact():
            return say("what {fact} says", fact=value.from_.name)
        case Formula():
            tree = draft.tree(value)
            numbers = [part for part in within(tree) if isinstance(part, Compare)] if tree is not None else []
            has_number = any(
                isinstance(side, Literal) and isinstance(side.value, Decimal | timedelta)
                for part in numbers
                for side in (part.left, part.right)
            )
            return " ".join(value.text.split()) if has_number or value.wants == "number" else ""
        case _:
            return ""


CHECK = Check("L09", "no-number", "note", find)
