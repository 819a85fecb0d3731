"""Messages and records."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tocsin.engine.program import Field, Message, Needs, Order, Record, Text, Tracked
from tocsin.plan.compile.context import Context, name, names
from tocsin.plan.compile.duties import chain
from tocsin.plan.findings import Path
from tocsin.plan.forms.leaves import Words
from tocsin.plan.forms.words import FieldForm, MessageForm, RecordForm, TrackedForm

_PLACEHOLDER: Final = re.compile(r"\[([^\[\]\n]+)\]")


def messages(context: Context) -> dict[str, Message]:
    """Return the messages."""
    return {identifier: _message(context, ("messages", identifier), rule) for identifier, rule in context.form.messages.items()}


def _message(context: Context, path: Path, rule: MessageForm) -> Message:
    return Message(
        **context.common(str(path[-1]), rule),
        audience=rule.audience,
        to=context.roles(rule.to),
        channels=tuple(rule.channels.all or rule.channels.first or ()),
        all_channels=rule.channels.all is not None,
        together=rule.together,
        every_channel_confirmed=rule.sent_when is not None,
        fields=tuple(_field(context, identifier, form, tuple(rule.cite)) for identifier, form in rule.fields.items()),
        needs=names(rule.needs),
        forbids=tuple(rule.forbids),
        approvals=chain(context, rule.approvals, path),
        publisher=name(rule.publisher),
        author=name(rule.author),
        urgent=rule.urgent,
        text=_wording(context, rule),
        supplements=name(rule.supplements),
        in_name_of=rule.in_name_of or "",
        evidence=rule.evidence,
        preapproved=rule.preapproved,
        read_receipt=rule.read_receipt,
        forbids_until={field: fact.name for field, fact in rule.forbids_until.items()},
        alarming=tuple(rule.wording.alarming) if rule.wording else (),
        wording=context.text(rule.wording.confirm) if rule.wording else {},
        reaches={channel: context.roles(roles) for channel, roles in rule.reaches.items()},
        caller=name(rule.caller),
        answers=name(rule.answers),
        along=names(rule.along),
        offered=tuple(context.moment(ref) for ref in rule.offered),
    )


def _wording(context: Context, rule: MessageForm) -> Text:
    """Return the text by locale, in which `[Client name]` is the field that the document calls so: wordings are pasted as people have them."""
    found = {}
    for locale, words in context.text(rule.text).items():
        slots = {label: f"{{{{ {name} }}}}" for name, field in rule.fields.items() if (label := context.text(field.label).get(locale))}
        found[locale] = _PLACEHOLDER.sub(lambda match, slots=slots: slots.get(match[1], match[0]), words)  # type: ignore[misc]
    return found


def _field(
    context: Context, identifier: str, form: FieldForm, cite: tuple[str, ...], choices: dict[str, Words | None] | None = None
) -> Field:
    source = _choices_of_source(context, form)
    of, terms = form.of or choices or source, context.form.terms
    return Field(
        id=identifier,
        type="choice" if choices else form.type,
        of=tuple(of),
        many=form.many,
        names={each: said for each, words in of.items() if (said := context.text(words or terms.get(each) or source.get(each)))},
        label=context.text(form.label or terms.get(identifier)),
        from_=tuple(context.draft.names.moment(ref.name, ()) for ref in form.from_),
        sets=name(form.sets),
        optional=form.optional,
        when=context.expression(form.when),
        promises=form.promises or "",
        ahead=form.ahead or form.promises is not None,
        columns=tuple(form.columns),
        rows_min=form.min or 0,
        cite=tuple(form.cite) or cite,
    )


def _choices_of_source(context: Context, form: FieldForm) -> dict[str, Words | None]:
    """A choice that names no values has those of the fact it is filled from, or sets."""
    if form.type != "choice":
        return {}
    refs = (*form.from_, *([form.sets] if form.sets else ()))
    every = context.form.facts | {k: v for each in context.form.situations.values() for k, v in each.facts.items()}
    return next((fact.of for ref in refs if (fact := every.get(ref.name)) and fact.of), {})


def records(context: Context) -> dict[str, Record]:
    """Return the records."""
    return {identifier: _record(context, identifier, rule) for identifier, rule in context.form.records.items()}


def record_fields(
    context: Context, fields: Mapping[str, FieldForm], choice: Mapping[str, dict[str, Words | None]], cite: tuple[str, ...]
) -> tuple[Field, ...]:
    """Return the fields of a record or a register."""
    return tuple(_field(context, each, form, cite, choice.get(each)) for each, form in fields.items())


def _record(context: Context, identifier: str, rule: RecordForm) -> Record:
    fields = record_fields(context, rule.fields, rule.choice, tuple(rule.cite))
    due = rule.tracked.due if rule.tracked else ""
    return Record(
        **context.common(identifier, rule),
        fields=tuple(replace(field, ahead=True) if field.id == due else field for field in fields),
        open_until=next(iter(rule.open_until), ""),
        until_values=tuple(next(iter(rule.open_until.values()), ())),
        calls_at=rule.calls_at or "",
        then=context.effects(rule.then, ("records", identifier, "then"), identifier),
        prefill=tuple(rule.prefill),
        needs=Needs(tuple(rule.needs.enter), tuple(rule.needs.transfer), tuple(rule.needs.close), tuple(rule.needs.either)),
        order=Order(tuple(rule.order.by), rule.order.after or "", rule.order.at or "") if rule.order else None,
        custody=rule.custody or "",
        into=rule.into or "",
        of=names(rule.of),
        visible_to=names(rule.visible_to),
        confidential={field: names(roles) for field, roles in rule.confidential.items()},
        retained=rule.retained,
        evidence=rule.evidence,
        filled_by=rule.filled_by or "",
        review=rule.review or "",
        alike=tuple(rule.alike),
        tracked=_tracked(context, identifier, rule.tracked) if rule.tracked else None,
        tag=rule.tag or "",
    )


def _tracked(context: Context, record: str, form: TrackedForm) -> Tracked:
    late = context.late(form.late, ("records", record, "tracked", "late")) if form.late is not None else ()
    return Tracked(form.by, form.due, late)
