"""The decider: what a command causes in a state, by the plan. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from tocsin.engine import clocks, owners
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.rules import (
    chains,
    conditions,
    deadlines,
    decisions,
    declining,
    delivery,
    facts,
    fulfilment,
    happened,
    joining,
    messages,
    moments,
    obligations,
    outside_records,
    owed,
    parties,
    records,
    registers,
    replies,
    roles,
    rosters,
    situations,
    team,
)
from tocsin.engine.settling import ROUNDS_MAX, EndlessRulesError, order_of, settle
from tocsin.engine.turn import Turn


def decide(program: Program, state: t.State, command: t.Command) -> tuple[t.AnyEvent, ...] | t.Refused:
    """
    Return the events that `command` causes in `state`; none means nothing changes.

    Pure: the time is `command.at` (aware, UTC), never a clock, and never before the last event. What fell due before `command.at` is
    recorded first, so the outcome does not depend on how often somebody ticks.

    :raises EndlessRulesError: the plan's own rules feed each other without end.
    """
    return go_on(in_hand(program, state), command)


def in_hand(program: Program, state: t.State) -> Turn:
    """Return an incident kept in hand, for `go_on`."""
    return Turn(program, state, order_of(program))


def go_on(turn: Turn, command: t.Command) -> tuple[t.AnyEvent, ...] | t.Refused:
    """
    Decide `command` and let the incident in hand follow it; `turn.state` is the state after it.

    The same as `decide` and `evolve`, for whoever sends many commands to one incident: what has settled is not looked at again. A refusal
    leaves the incident as it was.
    """
    before = turn.state, turn.waiting
    answer = _decide(turn, command)
    if isinstance(answer, t.Refused):
        turn.state, turn.waiting = before
        turn.agenda.forget()
    return answer


def _decide(turn: Turn, command: t.Command) -> tuple[t.AnyEvent, ...] | t.Refused:
    refused = _fit_to_act(turn.program, turn.state, command)
    if refused:
        return refused
    turn.begin(command)
    if isinstance(command, t.Tick | t.Observe) and command.down_since:
        turn.down_since = command.down_since
        turn.emit(t.DowntimeNoted(at=turn.at, by=t.SYSTEM, since=command.down_since))
    if isinstance(command, t.Tick | t.Observe) and command.leapt:
        turn.leapt = command.leapt
        turn.emit(t.TimeLeapt(at=turn.at, by=t.SYSTEM, since=command.leapt.since, until=command.leapt.until))
    if not isinstance(command, t.Declare | t.Observe):
        _advance(turn, turn.at)
    refused = _COMMANDS[type(command)](turn, command)
    if refused:
        return refused
    with turn.as_system():
        settle(turn)
        if isinstance(command, t.Declare) and command.reported and command.by.person == t.SYSTEM:
            deadlines.tell_owners(turn)
    _advance(turn, turn.at)
    return tuple(turn.events)


def _fit_to_act(program: Program, state: t.State, command: t.Command) -> t.Refused | None:
    if not command.by.person or command.at == t.UNSTAMPED:
        return t.Refused("E101", "a command needs a person and a time", hint="sign in; the desk stamps the time")
    if isinstance(command, t.Declare):
        if state.incident:
            return t.Refused("E102", f"{state.number} is declared already", hint="add a report instead")
        for plan in program.plans:
            if plan.program.status != "in_force":
                return t.Refused(
                    "E501", f"{plan.program.id} {plan.program.version} is not in force", hint="start under a plan that is in force"
                )
        return None
    if not state.incident:
        return t.Refused("E102", "there is no incident yet", hint="declare it first")
    if state.at and command.at < state.at:
        return t.Refused("E104", "the command is stamped before the last event", hint="stamp it under the incident's lock")
    if (
        isinstance(command, t.Observe | t.ReportDelivery | t.ReadDirectory | t.Reckon | t.TurnDuty | t.Tick)
        and command.by.person != t.SYSTEM
    ):
        return t.Refused("E101", "only the server itself reports this", hint="send samples and receipts through their own doors")
    return None


def _advance(turn: Turn, until: datetime) -> None:
    """Let everything that time alone does up to `until` happen, in order, each at its own instant."""
    turn.until = until
    wake = turn.agenda.first(turn.program, turn.state)
    if wake is None or wake.at > until:
        return
    with turn.as_system():
        for _ in range(100 * ROUNDS_MAX):
            wake = turn.agenda.first(turn.program, turn.state)
            if wake is None or wake.at > until:
                break
            turn.stand_at(wake.at - clocks.TICK if wake.kind == "4_breach" else wake.at)
            deadlines.pass_wake(turn, wake)
            settle(turn)
        else:
            raise EndlessRulesError(f"plan {turn.program.id}: time never comes to rest")
    turn.stand_at(turn.at)


# ------------------------------------------------------------------ commands that belong to no noun


def _declare(turn: Turn, command: t.Declare) -> t.Refused | None:
    refused = facts.check(turn, command.facts)
    if refused:
        return refused
    turn.emit(
        t.Declared(
            at=turn.at,
            by=turn.by,
            incident=command.incident,
            number=command.number,
            plan=command.plan,
            plan_hash=command.plan_hash,
            means=command.means,
            words=command.words,
            seats=dict(command.seats),
            drill=command.drill,
            beside=command.beside,
            proposed=command.proposed,
            reason=command.reason,
        )
    )
    facts.say(turn, command.facts, source="person")
    if command.reported:
        # a declaration is never held up by a slip of the pen: what lies ahead counts as now
        moments.record(turn, "reported", None if happened.misdated(turn, command.happened_at) else command.happened_at)
        moments.record(turn, "registered")
    with turn.as_system():
        moments.of_the_calendar(turn, year=True)
        registers.stock(turn)
    return None


def _add_report(turn: Turn, command: t.AddReport) -> t.Refused | None:
    wrong = outside_records.wrong(command)
    if wrong:
        return wrong
    if command.key not in turn.state.reports:
        turn.emit(outside_records.added(turn, command))
        if "reported" not in turn.state.moments:  # what began by itself is reported now
            moments.record(turn, "reported")
            moments.record(turn, "registered")
    return None


def _observe(turn: Turn, command: t.Observe) -> t.Refused | None:
    """
    Learn the edges in order of time, each with what was known by then; what holds from one to the next matures as that time passes.

    So a hold that one of them ends is not completed by the time that passed after it (TRM-04).
    """
    with turn.as_system():
        for edge in sorted(command.edges, key=lambda edge: edge.since):
            _advance(turn, min(edge.since, turn.at))
            if _is_watched(turn.program, edge) and edge != turn.state.edges.get(edge.watch):
                turn.known_until = min(max(edge.since, turn.seen_until), turn.at)
                turn.emit(t.Observed(at=turn.at, by=turn.by, edge=edge))
                settle(turn)
                turn.stand_at(turn.at)
    _advance(turn, turn.at)
    return None


def _is_watched(program: Program, edge: t.Edge) -> bool:
    """Return whether the plan watches this; a watch over each value of a label has its edges under `id[value]`."""
    if edge.watch in program.watches:
        return not program.watches[edge.watch].each
    watch = program.watches.get(edge.watch.rpartition("[")[0])
    return watch is not None and bool(watch.each)


def _note(turn: Turn, command: t.Note) -> t.Refused | None:
    if not command.words.strip():
        return t.Refused("E202", "an empty note says nothing", hint="write a line")
    turn.emit(t.Noted(at=turn.at, by=turn.by, words=command.words))
    return None


def _report_delivery(turn: Turn, command: t.ReportDelivery) -> t.Refused | None:
    message = turn.state.messages.get(command.message)
    if message is None:
        return t.Refused("E103", f"there is no message {command.message}", hint="report deliveries under the message's id")
    if message.outcomes.get(command.channel) != command.outcome:
        turn.emit(
            t.DeliveryReported(
                at=turn.at,
                by=turn.by,
                message=command.message,
                channel=command.channel,
                outcome=command.outcome,
                detail=command.detail,
                languages=command.languages,
            )
        )
        delivery.reported(turn, command)
    return None


def _move_plan(turn: Turn, command: t.MovePlan) -> t.Refused | None:
    by_itself = turn.by == t.SYSTEM  # what an organisation keeps between incidents goes by the version in force
    if not by_itself and not owners.speaks_for(turn.program, turn.state, turn.actor, turn.program.commander):
        return t.Refused("E101", f"only {turn.program.commander} moves an incident to another plan version", hint="ask that role")
    if command.plan_hash != turn.program.plans[0].program.hash:
        return t.Refused("E103", "the version asked for is not the one at hand", hint="load that version first")
    if not command.reason:
        return t.Refused("E105", "an incident is not moved without a reason", hint="say why in a sentence")
    if turn.state.level and turn.state.level not in turn.program.levels:
        return t.Refused("E104", f"that version has no level {turn.state.level}", hint="decide a level that both versions have first")
    if command.plan_hash != turn.state.plan_hash:
        turn.emit(
            t.PlanMoved(
                at=turn.at,
                by=turn.by,
                plan_hash=command.plan_hash,
                version=command.version,
                reason=command.reason,
                renames=owed.renamed(turn),
            )
        )
        turn.moved = True
        owed.leave_behind(turn)
        with turn.as_system():
            moments.record(turn, "document.published")
            moments.of_the_calendar(turn, year=False)
            registers.stock(turn)
    return None


def _tick(turn: Turn, command: t.Tick) -> t.Refused | None:
    """Time has passed already."""
    return None


_COMMANDS: Final[Mapping[type[t.Act], Callable[[Turn, Any], t.Refused | None]]] = {
    t.Declare: _declare,
    t.AddReport: _add_report,
    t.AddParty: parties.add,
    t.RemoveParty: parties.remove,
    t.TellParty: parties.tell,
    t.StateFacts: facts.state_facts,
    t.Observe: _observe,
    t.Decide: decisions.decide,
    t.Sign: chains.sign_command,
    t.SendBack: chains.send_back,
    t.Fulfil: fulfilment.fulfil,
    t.NotNeeded: fulfilment.not_needed,
    t.BringForward: fulfilment.bring_forward,
    t.WaiveClock: fulfilment.waive,
    t.WaiveCondition: conditions.waive,
    t.Attest: conditions.attest,
    t.TakeBack: conditions.take_back,
    t.Mark: moments.mark,
    t.Withdraw: moments.withdraw,
    t.Open: situations.by_hand,
    t.Close: situations.by_hand,
    t.Assign: roles.assign,
    t.CallIn: roles.call_in,
    t.Accept: roles.accept,
    t.Decline: declining.decline,
    t.HandOver: roles.hand_over,
    t.CreateRole: roles.create,
    t.OpenStream: roles.open_stream,
    t.CloseStream: roles.close_stream,
    t.TakeUp: team.take_up,
    t.PutDown: team.put_down,
    t.Say: team.say,
    t.Promote: team.promote,
    t.Enter: records.enter,
    t.ReadDirectory: registers.read_directory,
    t.TurnDuty: rosters.turn_over,
    t.Reckon: obligations.reckon,
    t.AddPlan: joining.add,
    t.Note: _note,
    t.Draft: messages.draft,
    t.Publish: messages.publish,
    t.Send: messages.send,
    t.Confirm: delivery.confirm,
    t.Read: delivery.read,
    t.AddReply: replies.add,
    t.ReportDelivery: _report_delivery,
    t.MovePlan: _move_plan,
    t.Tick: _tick,
}
