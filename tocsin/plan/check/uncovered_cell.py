"""L52: combinations of what can be known for which no level rule speaks, and those for which the fallback table is silent too."""

from collections.abc import Iterator

from tocsin.engine.spelling import spell
from tocsin.plan.cells import Space, boxes
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, Severity
from tocsin.plan.grading import Spoken, lines, rules
from tocsin.plan.sentences import NOTHING, either, say

_SAID_MAX = 3


def find(draft: Draft) -> Iterator[Fault]:
    """Yield one fault for what the rules leave to the table, and one for what even the table leaves open."""
    classify = draft.form.classify if draft.form else None
    if classify is None or draft.damaged(("classify", "rules")) or draft.damaged(("classify", "fallback")):
        return
    graded, table = rules(draft), lines(draft)
    fallback = classify.fallback
    place: Path = ("classify", "fallback") if fallback else ("classify", "rules") if graded else ("classify",)
    steps = [tree for step in (fallback.then if fallback else ()) if (tree := draft.tree(step.when)) is not None]
    space = draft.cells([*(each.when for each in (*graded, *table)), *steps])
    if not isinstance(space, Space):
        said = say(
            "{cells} combinations are too many to look at each: whether the rules leave one out is not known",
            cells=format(space.cells, ","),
        )
        yield Fault(place, said, say("make conditions of what the rules have in common"), severity="note", at_key=True)
        return
    left = space.everything & ~_taken(space, graded)
    silent = left & ~_taken(space, table)
    beside = (graded[0].path[:-1],) if graded and fallback else ()
    if graded and fallback and left & ~silent:
        yield Fault(
            place,
            say("no rule speaks for {counted}: the fallback decides there", counted=_counted(space, left)),
            say("extend the rules, or acknowledge it"),
            at_key=True,
            beside=beside,
        )
    if silent:
        what = (
            say("neither rule nor fallback speaks") if graded and fallback else say("no line speaks") if fallback else say("no rule speaks")
        )
        severity: Severity = "warning" if fallback else "error"
        yield Fault(
            place,
            say("{what} for {counted}: nothing is proposed there", what=what, counted=_counted(space, silent)),
            say("extend the table"),
            severity,
            at_key=True,
            beside=beside,
        )


def _taken(space: Space, spoken: tuple[Spoken, ...]) -> int:
    taken = 0
    for each in spoken:
        taken |= space.true(each.when)
    return taken


def _counted(space: Space, cells: int) -> str:
    """Return a set of cells as its count, the facts that make the combinations, and where they lie."""
    found = boxes(space, cells)
    where = either([f"({box})" if len(found) > 1 else str(box) for box in found[:_SAID_MAX]] or [""])
    more = say(" or in {count} more blocks", count=len(found) - _SAID_MAX) if len(found) > _SAID_MAX else NOTHING
    of = ", ".join(spell(axis.leaf) for axis in space.axes)
    return say(
        "{count} of {all} combinations of {facts}: where {where}{more}",
        count=f"{cells.bit_count():,}",
        all=f"{space.size:,}",
        facts=of,
        where=where,
        more=more,
    )


CHECK = Check("L52", "uncovered-cell", "warning", find)
