"""L40: the graver case has the longer limit."""

from collections.abc import Iterator
from itertools import combinations

from tocsin.engine.times import Span
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.leaves import Cases
from tocsin.plan.limits import in_case, longest, shortest
from tocsin.plan.sentences import say

_LIMITS = ("within", "every")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the first case that is graver than another and has longer."""
    for path, cases in draft.walk(Cases):
        by = cases.by.name
        order = _gravest_first(draft, by)
        if not any(step in _LIMITS for step in path[-3:]) or not order:
            continue
        for graver, milder in combinations(order, 2):
            long, short = in_case(cases, {by: graver}), in_case(cases, {by: milder})
            if isinstance(long, Span) and isinstance(short, Span) and shortest(long) > longest(short):
                place = (*path, graver if graver in cases.cases else "else")
                yield Fault(
                    place,
                    say(
                        "{graver} is graver than {milder} and has longer: {long} instead of {short}",
                        graver=graver,
                        milder=milder,
                        long=long,
                        short=short,
                    ),
                    say("check the order"),
                    at_key=True,
                )
                break


def _gravest_first(draft: Draft, by: str) -> tuple[str, ...]:
    """Return the cases from grave to mild: levels are listed so, the values of a choice the other way round; nothing else has an order."""
    known = draft.names.cases.get(by, ())
    if by == "level":
        return known
    return known[::-1] if by in draft.names.ids["fact"] and known != ("yes", "no") else ()


CHECK = Check("L40", "level-harder", "warning", find)
