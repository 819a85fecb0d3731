"""L04: a name that is not defined: role, message, decision, record, condition, moment, level, situation, field, option, case."""

from collections.abc import Iterable, Iterator

from tocsin.engine.expressions import SignalRead, leaves
from tocsin.engine.program.values import FEED
from tocsin.plan.check import Check
from tocsin.plan.check.expression_fault import entry_of
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief, nearest
from tocsin.plan.forms.duties import EffectForm
from tocsin.plan.forms.leaves import ROLES, Ref
from tocsin.plan.forms.values import TemplateForm
from tocsin.plan.forms.words import RecordForm
from tocsin.plan.nouns import noun
from tocsin.plan.sentences import either, quoted, say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each name that leads nowhere, with the nearest that does."""
    for path, ref in draft.walk(Ref):
        if ref.name.startswith("entry."):
            yield from _of_entry(draft, path, ref.name.removeprefix("entry."))
            continue
        yield from _named(draft, path, draft.names.moment(ref.name, path) if "moment" in ref.kinds else ref.name, ref.kinds)
    for path, effect in draft.walk(EffectForm):
        yield from _effect(draft, path, effect)
    for path, record in draft.walk(RecordForm):
        yield from _record(draft, path, record)
    for path, template in draft.walk(TemplateForm):
        for fact in template.prefill:
            yield from _among((*path, "prefill", fact), fact, "fact", draft.names.all("fact"))
    yield from _elsewhere(draft)


def _named(draft: Draft, path: Path, name: str, kinds: tuple[str, ...]) -> Iterator[Fault]:
    if any(draft.names.knows(kind, name) for kind in kinds):
        return
    candidates = [candidate for kind in kinds for candidate in draft.names.all(kind)]
    asked = [noun(kind) for kind in kinds if kind not in ("everybody", "owner", "entry", "said", "party")]
    yield Fault(
        path,
        say("there is no {kind} {name}", kind=either(asked or [noun(kinds[0])]), name=brief(name)),
        nearest(name, candidates) or say("define it"),
    )


def _of_entry(draft: Draft, path: Path, field: str) -> Iterator[Fault]:
    """A field of the entry that the rule runs over; an anchor needs a time there, a limit a duration."""
    known = draft.names.entries.get(entry_of(draft, path), {})
    steps = [step for step in path if isinstance(step, str)]
    limit = steps[-1] == "from" and steps[-2] in ("within", "every")
    wanted = "duration" if limit else {"of": "time", "from": "time", "until": "time", "owes": "string"}.get(steps[-1], "")
    if field not in known or (wanted and known[field].name not in (wanted, "any")):
        fitting = [name for name, type_ in known.items() if not wanted or type_.name in (wanted, "any")]
        yield Fault(
            path,
            say("no entry with a field {field} is in hand here", field=brief(field)),
            nearest(field, fitting) or quoted("for_each: affected_parties"),
        )


def _among(path: Path, name: str, what: str, candidates: Iterable[str]) -> Iterator[Fault]:
    known = list(candidates)
    if name not in known:
        yield Fault(
            path,
            say("there is no {kind} {name}", kind=noun(what), name=brief(name)),
            nearest(name, known) or say("define it"),
            at_key=True,
        )


def _effect(draft: Draft, path: Path, effect: EffectForm) -> Iterator[Fault]:
    for fact in effect.set:
        yield from _among((*path, "set", fact), fact, "fact", draft.names.all("fact"))
    for role in effect.assign:
        yield from _among((*path, "assign", role), role, "role", draft.names.all("role"))
    decision = draft.form.decisions.get(effect.propose.name) if effect.propose and draft.form else None
    if effect.to and decision:
        levels = draft.names.all("level") if "level" in decision.options or decision.sets else ()
        for fault in _among((*path, "to"), effect.to, "option", [*decision.options, *levels]):
            yield Fault(fault.path, fault.message, fault.hint)


def _record(draft: Draft, path: Path, record: RecordForm) -> Iterator[Fault]:
    for field in record.choice:
        yield from _among((*path, "choice", field), field, "field", record.fields)
    for place, field in _fields_named(record):
        if field not in record.fields:
            yield Fault(
                (*path, *place),
                say("there is no field {field}", field=brief(field)),
                nearest(field, record.fields) or say("name a field of the record"),
            )
    for index, name in enumerate(record.needs.either):
        yield from (
            Fault(fault.path, fault.message, fault.hint)
            for fault in _among((*path, "needs", "either", index), name, "field", record.fields)
        )
    for door in ("enter", "transfer", "close"):
        for index, name in enumerate(getattr(record.needs, door)):
            known = [*record.fields, *draft.names.all("condition")]
            if name not in known:
                yield Fault(
                    (*path, "needs", door, index),
                    say("there is no field or condition {name}", name=brief(name)),
                    nearest(name, known) or say("define it"),
                )


def _fields_named(record: RecordForm) -> Iterator[tuple[Path, str]]:
    """Yield every field that a key of the record names, with its place."""
    for field in record.open_until:
        yield ("open_until",), field
    for field in record.confidential:
        yield ("confidential", field), field
    yield from ((("alike", index), field) for index, field in enumerate(record.alike))
    if record.custody:
        yield ("custody",), record.custody
    if record.calls_at:
        yield ("calls_at",), record.calls_at
    if record.tracked:
        yield from ((("tracked", "by"), record.tracked.by), (("tracked", "due"), record.tracked.due))
    if record.order:
        yield from ((("order", "by", index), field) for index, field in enumerate(record.order.by))
        yield from ((("order", key), field) for key in ("after", "at") if (field := getattr(record.order, key)))


def _elsewhere(draft: Draft) -> Iterator[Fault]:
    form = draft.form
    if form is None:
        return
    if form.document and form.document.owner:
        yield from _named(draft, ("document", "owner"), form.document.owner, ("role",))
    for level, rule in form.levels.items():
        for who in rule.fills:
            known = ["all", *(name for kind in ROLES[:2] for name in draft.names.all(kind))]
            yield from _among(("levels", level, "fills", who), who, "role or group", known)
    for identifier, message in form.messages.items():
        for name, field in message.fields.items():
            if field.promises:
                yield from _named(draft, ("messages", identifier, "fields", name, "promises"), field.promises, ("obligation",))
    for identifier, signal in form.signals.items():
        for index, source in enumerate(signal.from_):
            if source != FEED:
                yield from _named(draft, ("signals", identifier, "from", index), source, ("record",))
    for identifier, trigger in form.triggers.items():
        parsed = draft.expression(trigger.when).tree
        read = {leaf.signal for leaf in leaves(parsed) if isinstance(leaf, SignalRead)} if parsed is not None else set()
        labels = {label for name in read if name in form.signals for label in form.signals[name].labels}
        if trigger.each and trigger.each not in labels:
            hint = nearest(trigger.each, labels) or say("give a signal that it reads this label")
            yield Fault(("triggers", identifier, "each"), say("no signal here has the label {each}", each=brief(trigger.each)), hint)
    if form.classify:
        for identifier, level_rule in form.classify.rules.items():
            if level_rule.subsumed_by:
                place: Path = ("classify", "rules", identifier, "subsumed_by")
                if level_rule.subsumed_by not in form.classify.rules:
                    hint = nearest(level_rule.subsumed_by, form.classify.rules)
                    yield Fault(
                        place,
                        say("there is no rule {subsumed_by}", subsumed_by=brief(level_rule.subsumed_by)),
                        hint or say("name a rule of the classification"),
                    )


CHECK = Check("L04", "unknown-name", "error", find)
