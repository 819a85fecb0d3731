"""What may stand together in a fact: its values, what is implied and filled in, how much it is at most."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tocsin.engine.times import Span
from tocsin.plan.constants import MISFIT, constant
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief
from tocsin.plan.forms.leaves import Cases
from tocsin.plan.forms.values import FactForm
from tocsin.plan.sentences import Sentence, quoted, say


def find(draft: Draft, path: Path, fact: FactForm) -> Iterator[Fault]:
    """Yield what of a fact does not fit the rest of it."""
    if fact.type == "choice" and fact.of is None:
        yield Fault(path, say("a choice needs its values"), quoted("of: [mild, grave]"), at_key=True)
    if fact.type != "choice" and fact.of is not None:
        yield Fault((*path, "of"), say("a {type} has no values to choose from", type=fact.type), quoted("type: choice"), at_key=True)
    stated: list[tuple[Path, Any]] = [((*path, "implied", index, "value"), each.value) for index, each in enumerate(fact.implied)]
    if isinstance(fact.default, Cases):
        stated += [((*path, "default", case), value) for case, value in fact.default.cases.items()]
        if fact.default.otherwise is not None:
            stated.append(((*path, "default", "else"), fact.default.otherwise))
    elif fact.default is not None:
        stated.append(((*path, "default"), fact.default))
    for place, value in stated:
        known = constant(draft.names.types[str(path[-1])], value)
        if known is MISFIT:
            yield Fault(place, say("{value} is not a value of this fact", value=brief(value)), _expected(fact))
        elif fact.at_most is not None and isinstance(known, timedelta) and known > fact.at_most:
            yield Fault(place, say("{value} is beyond at_most", value=brief(value)), say("at most {most}", most=Span(exact=fact.at_most)))
    yield from _templates(draft, path, fact)
    if fact.at_most is not None and fact.type != "duration":
        yield Fault((*path, "at_most"), say("at_most belongs to a duration"), quoted("type: duration"), at_key=True)


def _templates(draft: Draft, path: Path, fact: FactForm) -> Iterator[Fault]:
    """Yield what of the templates is for no value of this fact, or fills in what no fact takes."""
    for value, template in fact.templates.items():
        if value not in (fact.of or {}):
            yield Fault(
                (*path, "templates", value), say("{value} is not a value of this fact", value=brief(value)), _expected(fact), at_key=True
            )
        for name, stated in template.prefill.items():
            filled = next((each for place, each in draft.walk(FactForm) if place[-1] == name), None)
            if filled is not None and constant(draft.names.types[name], stated) is MISFIT:
                place = (*path, "templates", value, "prefill", name)
                yield Fault(place, say("{value} is not a value of {fact}", value=brief(stated), fact=name), _expected(filled))


def _expected(fact: FactForm) -> Sentence:
    examples = {
        "yes_no": say("one of {names}", names=('"yes"', '"no"')),
        "number": say("such as {examples}", examples="50.0"),
        "duration": say("such as {examples}", examples="30m"),
        "time": say("a time is learned, never a constant"),
    }
    return say("one of {names}", names=list(fact.of)) if fact.of else examples.get(fact.type, say("a text"))
