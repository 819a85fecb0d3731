"""L41: several limits for one result, in different places of the plan."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import ObligationForm
from tocsin.plan.sentences import say

_OTHERS_MAX = 50
_VERBS = ("send", "decide", "record", "reach")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each later duty with the same verb, object and beginning, and another limit, that may be owed in the same case."""
    seen: dict[tuple[str, str], list[tuple[Path, ObligationForm]]] = {}
    for path, duty in draft.walk(ObligationForm):
        for verb in _VERBS:
            ref = getattr(duty, verb)
            if ref is None or duty.within is None:
                continue
            known = seen.setdefault((verb, ref.name), [])
            for where, other in known[:_OTHERS_MAX]:
                if other.within != duty.within and _together(duty, other):
                    said = say(
                        "{name} and {name_2} both {verb} {ref}, within different limits",
                        name=where[-1],
                        name_2=path[-1],
                        verb=verb,
                        ref=ref.name,
                    )
                    yield Fault(
                        (*path, "within"),
                        said,
                        say("acknowledge it: the earlier one is due first, and one act meets both"),
                        at_key=True,
                        beside=(where,),
                    )
                    break
            known.append((path, duty))


def _together(one: ObligationForm, other: ObligationForm) -> bool:
    levels, others = ({ref.name for ref in duty.levels} for duty in (one, other))
    anchors, other_anchors = ({ref.name for ref in duty.of or ()} for duty in (one, other))
    return bool(anchors & other_anchors) and (not levels or not others or bool(levels & others)) and one.when == other.when


CHECK = Check("L41", "different-ends", "note", find)
