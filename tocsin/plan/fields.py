"""What a field of a message or a record says wrongly only beside others: what it is promised, ordered, closed or written back by."""

from collections.abc import Iterator, Mapping

from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.values import FactForm
from tocsin.plan.forms.words import FieldForm, RecordForm
from tocsin.plan.sentences import quoted, say


def ahead(path: Path, fields: Mapping[str, FieldForm]) -> Iterator[Fault]:
    """Yield a fault at each field that is to lie ahead and is no time."""
    for name, field in fields.items():
        if field.ahead and field.type != "time":
            yield Fault((*path, "fields", name, "ahead"), say("a {type} has no next and no last", type=field.type), quoted("type: time"))


def field(draft: Draft, path: Path, slot: FieldForm) -> Iterator[Fault]:
    """What a field writes back is of the type of its fact; a promise is made in words that are sent."""
    if slot.promises is not None and path[0] != "messages":
        yield Fault((*path, "promises"), say("an entry promises nothing to anybody"), say("say it in a message"), at_key=True)
    if slot.many and path[0] != "resources":
        yield Fault((*path, "many"), say("one value is entered here, not several"), say("many belongs to a register"), at_key=True)
    if slot.when is not None and (path[0] != "messages" or slot.optional or slot.columns):
        said = say("when says of a field of a message that it is needed only in some case; else it is optional")
        yield Fault((*path, "when"), said, say("leave out the one or the other"), at_key=True)
    fact = next((each for place, each in draft.walk(FactForm) if slot.sets and place[-1] == slot.sets.name), None)
    if fact is None:
        return
    kind = "choice" if fact.type == "yes_no_unsure" else fact.type
    if fact.many:
        said = say("{fact} holds several values: one field cannot set them", fact=path[-1])
        yield Fault((*path, "sets"), said, say("ask for it where facts are asked"), at_key=True)
    elif (type_ := _choice_of(draft, path) or slot.type) != kind:
        said = say("{name} is a {type}, and the fact it sets a {type_2}", name=path[-1], type=type_, type_2=kind)
        yield Fault((*path, "sets"), said, quoted(f"type: {kind}"), at_key=True)


def _choice_of(draft: Draft, path: Path) -> str:
    """Return `choice` for a field whose values stand under `choice` of its record."""
    record = draft.form.records.get(str(path[1])) if draft.form and path[0] == "records" else None
    return "choice" if record and path[-1] in record.choice else ""


def record(draft: Draft, path: Path, rule: RecordForm) -> Iterator[Fault]:
    """The fields that a record is ordered, closed and tracked by are of a kind that can do so."""
    yield from ahead(path, rule.fields)
    types = {name: _type_of(rule, name) for name in rule.fields}
    wanted: list[tuple[Path, str, str]] = [
        ((*path, "order", "by", index), field, "choice") for index, field in enumerate(rule.order.by if rule.order else ())
    ]
    wanted += [((*path, "open_until"), field, "choice") for field, values in rule.open_until.items() if values]
    if rule.tracked:
        wanted += [((*path, "tracked", "by"), rule.tracked.by, "person"), ((*path, "tracked", "due"), rule.tracked.due, "time")]
    if rule.calls_at:
        wanted.append(((*path, "calls_at"), rule.calls_at, "time"))
        if not rule.of:
            yield Fault((*path, "calls_at"), say("what is called stands in a register"), quoted("of: register"), at_key=True)
    for place, field, type_ in wanted:
        if field in types and types[field] != type_:
            yield Fault(
                place, say("{field} is not a {type}", field=field, type=type_), say("{field}: {{type: {type}}}", field=field, type=type_)
            )
    if rule.into == "stream" and rule.visible_to:
        yield Fault((*path, "into"), say("what is kept for some roles is not said to the whole team"), say("take out into, or visible_to"))
    if rule.tracked and not rule.open_until:
        yield Fault((*path, "tracked"), say("what is tracked ends somewhere"), say("open_until: the field that closes it"), at_key=True)


def _type_of(record: RecordForm, field: str) -> str:
    return "choice" if field in record.choice or record.fields[field].of else record.fields[field].type
