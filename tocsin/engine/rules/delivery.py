"""On its way: channels that people serve and confirm, tiers that move on, receipts of reading, and when a message counts as sent."""

from typing import Final

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.addressed import roles_of
from tocsin.engine.program import Message, Program
from tocsin.engine.rules import decisions, moments, obligations, opening, parties
from tocsin.engine.rules.deadlines import tell
from tocsin.engine.turn import Turn

BY_HAND: Final = ("telephone",)
"""Channels that a person serves: a call is somebody's task, and has a result (EWS-05, COM-26)."""


def channels(template: Message) -> tuple[str, ...]:
    """Return the channels a message goes out on at once: all of them, or the first."""
    return template.channels if template.all_channels else template.channels[:1]


def awaited(template: Message, confirmed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the channels on which a person still has to confirm it."""
    served = [name for name in channels(template) if name in BY_HAND or template.every_channel_confirmed]
    return tuple(name for name in served if name not in confirmed)


def reached(turn: Turn, template: Message) -> dict[str, tuple[str, ...]]:
    """Return the persons of each channel that does not reach the whole audience."""
    narrowed = {channel: roles_of(turn.program, turn.state, roles, turn.instant) for channel, roles in template.reaches.items()}
    return {channel: owners.persons(turn.program, turn.state, roles) for channel, roles in narrowed.items()}


def addressees(program: Program, state: t.State, to: tuple[str, ...]) -> tuple[str, ...]:
    """Return who has to read a message: each department, group or role it is addressed to; roles outside cannot say so."""
    each = [name for target in to for name in (program.departments if target == "departments" else (target,))]
    inside = [name for name in each if name != "everyone" and not (name in program.roles and program.roles[name].outside)]
    return tuple(dict.fromkeys(inside))


def begin(turn: Turn, template: Message, message: str) -> None:
    """Give each call and each confirmation to whoever owes it; where there is none, the message counts as sent."""
    for channel in turn.state.messages[message].awaits:
        _owe(turn, template, message, channel)
    if not turn.state.messages[message].awaits:
        counts_as_sent(turn, template, message)


def counts_as_sent(turn: Turn, template: Message, message: str) -> None:
    """Record that a message counts as sent, with what that meets: of those owed to parties outside, to each party it was for."""
    moments.record(turn, f"{template.id}.sent")
    if any(field.promises for field in template.fields):
        turn.promised.append(message)
    told = tuple(key for key in turn.state.messages[message].parties if key in turn.state.parties)
    if told:
        parties.told(turn, told, template=template.id, message=message)
    to = roles_of(turn.program, turn.state, template.to, turn.instant)
    if set(parties.addressed(turn, to)) <= set(told):
        obligations.meet(turn, "send", template.id, entries=parties.not_of_parties(turn.state))


def _owe(turn: Turn, template: Message, message: str, channel: str) -> None:
    """Open the task of serving one channel: owed by the caller, or by whoever publishes, without a limit."""
    obligation = f"{template.id}.{channel}"
    past = [clock for clock in turn.state.clocks.values() if clock.obligation == obligation]
    number = opening.generation(past)
    clock = obligation if number == 1 else f"{obligation}#{number}"
    opening.begin(turn, clock, obligation, number, owes=_server(turn, template, channel), entry=message)


def _server(turn: Turn, template: Message, channel: str) -> str:
    """Return the role that serves a channel."""
    own = template.caller if channel in BY_HAND else ""
    owing = [rule.owes for rule in obligations.duties_to(turn.program, "send", template.id)]
    return own or template.publisher or next((role for role in owing if role != t.SYSTEM), turn.program.part(template.id).commander)


def confirm(turn: Turn, command: t.Confirm) -> t.Refused | None:
    """Record what came of a message on a channel that a person serves."""
    message = turn.state.messages.get(command.message)
    if message is None:
        return t.Refused("E103", f"there is no message {command.message}", hint="see what was sent")
    template = turn.program.messages.get(message.template)
    if template is None:
        return t.Refused("E103", f"this plan has no message {message.template}", hint="confirm what the plan at hand sends")
    if command.channel not in message.awaits:
        waits = ", ".join(message.awaits) or "nothing"
        return t.Refused("E102", f"{command.message} waits for {waits}", hint="confirm what is still open")
    role = _server(turn, template, command.channel)
    if not owners.answers_for(turn.program, turn.state, turn.actor, role):
        return t.Refused("E101", f"{command.channel} is served by {role}", hint="ask that role")
    if command.channel in BY_HAND and not command.result.strip():
        return t.Refused("E202", "a call has a result", hint="say who answered, and what was said", details=("result",))
    _confirm(turn, template, message, command.channel, command.result, reached=command.reached)
    return None


def _confirm(turn: Turn, template: Message, message: t.MessageState, channel: str, result: str, *, reached: bool) -> None:
    sent = reached and message.awaits == (channel,)
    turn.emit(
        t.ChannelConfirmed(
            at=turn.at,
            by=turn.by,
            message=message.message,
            template=template.id,
            channel=channel,
            result=result,
            reached=reached,
            sent=sent,
        )
    )
    if not reached:
        move_on(turn, template, message.message, channel)
        return
    _close(turn, template, message.message, channel)
    if sent:
        counts_as_sent(turn, template, message.message)
        decisions.sent(turn, message.message)


def _close(turn: Turn, template: Message, message: str, channel: str) -> None:
    for clock in obligations.running(turn.state, f"{template.id}.{channel}", message):
        obligations.meet_clock(turn, clock, turn.instant)


def reported(turn: Turn, command: t.ReportDelivery) -> None:
    """
    Follow up how a message ended on a channel: what the server delivered needs no other confirmation, what failed moves on.

    Where nothing follows, or it reached some and not others, whoever answers for the channel is told.
    """
    message = turn.state.messages[command.message]
    template = turn.program.messages.get(message.template)
    if template is None or command.channel in BY_HAND:
        return
    if command.outcome == "delivered" and command.channel in message.awaits:
        _confirm(turn, template, message, command.channel, "", reached=True)
    elif command.outcome == "failed" and not template.all_channels:
        move_on(turn, template, message.message, command.channel)
    elif command.outcome in ("failed", "partly"):
        tell(turn, (_server(turn, template, command.channel),), f"not_to_all:{message.message}", urgent=True)


def move_on(turn: Turn, template: Message, message: str, failed: str) -> None:
    """
    Go on to the next channel of a tier; where none is left, whoever sent it is told.

    What counts as sent only once it is confirmed is awaited on the next channel too. Where none is left it stays awaited on the last one,
    for whoever reaches them in another way.
    """
    state = turn.state.messages[message]
    if template.all_channels:
        return
    following = next(iter(state.left), "")
    awaits = (following or failed) in BY_HAND or template.every_channel_confirmed
    to = roles_of(turn.program, turn.state, template.to, turn.instant)
    turn.emit(
        t.MessageMovedOn(
            at=turn.at,
            by=turn.by,
            message=message,
            template=template.id,
            failed=failed,
            channel=following,
            persons=owners.persons(turn.program, turn.state, to),
            to=to,
            urgent=template.urgent,
            awaits=awaits,
            reaches=reached(turn, template),
        )
    )
    for clock in obligations.running(turn.state, f"{template.id}.{failed}", message) if following or not awaits else ():
        turn.emit(t.ClockEnded(at=turn.at, by=t.SYSTEM, clock=clock.clock, reason="moved_on"))
    if following and awaits:
        _owe(turn, template, message, following)
    elif not following:
        tell(turn, (_server(turn, template, failed),), f"undelivered:{message}", urgent=True)
    elif failed in state.awaits:
        counts_as_sent(turn, template, message)
        decisions.sent(turn, message)


def read(turn: Turn, command: t.Read) -> t.Refused | None:
    """Record that a message was read, for every addressee the actor speaks for."""
    message = turn.state.messages.get(command.message)
    if message is None or message.status != "published":
        return t.Refused("E103", f"there is no sent message {command.message}", hint="see what was sent")
    template = turn.program.messages.get(message.template)
    if template is None or not template.read_receipt:
        return t.Refused("E102", f"{command.message} asks nobody to say that it was read", hint="read it; that is enough")
    mine = tuple(name for name in message.unread if owners.speaks_for(turn.program, turn.state, turn.actor, name))
    if not mine:
        to = roles_of(turn.program, turn.state, template.to, turn.instant)
        known = [name for name in addressees(turn.program, turn.state, to) if owners.speaks_for(turn.program, turn.state, turn.actor, name)]
        return (
            None if known else t.Refused("E101", f"{command.message} is not addressed to you", hint="leave that to whom it is addressed to")
        )
    everybody = set(mine) == set(message.unread)
    turn.emit(t.MessageRead(at=turn.at, by=turn.by, message=message.message, template=template.id, addressees=mine, everybody=everybody))
    if everybody:
        moments.record(turn, f"{template.id}.read_by_all")
    return None
