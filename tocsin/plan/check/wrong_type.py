"""L03: a value, unit or duration that is not of its key's type, and a key that is missing."""

from collections.abc import Iterator
from typing import Any

from tocsin.plan.check import Check
from tocsin.plan.constants import MISFIT, constant
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief
from tocsin.plan.forms.duties import DoorForm, EffectForm, ObligationForm
from tocsin.plan.forms.values import ConditionForm, FactForm, ReadingForm

_OURS = ("L19", "L25")
_VERBS = ("do", "send", "decide", "record", "reach", "ensure")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield what the form refused, then what is wrong only in the company of other keys."""
    unlike = {fault.path[:-1] for fault in draft.like_faults}
    for error in draft.form_errors:
        if error.kind == "missing":
            if error.path[:-1] not in unlike:
                yield Fault(error.path, f"the key {error.path[-1]} is missing", "add it")
        elif error.kind not in (*_OURS, "extra_forbidden"):
            yield Fault(error.path, error.message[:1].lower() + error.message[1:], error.hint)
    for path, obligation in draft.walk(ObligationForm):
        if not draft.damaged(path):
            yield from _obligation(path, obligation)
    for path, fact in draft.walk(FactForm):
        yield from _fact(draft, path, fact)
    for path, effect in draft.walk(EffectForm):
        yield from _effect(draft, path, effect)
    for path, door in draft.walk(DoorForm):
        if not draft.damaged(path):
            yield from _door(path, door)
    for path, condition in draft.walk(ConditionForm):
        if not draft.damaged(path):
            yield from _condition(path, condition)
    for path, reading in draft.walk(ReadingForm):
        if (reading.measure is None) == (reading.when is None) and not draft.damaged(path):
            yield Fault(path, "a reading has one expression", "measure: … or when: …")


def _obligation(path: Path, rule: ObligationForm) -> Iterator[Fault]:
    verbs = [verb for verb in _VERBS if getattr(rule, verb) is not None]
    if len(verbs) != 1:
        said = " and ".join(verbs) if verbs else "none"
        yield Fault(path, f"an obligation has exactly one verb; this has {said}", "one of " + ", ".join(_VERBS), at_key=True)
    if rule.within is not None and rule.every is not None:
        yield Fault((*path, "every"), "within is once, every is again and again", "keep one", at_key=True)
    if rule.within is not None and rule.of is None:
        yield Fault((*path, "within"), "within needs the moment it counts from", "of: moment", at_key=True)
    if rule.every is not None and rule.from_ is None:
        yield Fault((*path, "every"), "every needs the moment it counts from", "from: moment", at_key=True)
    if rule.within is None and rule.every is None and rule.from_ is None:
        yield Fault(path, "an obligation begins somewhere", "within and of, every and from, or from alone", at_key=True)
    if rule.of is not None and rule.within is None:
        yield Fault((*path, "of"), "of belongs to within", "from: moment", at_key=True)
    if rule.owes.name == "each" and not rule.for_each:
        yield Fault((*path, "owes"), "each of whom?", "for_each: [role, …]")


def _fact(draft: Draft, path: Path, fact: FactForm) -> Iterator[Fault]:
    if fact.type == "choice" and fact.of is None and not draft.damaged(path):
        yield Fault(path, "a choice needs its values", "of: [mild, grave]", at_key=True)
    if fact.type != "choice" and fact.of is not None:
        yield Fault((*path, "of"), f"a {fact.type} has no values to choose from", "type: choice", at_key=True)
    stated: list[tuple[Path, Any]] = [((*path, "implied", index, "value"), each.value) for index, each in enumerate(fact.implied)]
    if fact.default is not None:
        stated.append(((*path, "default"), fact.default))
    for place, value in stated:
        if constant(draft.names.types[str(path[-1])], value) is MISFIT:
            yield Fault(place, f"{brief(value)} is not a value of this fact", _expected(fact))


def _expected(fact: FactForm) -> str:
    examples = {
        "yes_no": '"yes" or "no"',
        "number": "such as 50.0",
        "duration": "such as 30m",
        "time": "a time is learned, never a constant",
    }
    return "one of " + ", ".join(fact.of) if fact.of else examples.get(fact.type, "a text")


def _effect(draft: Draft, path: Path, effect: EffectForm) -> Iterator[Fault]:
    if draft.damaged(path):
        return
    names = [name for name in type(effect).model_fields if name not in ("when", "cite", "covers", "to", "after", "again")]
    if not any(getattr(effect, name) for name in names):
        yield Fault(path, "nothing is caused here", "one of " + ", ".join(names))
    if effect.to is not None and effect.propose is None:
        yield Fault((*path, "to"), "to belongs to propose", "propose: decision", at_key=True)
    for fact, value in effect.set.items():
        type_ = draft.names.types.get(fact)
        if type_ is not None and constant(type_, value) is MISFIT:
            yield Fault(
                (*path, "set", fact), f"{brief(value)} is not a value of {fact}", "one of " + ", ".join(type_.of) if type_.of else ""
            )


def _door(path: Path, door: DoorForm) -> Iterator[Fault]:
    ways = [way for way, given in (("on", door.on), ("when", door.when), ("after", door.after), ("by", door.by)) if given]
    if len(ways) != 1:
        yield Fault(path, f"one way in or out, not {len(ways)}", "on a moment, when an expression is true, after a time, or by a person")
    if (door.after is None) != (door.of is None):
        yield Fault(path, "after and of belong together", "after: 12h, of: activated")
    if door.during is not None and door.when is None:
        yield Fault((*path, "during"), "during belongs to when", "when: expression", at_key=True)


def _condition(path: Path, condition: ConditionForm) -> Iterator[Fault]:
    if condition.measure is None and condition.attest is None:
        yield Fault(path, "a condition is measured, attested, or both", "measure: expression, or attest: role", at_key=True)
    for key, given in (("hold", condition.hold), ("from", condition.from_)):
        if given is not None and condition.measure is None:
            yield Fault((*path, key), f"{key} belongs to what is measured", "measure: expression", at_key=True)


CHECK = Check("L03", "wrong-type", "error", find)
