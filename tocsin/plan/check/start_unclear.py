"""L38: a limit of which the document does not say from when it counts."""

from collections.abc import Iterator

from tocsin.plan.assumptions import assumed
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.sentences import either, say

_BEGINNINGS = ("of", "from", "on")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each assumed beginning."""
    for path, key, value in assumed(draft):
        if key in _BEGINNINGS and path[:1] != ("facts",):
            names = [getattr(each, "name", "") for each in (value if isinstance(value, list) else [value])]
            if all(names):
                said = say("the document does not say from when this counts: {names} is assumed", names=either(names))
                yield Fault((*path, key), said, say("ask the document's owner, or choose another moment"), at_key=True)


CHECK = Check("L38", "start-unclear", "note", find)
