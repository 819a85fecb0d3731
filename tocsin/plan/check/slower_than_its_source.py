"""L31: a duty needs what another duty may deliver later: whoever keeps the one limit cannot keep the other."""

from collections.abc import Iterator

from tocsin.engine.expressions import Call, Literal, leaves
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.duties import ObligationForm, TogetherForm
from tocsin.plan.limits import LimitForm, combinations, in_case, longest, said, shortest
from tocsin.plan.sentences import NOTHING, Sentence, say

_SOURCES_MAX = 20
Duties = list[tuple[Path, ObligationForm]]


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the limit of each such duty, once for each source that is slower in every way it can come about."""
    duties: Duties = list(draft.walk(ObligationForm))
    by_name = {str(path[-1]): [(path, duty)] for path, duty in duties}
    by_object: dict[str, Duties] = {}
    for path, duty in duties:
        for ref in (duty.send, duty.record, *duty.fields):
            if ref:
                by_object.setdefault(ref.name, []).append((path, duty))
    for path, duty in duties:
        for what, found in _sources(draft, duty, by_name, by_object):
            slow = [_slow(draft, duty, source) for where, source in found[:_SOURCES_MAX] if where != path]
            if slow and all(slow):
                place = (*path, "within" if duty.within else "every")
                message = say(
                    "{name} needs {what}: {source} may bring it {when}", name=path[-1], what=what, source=found[0][0][-1], when=slow[0]
                )
                yield Fault(place, message, say("give both the same interval, or this one more time"), at_key=True, beside=(found[0][0],))


def _sources(draft: Draft, duty: ObligationForm, by_name: dict[str, Duties], by_object: dict[str, Duties]) -> Iterator[tuple[str, Duties]]:
    """Yield what a duty needs, with the duties that deliver it."""
    form = draft.form
    if form is None:
        return
    for ref in duty.met_by.all if isinstance(duty.met_by, TogetherForm) else ():
        yield ref.name, by_name.get(ref.name, [])
    for ref in duty.needs:
        condition = form.conditions.get(ref.name)
        tree = draft.tree(condition.measure) if condition and not condition.waive else None
        for leaf in leaves(tree) if tree is not None else ():
            match leaf:
                case Call("done", (Literal(str() as name),)):
                    yield name, by_name.get(name, [])
                case Call("sent", (Literal(str() as name),)):
                    yield name, by_object.get(name, [])
    decision = form.decisions.get(duty.decide.name) if duty.decide else None
    for ref in decision.chain[0].attach if decision and decision.chain else ():
        yield ref.name, by_object.get(ref.name, [])
    message = form.messages.get(duty.send.name) if duty.send and duty.every else None
    for field in message.fields.values() if message else ():
        for ref in field.from_:
            yield ref.name, [(where, source) for where, source in by_object.get(ref.name, []) if _fills(source, ref.name)]


def _fills(source: ObligationForm, fact: str) -> bool:
    return source.every is not None and any(ref.name == fact for ref in source.fields)


def _slow(draft: Draft, duty: ObligationForm, source: ObligationForm) -> Sentence:
    """Return in which case the source may come after the duty is due; empty if in none, or if the two do not count from one moment."""
    own, other = (duty.within, source.within) if duty.within else (duty.every, source.every)
    anchors, others = ({ref.name for ref in each.of or each.from_ or ()} for each in (duty, source))
    if own is None or other is None or (duty.within and not anchors & others):
        return NOTHING
    return next(_later(draft, own, other), NOTHING)


def _later(draft: Draft, own: LimitForm, other: LimitForm) -> Iterator[Sentence]:
    for case in combinations(draft, own, other):
        owed, delivered = in_case(own, case), in_case(other, case)
        if owed and delivered and shortest(delivered) > longest(owed):
            yield say("after {delivered}, this is due after {owed}{case}", delivered=delivered, owed=owed, case=said(case))


CHECK = Check("L31", "slower-than-its-source", "warning", find)
