"""Limits of a plan compared: in every combination of cases, the longest a span can be and the shortest."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice, product
from typing import TypeVar

from tocsin.engine import program
from tocsin.engine.times import Span
from tocsin.plan.draft import Draft
from tocsin.plan.forms.leaves import Cases, FromFact, Ref

V = TypeVar("V")

LimitForm = Span | Cases[Span] | FromFact
_COMBINATIONS_MAX = 500


def combinations(draft: Draft, *limits: object) -> Iterator[dict[str, str]]:
    """Yield every combination of the cases that `limits` depend on, such as {"level": "high"}; one empty one where they depend on none."""
    axes = sorted({each.by.name for each in limits if isinstance(each, Cases)})
    for values in islice(product(*(draft.names.cases.get(axis, ()) for axis in axes)), _COMBINATIONS_MAX):
        yield dict(zip(axes, values, strict=True))


def in_case(limit: V | Cases[V] | FromFact | None, case: dict[str, str]) -> V | None:
    """Return the value in this combination of cases; None if there is none, or only a fact knows it."""
    if isinstance(limit, Cases):
        return limit.cases.get(case[limit.by.name], limit.otherwise)
    return None if isinstance(limit, FromFact) else limit


def spelled(limit: object) -> str:
    """Return a limit of a form or of a program in one line: a span, the spans by case, or the fact that says it."""
    match limit:
        case Cases(by=Ref(name=by), cases=cases, otherwise=rest) | program.Cases(by, cases, rest):
            spans = [f"{case} {span}" for case, span in cases.items()]
            return f"({by}: {', '.join([*spans, f'else {rest}'] if rest else spans)})"
        case FromFact(from_=Ref(name=fact)) | program.FromFact(fact):
            return f"({fact})"
        case _:
            return str(limit)


def longest(span: Span) -> timedelta:
    """Return the longest that a span can last: a month of 31 days, a day of 25 hours, for business time a year; a day to a time of day."""
    in_business = timedelta(days=366) if span.is_business else timedelta()
    to_a_time = timedelta(hours=25) if span.clock else timedelta()
    return timedelta(days=31 * span.months, hours=25 * span.days) + span.exact + in_business + to_a_time


def shortest(span: Span) -> timedelta:
    """
    Return the shortest that a span can last: a month of 28 days, a day of 23 hours, a business day that begins at the end of one; from one
    time of day to the next.
    """
    if span.clock:  # from the end of one day to early on another
        days = max(28 * span.months + span.days + span.open_days - 1, 0)
        return timedelta(hours=23 * days, minutes=span.clock[0]) if span.months or span.days or span.open_days else _least_gap(span.clock)
    in_business = timedelta(days=max(span.open_days - 1, 0), hours=span.open_hours)
    return timedelta(days=28 * span.months, hours=23 * span.days) + span.exact + in_business


def _least_gap(clock: tuple[int, ...]) -> timedelta:
    """Return the least time from one of these times of day to the next, the first of the next day among them."""
    following = (*clock[1:], clock[0] + 23 * 60)
    return timedelta(minutes=min(after - before for before, after in zip(clock, following, strict=True)))


def said(case: dict[str, str]) -> str:
    """Return a combination of cases in brackets; nothing if there is only one."""
    where = ", ".join(f"{axis} {value}" for axis, value in case.items())
    return f" ({where})" if where else ""
