"""What a sent message promises: a time of its own at which something is then owed, never later than the plan asks (CLK-06)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine import texts
from tocsin.engine.collections import WHOLE
from tocsin.engine.entries import wanted
from tocsin.engine.program import Field, Message, Obligation
from tocsin.engine.rules import obligations, owed
from tocsin.engine.times import add, instant
from tocsin.engine.turn import Turn


def made(turn: Turn, template: Message, filled: Mapping[str, str]) -> dict[str, datetime]:
    """Return the instants to come that a draft names, by field: what its texts say, whenever it is then approved, sent or confirmed."""
    zone = turn.program.zone(template.id)
    found = {}
    for field in template.fields:
        if field.ahead and field.type == "time":
            with suppress(ValueError):
                found[field.id] = instant(filled[field.id], turn.instant, zone, ahead=True)
    return found


def unreadable(turn: Turn, template: Message, message: t.MessageState) -> t.Refused | None:
    """Return why what this message says is to come cannot be: it is no time or span, or it lies in the past by now."""
    for field in template.fields:
        if not (field.promises or field.id in message.promised) or not message.fields.get(field.id):
            continue
        due = _due(turn, template, field, message)
        if due is None or due <= turn.instant:
            return t.Refused("E104", f"{field.id} promises no time to come", hint=f"write {wanted(field)}", details=(field.id,))
    return None


def keep(turn: Turn, name: str) -> None:
    """
    Let what the message promises be owed at the time that it says, by whoever owes it under the plan.

    A time that has passed while somebody had still to confirm the message is owed all the same, and is breached.
    """
    message = turn.state.messages[name]
    template = turn.program.messages[message.template]
    for field in template.fields:
        rule = turn.program.obligations.get(field.promises)
        due = _due(turn, template, field, message) if rule else None
        if rule is None or due is None:
            continue
        if rule.promised:
            _owe(turn, rule, template, due)
            continue
        for clock in obligations.running(turn.state, rule.id):
            if not clock.entry or clock.entry in message.parties:
                obligations.bring_forward(turn, clock, due, "promised")


def _due(turn: Turn, template: Message, field: Field, message: t.MessageState) -> datetime | None:
    """Return the instant that a field promises, or None: a time as it was drafted, a span counted from now."""
    if field.type == "time":
        return message.promised.get(field.id)
    try:
        return add(turn.instant, texts.span(message.fields.get(field.id, "")), turn.program.reckons(template.id))
    except ValueError:
        return None


def _owe(turn: Turn, rule: Obligation, template: Message, due: datetime) -> None:
    """Begin the clock of what is owed by promise; one that runs already is only ever brought forward."""
    past = obligations.clocks_of(turn.state, (rule.id,))
    open_ = next((clock for clock in past if clock.status == "open"), None)
    if open_:
        obligations.bring_forward(turn, open_, due, "promised")
    elif owed.applies(turn, rule, WHOLE):
        owed.begin_promised(turn, rule, f"{template.id}.sent", due, past)
