"""Answers to messages: written down with who said what and when, and what they attest (COM-25)."""

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.program import Message
from tocsin.engine.rules import conditions, messages
from tocsin.engine.turn import Turn


def add(turn: Turn, command: t.AddReply) -> t.Refused | None:
    """Record an answer; where it says yes to what the message asks, let it attest that condition in the word of whoever records it."""
    message = turn.state.messages.get(command.message)
    template = turn.program.messages.get(message.template) if message else None
    if message is None or message.published_at is None or template is None:
        return t.Refused("E103", f"there is no sent message {command.message}", hint="see what was sent")
    if not owners.takes_part(turn.state, turn.actor) and messages.may_publish(turn, template):
        return t.Refused("E101", "answers are recorded by those who take part", hint="take a role first")
    refused = _readable(turn, message, template, command)
    if refused:
        return refused
    turn.emit(
        t.ReplyAdded(
            at=turn.at,
            by=turn.by,
            message=message.message,
            template=template.id,
            words=command.words,
            sender=command.sender,
            channel=command.channel,
            language=command.language,
            confirms=command.confirms,
            happened_at=command.happened_at or turn.instant,
        )
    )
    if not command.confirms:
        return None
    entry = command.sender if turn.program.conditions[template.answers].each else ""
    said = t.Attest(condition=template.answers, entry=entry, evidence=(command.words,), by=turn.actor, at=turn.at)
    return conditions.attest(turn, said)


def _readable(turn: Turn, message: t.MessageState, template: Message, command: t.AddReply) -> t.Refused | None:
    if not command.words.strip():
        return t.Refused("E202", "an answer says something", hint="write down what was said", details=("words",))
    if command.sender and command.sender not in message.parties:
        return t.Refused("E103", f"{command.message} did not go to {command.sender}", hint="see to whom it went", details=("sender",))
    if command.confirms and not template.answers:
        return t.Refused("E102", f"{template.id} asks for nothing that an answer confirms", hint="write down the answer as it is")
    happened_at = command.happened_at or turn.instant
    if message.published_at and not message.published_at <= happened_at <= turn.at:
        return t.Refused("E104", "the time lies before the message was sent, or in the future", hint="correct the time")
    return None
