"""L51: every case of one level rule is a case of another that gives the same or a graver level: the narrower one never changes anything."""

from collections.abc import Iterator, Mapping
from itertools import islice, permutations

from tocsin.plan.cells import Space, boxes
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.grading import Spoken, rank, rules
from tocsin.plan.readings import same_but_constants
from tocsin.plan.sentences import say

PAIRS_MAX = 5_000


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each rule within another; only a note where the rule says so itself, and one more where it says so wrongly."""
    known = rules(draft)
    said = draft.form.classify.rules if draft.form and draft.form.classify else {}
    order = {rule.name: index for index, rule in enumerate(known)}
    told: set[str] = set()
    for narrow, wide in islice(permutations(known, 2), PAIRS_MAX):
        knows = said[narrow.name].subsumed_by == wide.name
        inside = _within(draft, narrow, wide) if rank(draft, wide.level) <= rank(draft, narrow.level) else None
        if knows and inside is not None and inside != "":
            yield Fault(
                (*narrow.path, "subsumed_by"),
                say("{narrow} is not within {wide}: it also speaks where {inside}", narrow=narrow.name, wide=wide.name, inside=inside),
                say("remove subsumed_by, or mend the rule"),
                beside=(wide.path,),
            )
        elif inside == "" and narrow.name not in told and (knows or not (_twins(narrow, wide) or _first(narrow, wide, order))):
            told.add(narrow.name)
            yield Fault(
                narrow.path,
                say(
                    "every case of {narrow} ({level}) is a case of {wide} ({level_2}): {narrow} never changes the proposal",
                    narrow=narrow.name,
                    level=narrow.level,
                    wide=wide.name,
                    level_2=wide.level,
                ),
                say("tighten {wide}, remove {narrow}, or say subsumed_by: {wide}", wide=wide.name, narrow=narrow.name),
                severity="note" if knows else None,
                at_key=True,
                beside=(wide.path,),
            )


def _within(draft: Draft, narrow: Spoken, wide: Spoken) -> str | None:
    """Return where `narrow` speaks and `wide` does not, in words: empty if nowhere; None if it is never true, or too much to look at."""
    space = draft.cells((narrow.when, wide.when), unknown=True)
    if not isinstance(space, Space) or not space.true(narrow.when):
        return None
    outside = space.true(narrow.when) & ~space.true(wide.when)
    return str(boxes(space, outside)[0]) if outside else ""


def _first(narrow: Spoken, wide: Spoken, order: Mapping[str, int]) -> bool:
    """Whether the two are the same cases twice and this is the earlier one: the later one is told."""
    return narrow.level == wide.level and narrow.when == wide.when and order[narrow.name] < order[wide.name]


def _twins(narrow: Spoken, wide: Spoken) -> bool:
    """Whether the two are one sentence with two constants, which is told as that."""
    return narrow.level == wide.level and same_but_constants(narrow.when, wide.when)


CHECK = Check("L51", "subsumed", "warning", find)
