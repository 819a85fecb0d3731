"""The state after an event: dumb, total, and without the program, so that replay needs neither the old plan nor time-zone tables."""

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatch
from typing import TYPE_CHECKING, Any, TypeVar, assert_never

from tocsin.engine import terms as t

if TYPE_CHECKING:
    from dataclasses import replace  # checked as such: names and types of the fields
else:

    def replace(thing: Any, **changed: Any) -> Any:
        """Return a copy of a term with some fields `changed`, as `dataclasses.replace` would, several times as quickly."""
        copy = object.__new__(type(thing))
        copy.__dict__.update(thing.__dict__, **changed)
        return copy


K = TypeVar("K")
V = TypeVar("V")


def put(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    """Return a copy of `mapping` with `key` set."""
    changed = dict(mapping)
    changed[key] = value
    return changed


def drop(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    """Return a copy of `mapping` without `key`."""
    return {other: value for other, value in mapping.items() if other != key}


def evolve(state: t.State, event: t.AnyEvent) -> t.State:
    """Return `state` after `event`. Total: it never refuses, decides or looks anything up."""
    after = _apply(state, event)
    return replace(after, at=event.at) if after is state else _stamped(after, event.at)


def _stamped(fresh: t.State, at: datetime) -> t.State:
    """Return the state just made, which nobody else holds yet, with its time: a second copy would cost as much as the event."""
    fresh.__dict__["at"] = at
    return fresh


def _apply(state: t.State, event: t.AnyEvent) -> t.State:
    match event:  # no `case _`: a forgotten event is a type error
        case t.Declared():
            return _declared(state, event)
        case t.ReportAdded(key=key):
            return replace(state, reports=(*state.reports, key))
        case t.FactStated():
            return _stated(state, event)
        case t.Observed(edge=edge):
            return replace(state, edges=put(state.edges, edge.watch, edge))
        case t.MomentRecorded(moment=moment):
            return replace(state, moments=put(state.moments, moment, t.MomentState(event.happened_at, event.generation)))
        case t.MomentWithdrawn(moment=moment):
            generation = state.moments[moment].generation
            return replace(state, moments=drop(state.moments, moment), withdrawn=put(state.withdrawn, moment, generation))
        case t.ExpressionTurned(subject=subject, value=value):
            return replace(state, turned=put(state.turned, subject, value))
        case t.ConditionTurned() | t.Attested() | t.AttestationLapsed() | t.ConditionWaived():
            return _holding(state, event)
        case t.LevelProposed() | t.LevelNeared() | t.LevelDecided() | t.DecisionProposed() | t.DecisionMade():
            return _level(state, event)
        case t.DutiesPassed():
            return _passed(state, event)
        case t.DecisionApplied() | t.LinkSigned() | t.ChainSentBack():
            return _chain(state, event)
        case t.SituationOpened(situation=name, generation=generation):
            return replace(state, situations=put(state.situations, name, t.SituationState(open=True, generation=generation, at=event.at)))
        case t.SituationClosed(situation=name, named=named):
            state = _count(state, f"counted:{named}") if named else state
            return replace(state, situations=put(state.situations, name, replace(state.situations[name], open=False, at=event.at)))
        case t.PhaseEntered(phase=phase):
            return replace(state, phase=phase)
        case t.ClockOpened(clock=name, obligation=obligation):
            names = tuple(sorted({*state.clocks_of.get(obligation, ()), name}))
            state = replace(state, clocks_of=put(state.clocks_of, obligation, names))
            return replace(state, clocks=put(state.clocks, name, _clock(event, state.clocks)))
        case (
            t.ClockMoved()
            | t.ClockReminded()
            | t.ClockBreached()
            | t.OccurrenceMissed()
            | t.RungReached()
            | t.ClockMet()
            | t.ClockWaived()
            | t.ClockEnded()
        ):
            return replace(state, clocks=put(state.clocks, event.clock, _clock(event, state.clocks)))
        case t.Fulfilled(obligation=obligation):
            return _count(state, f"done:{obligation}")
        case t.RoleAssigned() | t.RoleAccepted() | t.RoleCreated():
            return _role(state, event)
        case t.RecordEntered():
            return _entered(state, event)
        case t.MessageDrafted() | t.MessagePublished() | t.DeliveryReported():
            return _message(state, event)
        case t.ChannelConfirmed() | t.MessageMovedOn() | t.MessageRead() | t.DecisionWaits():
            return _delivered(state, event)
        case t.Filed(inbox=inbox):
            return replace(state, filed=put(state.filed, inbox, state.filed.get(inbox, 0) + 1))
        case t.PlanMoved():
            return _moved(state, event)
        case t.FiguresKept(readings=readings):
            return replace(state, figures={**state.figures, **{reading.figure: reading for reading in readings}})
        case t.Noted() | t.Told() | t.DowntimeNoted():
            return state
        case _:
            assert_never(event)


def _moved(state: t.State, event: t.PlanMoved) -> t.State:
    """A renamed obligation keeps its clocks with their history, and their names in it."""
    clocks = {
        name: replace(clock, obligation=event.renames[clock.obligation]) if clock.obligation in event.renames else clock
        for name, clock in state.clocks.items()
    }
    names = {event.renames.get(obligation, obligation): names for obligation, names in state.clocks_of.items()}
    return replace(state, plan_hash=event.plan_hash, clocks=clocks, clocks_of=names)


def _count(state: t.State, name: str) -> t.State:
    return replace(state, counters=put(state.counters, name, state.counters.get(name, 0) + 1))


def _declared(state: t.State, event: t.Declared) -> t.State:
    return replace(
        state,
        incident=event.incident,
        number=event.number,
        plan=event.plan,
        plan_hash=event.plan_hash,
        words=event.words,
        drill=event.drill,
        declared_by=event.by,
        seats=dict(event.seats),
    )


def _stated(state: t.State, event: t.FactStated) -> t.State:
    known = state.facts.get(event.fact)
    value = event.words if event.value is None else event.value
    rose = event.grave or (known.rose if known else False)
    return replace(state, facts=put(state.facts, event.fact, t.FactState(value, event.by, event.at, event.source, rose)))


def _holding(state: t.State, event: t.ConditionTurned | t.Attested | t.AttestationLapsed | t.ConditionWaived) -> t.State:
    held = state.conditions.get(event.condition, t.Holding())
    match event:
        case t.ConditionTurned(value=value, since=since):
            held = replace(held, value=value, since=since)
        case t.Attested(evidence=evidence):
            held = replace(held, attested_by=event.by, attested_at=event.at, evidence=evidence)
        case t.AttestationLapsed():
            held = replace(held, attested_by="", attested_at=None, evidence=())
        case t.ConditionWaived(complete=complete):
            held = replace(held, waived_by=(*held.waived_by, event.by), waived=complete)
    return replace(state, conditions=put(state.conditions, event.condition, held))


def _level(state: t.State, event: t.LevelProposed | t.LevelNeared | t.LevelDecided | t.DecisionProposed | t.DecisionMade) -> t.State:
    match event:
        case t.LevelProposed(level=""):
            return replace(state, proposal=None)
        case t.LevelProposed(level=level, source=source, because=because):
            known = state.proposal.level if state.proposal else ""
            state = _count(state, "counted:proposed") if level != known else state
            return replace(state, proposal=t.ProposalState(level, source, because))
        case t.LevelNeared(level=level, rules=rules):
            return replace(state, nearest=level, near=tuple(rule.rule for rule in rules))
        case t.DecisionProposed(decision=decision, option=option):
            return replace(state, proposed_decisions=put(state.proposed_decisions, decision, option))
        case t.DecisionMade(decision=decision):
            waiting = {message: waits for message, waits in state.waiting.items() if waits.decision != decision}
            state = replace(state, proposed_decisions=drop(state.proposed_decisions, decision), waiting=waiting)
            return _count(state, f"made:{decision}")
        case t.LevelDecided(level=level, values=values):
            for name in _counted(event):
                state = _count(state, f"counted:{name}")
            # `fact.rose` counts from the last level decision on.
            facts = {name: replace(fact, rose=False) for name, fact in state.facts.items()}
            return replace(state, level=level, level_at=event.at, level_values=dict(values), facts=facts)


def _passed(state: t.State, event: t.DutiesPassed) -> t.State:
    passed = {rule: t.Passed(event.source, event.target) for rule in event.passes}
    clocks = {name: replace(state.clocks[name], owes=event.target) for name in event.clocks}
    return replace(state, passed={**state.passed, **passed}, clocks={**state.clocks, **clocks})


def _counted(event: t.LevelDecided) -> tuple[str, ...]:
    """Return what a level decision counts as, so that thresholds can be corrected (LVL-10)."""
    differs = ("decided_otherwise",) if event.proposed and event.level != event.proposed else ()
    return differs + (("raised",) if event.raised > 0 else ("lowered",) if event.raised < 0 else ())


def _chain(state: t.State, event: t.DecisionApplied | t.LinkSigned | t.ChainSentBack) -> t.State:
    match event:
        case t.DecisionApplied():
            chain = t.ChainState(
                chain=event.chain,
                subject=event.decision,
                kind="decision",
                content_hash=event.content_hash,
                option=event.option,
                applicant=event.by,
                reason=event.reason,
                evidence=event.evidence,
                entry=event.entry,
            )
            state = _count(state, f"applied:{event.decision}")
        case t.LinkSigned(chain=name, complete=complete):
            known = state.chains[name]
            signed = t.Signature(event.link, event.by, event.role, event.at, event.content_hash)
            chain = replace(known, signatures=(*known.signatures, signed), status="complete" if complete else "running")
        case t.ChainSentBack(chain=name):
            chain = replace(state.chains[name], signatures=(), status="sent_back")
    return replace(state, chains=put(state.chains, chain.chain, chain))


@singledispatch
def _clock(event: t.AnyEvent, clocks: Mapping[str, t.Clock]) -> t.Clock:
    raise AssertionError(f"{type(event).__name__} is no event of a clock")


@_clock.register
def _(event: t.ClockOpened, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return t.Clock(
        clock=event.clock,
        obligation=event.obligation,
        entry=event.entry,
        generation=event.generation,
        occurrence=event.occurrence,
        owes=event.owes,
        anchor=event.anchor,
        anchor_generation=event.anchor_generation,
        anchored_at=event.anchored_at,
        began_at=event.began_at,
        limit=event.limit,
        due_at=event.due_at,
        remind_at=event.remind_at,
        recurring=event.recurring,
        fixed=event.fixed,
    )


@_clock.register
def _(event: t.ClockMoved, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(
        clocks[event.clock],
        occurrence=event.occurrence,
        anchor=event.anchor,
        anchored_at=event.anchored_at,
        limit=event.limit,
        due_at=event.due_at,
        remind_at=event.remind_at,
        status=event.status,
    )


@_clock.register
def _(event: t.ClockReminded, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], reminded=True)


@_clock.register
def _(event: t.ClockBreached, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], status="breached", last_due_at=event.due_at)


@_clock.register
def _(event: t.OccurrenceMissed, clocks: Mapping[str, t.Clock]) -> t.Clock:
    clock = clocks[event.clock]
    return replace(
        clock,
        occurrence=event.next_occurrence,
        due_at=event.next_due_at,
        remind_at=event.next_remind_at,
        reminded=False,
        missed=clock.missed + event.missed,
        behind=clock.behind + event.missed,
        rungs={},
        last_due_at=event.last_due_at,
    )


@_clock.register
def _(event: t.RungReached, clocks: Mapping[str, t.Clock]) -> t.Clock:
    clock = clocks[event.clock]
    return replace(clock, rungs=put(clock.rungs, event.rung, event.next_at))


@_clock.register
def _(event: t.ClockMet, clocks: Mapping[str, t.Clock]) -> t.Clock:
    clock = replace(clocks[event.clock], met_at=event.happened_at, margin_s=event.margin_s)
    if event.next_occurrence is None:
        return replace(clock, status="late" if event.late else "met", behind=0)
    return replace(
        clock,
        occurrence=event.next_occurrence,
        due_at=event.next_due_at,
        remind_at=event.next_remind_at,
        reminded=False,
        behind=0,
        rungs={},
        last_due_at=None,
    )


@_clock.register
def _(event: t.ClockWaived, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], status="waived")


@_clock.register
def _(event: t.ClockEnded, clocks: Mapping[str, t.Clock]) -> t.Clock:
    return replace(clocks[event.clock], status="ended", ended=event.reason)


def _role(state: t.State, event: t.RoleAssigned | t.RoleAccepted | t.RoleCreated) -> t.State:
    match event:
        case t.RoleAssigned(role=role, person=""):
            return replace(state, roles=drop(state.roles, role))
        case t.RoleAssigned(role=role, person=person, accepted=accepted):
            state = replace(state, turned=drop(state.turned, f"unaccepted:{role}"))
            return replace(state, roles=put(state.roles, role, t.Seat(person, event.by, event.at, accepted)))
        case t.RoleAccepted(role=role):
            return replace(state, roles=put(state.roles, role, replace(state.roles[role], accepted=True)))
        case t.RoleCreated(role=role, name=name):
            return replace(state, made_roles=put(state.made_roles, role, name))


def _entered(state: t.State, event: t.RecordEntered) -> t.State:
    before = tuple(entry for entry in state.open_entries.get(event.record, ()) if entry != event.entry)
    entries = (*before, event.entry) if event.open else before
    state = replace(state, open_entries=put(state.open_entries, event.record, entries))
    return state if event.amends else _count(state, f"entries:{event.record}")


def _message(state: t.State, event: t.MessageDrafted | t.MessagePublished | t.DeliveryReported) -> t.State:
    match event:
        case t.MessageDrafted(message=name):
            return _drafted(state, event)
        case t.MessagePublished(message=name):
            message = replace(state.messages[name], status="published", left=event.left, awaits=event.awaits, unread=event.unread)
            state = state if event.awaits else _count(state, f"sent:{event.template}")
        case t.DeliveryReported(message=name):
            known = state.messages[name]
            message = replace(known, outcomes=put(known.outcomes, event.channel, event.outcome))
    return replace(state, messages=put(state.messages, name, message))


def _delivered(state: t.State, event: t.ChannelConfirmed | t.MessageMovedOn | t.MessageRead | t.DecisionWaits) -> t.State:
    message = state.messages[event.message]
    match event:
        case t.ChannelConfirmed(channel=channel, reached=reached):
            if reached:
                message = replace(message, awaits=tuple(each for each in message.awaits if each != channel))
            state = _count(state, f"sent:{event.template}") if event.sent else state
        case t.MessageMovedOn(failed=failed, channel=channel):
            awaits = tuple(each for each in message.awaits if each != failed)
            left = tuple(each for each in message.left if each != channel)
            message = replace(message, left=left, awaits=(*awaits, channel) if event.awaits else awaits)
        case t.MessageRead(addressees=addressees):
            message = replace(message, unread=tuple(each for each in message.unread if each not in addressees))
        case t.DecisionWaits():
            waits = t.WaitingDecision(
                decision=event.decision,
                by=event.by,
                option=event.option,
                role=event.role,
                reason=event.reason,
                evidence=event.evidence,
                assignee=event.assignee,
                entry=event.entry,
                attendance=dict(event.attendance),
            )
            state = replace(state, waiting=put(state.waiting, event.message, waits))
    return replace(state, messages=put(state.messages, event.message, message))


def _drafted(state: t.State, event: t.MessageDrafted) -> t.State:
    if event.message not in state.messages:
        state = _count(state, f"drafted:{event.template}")
    message = t.MessageState(
        message=event.message,
        template=event.template,
        text_hash=event.text_hash,
        ready=event.ready,
        author=event.by,
        chain=event.chain,
        texts=dict(event.texts),
        fields=dict(event.fields),
    )
    if event.chain:
        # A new text voids every signature given on the old one.
        chain = t.ChainState(event.chain, subject=event.message, kind="message", content_hash=event.text_hash, applicant=event.by)
        state = replace(state, chains=put(state.chains, event.chain, chain))
    return replace(state, messages=put(state.messages, event.message, message))
