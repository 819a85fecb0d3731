"""What a plan says wrongly only in the company of other keys: two ways where there is one, one key without the other, a constant of another type."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from tocsin.engine.figures import COUNTS
from tocsin.engine.program.values import FEED
from tocsin.engine.times import Span
from tocsin.plan import bodies, company_facts, fields, standing
from tocsin.plan.constants import MISFIT, constant
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief
from tocsin.plan.forms.duties import CoveredForm, DecisionForm, DoorForm, EffectForm, ObligationForm, TogetherForm
from tocsin.plan.forms.figures import FigureForm
from tocsin.plan.forms.leaves import Cases, Form, FromFact
from tocsin.plan.forms.levels import AdjustForm, StepForm
from tocsin.plan.forms.people import OrganisationForm, RoleForm
from tocsin.plan.forms.standing import ReadinessForm, ResourceForm
from tocsin.plan.forms.values import ConditionForm, FactForm, ReadingForm, SignalForm
from tocsin.plan.forms.words import ChannelsForm, FieldForm, MessageForm, RecordForm
from tocsin.plan.sentences import NOTHING, quoted, say

_TICKED = ("fields", "checks", "assigns", "needs", "evidence")
"""What a duty asks of whoever ticks it; sending, deciding and recording ask what the message, the decision and the record do."""
_VERBS = ("do", "send", "decide", "record", "reach", "ensure")


def faults(draft: Draft) -> Iterator[Fault]:
    """Yield the faults of every part of the form that fits as far as it goes; what was cut out of the others would mislead."""
    for kind, check in _CHECKS:
        for path, part in draft.walk(kind):
            if not draft.damaged(path):
                yield from check(draft, path, part)


def _says_a_stretch(draft: Draft, record: str) -> bool:
    form = draft.form.records.get(record) if draft.form else None
    return form is None or sum(1 for field in form.fields.values() if field.type == "time") > 1


def _obligation(draft: Draft, path: Path, rule: ObligationForm) -> Iterator[Fault]:
    verbs = [verb for verb in _VERBS if getattr(rule, verb) is not None]
    if len(verbs) != 1:
        said = verbs or say("none")
        yield Fault(
            path, say("an obligation has exactly one verb; this has {said}", said=said), say("one of {names}", names=_VERBS), at_key=True
        )
    if rule.within is not None and rule.every is not None:
        yield Fault((*path, "every"), say("within is once, every is again and again"), say("keep one"), at_key=True)
    if rule.within is not None and rule.of is None:
        yield Fault((*path, "within"), say("within needs the moment it counts from"), quoted("of: moment"), at_key=True)
    if rule.every is not None and rule.from_ is None:
        yield Fault((*path, "every"), say("every needs the moment it counts from"), quoted("from: moment"), at_key=True)
    if rule.within is None and rule.every is None and rule.from_ is None and rule.by is None:
        yield Fault(
            path, say("an obligation begins somewhere"), say("within and of, every and from, from alone, or by: promise"), at_key=True
        )
    if isinstance(rule.ensure, CoveredForm) and not _says_a_stretch(draft, rule.ensure.covered.name):
        said = say("{name} has no two times to say from and until when", name=rule.ensure.covered.name)
        yield Fault((*path, "ensure", "covered"), said, quoted("fields: {begins: {type: time}, ends: {type: time}}"))
    if rule.by is not None and (rule.within or rule.every or rule.from_ or rule.for_each):
        yield Fault(
            (*path, "by"), say("what is promised is due when the message says, and once"), say("leave out what else says when"), at_key=True
        )
    if rule.of is not None and rule.within is None:
        yield Fault((*path, "of"), say("of belongs to within"), quoted("from: moment"), at_key=True)
    over = any("collection" in ref.kinds for ref in rule.for_each)
    if rule.owes.name == "each" and (over or not rule.for_each):
        yield Fault(
            (*path, "owes"), say("each of whom?"), quoted("for_each: [role, …]") if not over else say("owes: entry.person, or a role")
        )
    if isinstance(rule.met_by, TogetherForm) and rule.do is None:
        yield Fault(
            (*path, "met_by"), say("what others meet is said with do; other verbs have an act of their own"), quoted("do: …"), at_key=True
        )
    if rule.met_by == "closed" and (rule.do is None or not _closes(draft, rule)):
        said = say("what closing an entry meets is said with do, over the entries of a record that are open until a field is filled")
        yield Fault((*path, "met_by"), said, quoted("for_each: record"), at_key=True)
    for key in _TICKED if rule.do is None and len(verbs) == 1 else ():
        if getattr(rule, key):
            said = say("{key} is asked of what somebody ticks: what asks to {verb} is met by that alone", key=key, verb=verbs[0])
            yield Fault((*path, key), said, say("say it with do, or with what is sent, decided or recorded"), at_key=True)
    if rule.where is not None and not over:
        yield Fault(
            (*path, "where"), say("where chooses among the entries of a collection"), quoted("for_each: affected_parties"), at_key=True
        )


def _closes(draft: Draft, rule: ObligationForm) -> bool:
    """Return whether a duty runs over the entries of a record that can be closed."""
    records = draft.form.records if draft.form else {}
    return len(rule.for_each) == 1 and rule.for_each[0].name in records and records[rule.for_each[0].name].open_until is not None


def _together(draft: Draft, path: Path, rule: ObligationForm) -> Iterator[Fault]:
    """What is done once other duties are needs duties that are ever done."""
    parts = rule.met_by.all if isinstance(rule.met_by, TogetherForm) else []
    recurring = {place[-1] for place, each in draft.walk(ObligationForm) if each.every is not None} if parts else set()
    for index, part in enumerate(parts):
        if part.name in recurring:
            yield Fault(
                (*path, "met_by", "all", index),
                say("{part} recurs and is never done for good", part=part.name),
                say("name duties that are done once"),
            )


def _effect(draft: Draft, path: Path, effect: EffectForm) -> Iterator[Fault]:
    names = [name for name in type(effect).model_fields if name not in ("when", "cite", "covers", "to", "after", "again")]
    if not any(getattr(effect, name) for name in names):
        yield Fault(path, say("nothing is caused here"), say("one of {names}", names=names))
    if effect.to is not None and effect.propose is None:
        yield Fault((*path, "to"), say("to belongs to propose"), quoted("propose: decision"), at_key=True)
    for fact, value in effect.set.items():
        type_ = draft.names.types.get(fact)
        if type_ is not None and constant(type_, value) is MISFIT:
            yield Fault(
                (*path, "set", fact),
                say("{value} is not a value of {fact}", value=brief(value), fact=fact),
                say("one of {names}", names=type_.of) if type_.of else NOTHING,
            )


def _door(_: Draft, path: Path, door: DoorForm) -> Iterator[Fault]:
    ways = [way for way, given in (("on", door.on), ("when", door.when), ("after", door.after), ("by", door.by)) if given]
    if len(ways) != 1:
        yield Fault(
            path,
            say("one way in or out, not {count}", count=len(ways)),
            say("on a moment, when an expression is true, after a time, or by a person"),
        )
    if (door.after is None) != (door.of is None):
        yield Fault(path, say("after and of belong together"), quoted("after: 12h, of: activated"))
    if door.records is not None and not door.by:
        yield Fault((*path, "records"), say("records belongs to by"), quoted("by: [role]"), at_key=True)
    if door.during is not None and door.when is None:
        yield Fault((*path, "during"), say("during belongs to when"), quoted("when: expression"), at_key=True)


def _condition(_: Draft, path: Path, condition: ConditionForm) -> Iterator[Fault]:
    if condition.each is not None and condition.attest is None:
        yield Fault((*path, "each"), say("each belongs to what is attested"), quoted("attest: role"), at_key=True)
    if condition.waive and (condition.waive.after is None) != (condition.waive.of is None):
        yield Fault((*path, "waive"), say("after and of belong together"), quoted("after: 24h, of: moment"), at_key=True)
    if condition.measure is None and condition.attest is None:
        yield Fault(path, say("a condition is measured, attested, or both"), say("measure: expression, or attest: role"), at_key=True)
    for key, given in (("hold", condition.hold), ("from", condition.from_)):
        if given is not None and condition.measure is None:
            yield Fault((*path, key), say("{key} belongs to what is measured", key=key), quoted("measure: expression"), at_key=True)


def _reading(_: Draft, path: Path, reading: ReadingForm) -> Iterator[Fault]:
    if (reading.measure is None) == (reading.when is None):
        yield Fault(path, say("a reading has one expression"), say("measure: … or when: …"))


def _signal(draft: Draft, path: Path, signal: SignalForm) -> Iterator[Fault]:
    if (signal.kind == "computed") != (signal.formula is not None):
        yield Fault(path, say("a computed signal has a formula, and no other has"), quoted("kind: computed, formula: …"), at_key=True)
    if signal.kind != "count" and any(source != FEED for source in signal.from_):
        yield Fault((*path, "from"), say("entries are counted: nothing else comes from a record"), quoted("kind: count"))


def _figure(draft: Draft, path: Path, figure: FigureForm) -> Iterator[Fault]:
    change = figure.before is not None or figure.after is not None
    ways = [figure.to is not None, figure.value is not None, bool(figure.count), change]
    if sum(ways) != 1:
        yield Fault(path, say("a figure is one thing"), say("from and to, a value, a count, or before and after"), at_key=True)
    if figure.to is not None and figure.from_ is None:
        yield Fault((*path, "to"), say("to needs the moment it counts from"), quoted("from: moment"), at_key=True)
    if (figure.before is None) != (figure.after is None):
        yield Fault(path, say("before and after belong together"), quoted("before: …, after: …"), at_key=True)
    if figure.target is not None and figure.at_least is not None:
        yield Fault((*path, "at_least"), say("a target is the most or the least"), say("keep one"), at_key=True)
    if (figure.at is not None or (figure.from_ is not None and figure.to is None)) and (figure.at is None or figure.from_ is None):
        yield Fault(path, say("a value read at a time of its own says how long after what"), quoted("from: moment, at: 72h"), at_key=True)
    for name in figure.count:
        if name not in COUNTS and name not in _closings(draft) and (draft.names.derived(name) or ("", "", ""))[::2] != ("decision", "made"):
            yield Fault(
                (*path, "count"),
                say("nothing is counted as {name}", name=brief(name)),
                say("one of {names}", names=(*COUNTS, *_closings(draft))),
            )
    yield from _figure_goal(draft, path, figure)


def _closings(draft: Draft) -> list[str]:
    return [door.as_ for situation in draft.form.situations.values() for door in situation.closes if door.as_] if draft.form else []


def _figure_goal(draft: Draft, path: Path, figure: FigureForm) -> Iterator[Fault]:
    """A target is of the kind of what it is held against."""
    key = "target" if figure.target is not None else "at_least"
    goal = figure.target if figure.target is not None else figure.at_least
    if goal is None or isinstance(goal, FromFact | Cases):
        return
    shown = draft.expression(figure.value).type.name if figure.value is not None and figure.against is None else "decimal"
    kind = say("duration") if figure.to is not None else shown
    fits = {"duration": Span, "bool": bool}.get(kind, Decimal)
    if kind != "any" and type(goal) is not fits:
        yield Fault(
            (*path, key),
            say("the target is of another kind than the figure"),
            say("such as {examples}", examples={Span: "15m", bool: "true"}.get(fits, "95.0")),
        )


def _promises(draft: Draft, path: Path, message: MessageForm) -> Iterator[Fault]:
    """A field promises what is owed again and again as a span, and what is owed by promise as an instant."""
    owed = dict(draft.form.obligations) if draft.form else {}
    for situation in draft.form.situations.values() if draft.form else ():
        owed |= situation.obligations
    yield from fields.ahead(path, message.fields)
    for name, field in message.fields.items():
        rule = owed.get(field.promises or "")
        if rule is None:
            continue
        place = (*path, "fields", name, "promises")
        if field.type == "duration" and rule.every is None:
            yield Fault(
                place,
                say("a duration promises when something is due again, and {promises} is not recurring", promises=field.promises),
                quoted("every: 1h"),
            )
        elif field.type == "time" and rule.by is None:
            yield Fault(
                place,
                say("a time promises what is owed by promise, and {promises} has a limit of its own", promises=field.promises),
                quoted("by: promise"),
            )
        elif field.type not in ("duration", "time"):
            yield Fault(place, say("a {type} promises no time", type=field.type), say("type: time, or type: duration"))


def _channels(_: Draft, path: Path, channels: ChannelsForm) -> Iterator[Fault]:
    if (channels.all is None) == (channels.first is None):
        yield Fault(path, say("channels are all of them, or the first that delivers"), say("{all: […]} or {first: […]}"))


def _message(draft: Draft, path: Path, message: MessageForm) -> Iterator[Fault]:
    duties = {place[-1]: duty for place, duty in draft.walk(ObligationForm)}
    for index, ref in enumerate(message.offered):
        duty = duties.get(ref.name)
        if duty is not None and (duty.send is None or duty.send.name != path[-1]):
            said = say("{duty} asks for something else", duty=ref.name)
            yield Fault((*path, "offered", index), said, say("name a moment, or a duty with send: {name}", name=path[-1]))
    yield from _along(draft, path, message)
    asked = draft.form.conditions.get(message.answers.name) if draft.form and message.answers else None
    if message.answers and asked is not None and asked.attest is None:
        said = say("{name} is attested by nobody, so no answer attests it", name=message.answers.name)
        yield Fault((*path, "answers"), said, quoted("attest: role"))
    channels = [*(message.channels.all or ()), *(message.channels.first or ())]
    for channel in message.reaches:
        if channel not in channels:
            yield Fault(
                (*path, "reaches", channel),
                say("the message does not go out by {channel}", channel=channel),
                say("one of {names}", names=channels),
            )
    if message.caller is not None and "telephone" not in channels:
        yield Fault((*path, "caller"), say("nobody telephones here"), quoted("channels: {all: [telephone, …]}"), at_key=True)
    if message.preapproved and not message.approvals:
        yield Fault(
            (*path, "preapproved"), say("what needs no approval cannot be approved in advance"), quoted("approvals: […]"), at_key=True
        )
    for identifier, field in message.fields.items():
        place = (*path, "fields", identifier)
        if (field.type == "table") != bool(field.columns):
            yield Fault(place, say("a table has columns, and nothing else has"), quoted("type: table, columns: [item, quantity]"))
        if field.min is not None and not field.columns:
            yield Fault((*place, "min"), say("min counts the rows of a table"), quoted("type: table"), at_key=True)


def _along(draft: Draft, path: Path, message: MessageForm) -> Iterator[Fault]:
    """What goes along is another message, and nobody has to sign it first."""
    others = draft.form.messages if draft.form else {}
    for index, ref in enumerate(message.along):
        other = others.get(ref.name)
        if ref.name == path[-1] or (other is not None and other.approvals and not other.preapproved):
            said = say("{name} cannot go along: it is this message, or is signed first", name=ref.name)
            yield Fault((*path, "along", index), said, say("name another message, one without approvals"))


def _step(_: Draft, path: Path, step: StepForm) -> Iterator[Fault]:
    if (step.raise_ is None) == (step.at_least is None):
        yield Fault(path, say("a step raises the level by so many, or to at least one"), say("raise: 1, or at_least: level"))


def _adjust(_: Draft, path: Path, adjust: AdjustForm) -> Iterator[Fault]:
    if (adjust.when is None) == (adjust.on is None):
        yield Fault(path, say("an adjustment comes when an expression is true, or on a moment"), say("when: … or on: …"), at_key=True)
    if sum(each is not None for each in (adjust.lower, adjust.raise_, adjust.to)) != 1:
        yield Fault(path, say("an adjustment leads one way"), say("lower: 1, raise: 1, or to: level"), at_key=True)


def _decision(draft: Draft, path: Path, decision: DecisionForm) -> Iterator[Fault]:
    hands_over, organisation = decision.hands_over, draft.form.organisation if draft.form else None
    chained = decision.chain or any(option.chain for option in decision.options.values())
    if decision.together is not None:
        group = organisation.groups.get(decision.together.name) if organisation else None
        if group is not None and group.decides_together is None:
            hint = say("decides_together: {attendance: [in_person, video, telephone]} on the group")
            yield Fault((*path, "together"), say("{together} does not say how it decides together", together=decision.together.name), hint)
        if chained:
            yield Fault((*path, "together"), say("a decision is taken together, or signed one after another"), say("keep one"), at_key=True)
    if decision.assigns and decision.takes_over:
        said = say("a decision names somebody for a role, or whoever takes it takes the role over")
        yield Fault((*path, "takes_over"), said, say("keep one"), at_key=True)
    record = draft.form.records.get(decision.about.name) if draft.form and decision.about else None
    for identifier, option in decision.options.items():
        stamped = record.fields.get(option.stamps) if record and option.stamps else None
        if option.stamps and (stamped is None or stamped.type != "time"):
            place = (*path, "options", identifier, "stamps")
            yield Fault(
                place,
                say("{stamps} is no time field of the entry decided on", stamps=option.stamps),
                say("about: record, with a field of type time"),
            )
    if hands_over is None:
        return
    given = decision.assigns or decision.takes_over
    if given is None or given.name != hands_over.to.name:
        yield Fault(
            (*path, "hands_over", "to"), say("who takes over is whom the decision assigns"), quoted(f"assigns: {hands_over.to.name}")
        )
    both = {each.name for each in hands_over.passes} & {each.name for each in hands_over.keeps}
    for name in sorted(both):
        yield Fault((*path, "hands_over", "keeps"), say("{name} cannot both pass and stay", name=name), say("name it once"))


_CHECKS: tuple[tuple[type[Form], Callable[[Draft, Path, Any], Iterator[Fault]]], ...] = (
    (ObligationForm, _obligation),
    (ObligationForm, _together),
    (FactForm, company_facts.find),
    (EffectForm, _effect),
    (DoorForm, _door),
    (ConditionForm, _condition),
    (ReadingForm, _reading),
    (SignalForm, _signal),
    (ChannelsForm, _channels),
    (FigureForm, _figure),
    (ResourceForm, standing.resource),
    (RecordForm, fields.record),
    (FieldForm, fields.field),
    (ReadinessForm, standing.duty),
    (OrganisationForm, bodies.organisation),
    (RoleForm, bodies.role),
    (StepForm, _step),
    (AdjustForm, _adjust),
    (DecisionForm, _decision),
    (MessageForm, _message),
    (MessageForm, _promises),
)
