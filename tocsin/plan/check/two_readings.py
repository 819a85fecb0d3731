"""L50: one sentence with two readings: stated as such, said by two rules with two constants, or one value read over its mean and of its mean."""

from collections.abc import Iterator
from itertools import combinations, islice

from tocsin.engine.expressions import Compare, Expression, Literal, SignalRead
from tocsin.engine.spelling import spell
from tocsin.plan.cells import Space, boxes
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Formula
from tocsin.plan.forms.levels import LevelRuleForm
from tocsin.plan.forms.values import ConditionForm, ReadingForm
from tocsin.plan.grading import Spoken, rank, rules
from tocsin.plan.readings import same_but_constants
from tocsin.plan.sentences import NOTHING, Sentence, either, quoted, say
from tocsin.plan.trees import within

_PAIRS_MAX = 5_000
_RULES_MAX = 100
_CHOOSE = say("choose one, and acknowledge it: both citations are then shown wherever the two differ")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each such pair, with the band of values in which the readings differ."""
    for path, rule in draft.walk(LevelRuleForm):
        yield from _stated(draft, path, draft.tree(rule.when), rule.readings, rule.level.name)
    for path, condition in draft.walk(ConditionForm):
        yield from _stated(draft, path, draft.tree(condition.measure), condition.readings, "")
    for one, other in islice(combinations(rules(draft), 2), _PAIRS_MAX):
        if one.level == other.level and same_but_constants(one.when, other.when):
            band = _band(draft, one.when, other.when, "")
            yield Fault(
                other.path,
                say("{one} and {other} give {level} at different values{band}", one=one.name, other=other.name, level=one.level, band=band),
                _CHOOSE,
                at_key=True,
                beside=(one.path,),
            )
    yield from _over_and_of(draft)


def _stated(draft: Draft, path: Path, own: Expression | None, readings: list[ReadingForm], level: str) -> Iterator[Fault]:
    for index, reading in enumerate(readings):
        key = "when" if reading.when else "measure"
        other = draft.tree(reading.when or reading.measure)
        if own is not None and other is not None:
            band = _band(draft, own, other, level)
            place = (*path, "readings", index, key)
            said = (
                say("the document can be read in two ways{band}", band=band)
                if band
                else say("the two readings are the same at every value")
            )
            yield Fault(place, said, _CHOOSE if band else say("remove the reading"), severity=None if band else "note", beside=(path,))


def _band(draft: Draft, own: Expression, other: Expression, level: str) -> Sentence:
    """Return where two readings differ, and what the level would be by the other; empty if nowhere."""
    known = rules(draft) if level else ()
    graded = known if len(known) <= _RULES_MAX else ()
    space = draft.cells((own, other, *(rule.when for rule in graded)))
    if not isinstance(space, Space):
        space, graded = draft.cells((own, other)), ()
    if not isinstance(space, Space):
        return NOTHING
    differ = space.true(own) ^ space.true(other)
    if not differ:
        return NOTHING
    narrow = draft.cells((own, other))
    assert isinstance(narrow, Space)
    where = either([str(box) for box in boxes(narrow, narrow.true(own) ^ narrow.true(other))[:3]])
    instead = _instead(draft, space, space.true(own) & ~space.true(other), graded, level)
    return say(": they differ where {where}{instead}", where=where, instead=instead)


def _instead(draft: Draft, space: Space, band: int, graded: tuple[Spoken, ...], level: str) -> Sentence:
    """Return what the mildest level is in `band` if this rule is silent there."""
    if not level or not band:
        return NOTHING
    others = sorted((rule for rule in graded if rank(draft, rule.level) > rank(draft, level)), key=lambda rule: rank(draft, rule.level))
    rest = next((rule for rule in others if not band & ~space.true(rule.when)), None)
    by_others = quoted(f"{rest.level} ({rest.name})") if rest else say("nothing by itself")
    return say("; there one gives {level}, the other {other}", level=level, other=by_others)


def _over_and_of(draft: Draft) -> Iterator[Fault]:
    """One signal whose limits are percent over its mean in one sentence and percent of its mean in another."""
    seen: dict[str, dict[str, tuple[Path, str]]] = {}
    for path, formula in draft.walk(Formula):
        tree = draft.tree(formula)
        for part in within(tree) if tree is not None and "readings" not in path else ():
            match part:
                case Compare(_, SignalRead(signal, "excess" | "level" as measure), Literal()):
                    seen.setdefault(signal, {}).setdefault(measure, (path, spell(part)))
    for signal, measures in seen.items():
        if len(measures) == 2:
            (over, over_said), (of, of_said) = measures["excess"], measures["level"]
            said = say(
                "percent over the mean in one sentence ({over_said}), percent of the mean in another ({of_said})",
                over_said=over_said,
                of_said=of_said,
            )
            yield Fault(
                ("signals", signal), said, say("say of each limit which is meant, and acknowledge it"), at_key=True, beside=(over, of)
            )


CHECK = Check("L50", "two-readings", "warning", find)
