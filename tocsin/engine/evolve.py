"""The state after an event: dumb, total, and without the program, so that replay needs neither the old plan nor time-zone tables."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, assert_never

from tocsin.engine import terms as t
from tocsin.engine.clock_course import after
from tocsin.engine.copies import drop, put, replace
from tocsin.engine.evolve_messages import lightened
from tocsin.engine.evolve_parties import parties_after
from tocsin.engine.evolve_roles import found, seated
from tocsin.engine.firing import firing
from tocsin.engine.kept import keep
from tocsin.engine.namespaces import bare, part_of, within


def evolve(state: t.State, event: t.AnyEvent) -> t.State:
    """Return `state` after `event`. Total: it never refuses, decides or looks anything up."""
    known = _apply(state, event)
    if known is not state:
        return _stamped(known, event.at)
    return state if state.at == event.at else replace(state, at=event.at)


def _stamped(fresh: t.State, at: datetime) -> t.State:
    """Return the state just made, which nobody else holds yet, with its time: a second copy would cost as much as the event."""
    fresh.__dict__["at"] = at
    return fresh


def _apply(state: t.State, event: t.AnyEvent) -> t.State:
    match event:  # no `case _`: a forgotten event is a type error; what happens most is asked for first
        case t.OfClock():
            return _clock(state, event.clock, event)
        case t.Noted() | t.ReplyAdded() | t.Told() | t.Gathered() | t.DowntimeNoted() | t.TimeLeapt():
            return state
        case t.MessageDrafted() | t.MessagePublished() | t.DeliveryReported():
            return _message(state, event)
        case t.RoleAssigned() | t.RoleAccepted() | t.RoleDeclined() | t.RoleCreated() | t.DeputyCalled():
            return seated(state, event)
        case t.DirectoryRead() | t.DutyTurned():
            return replace(state, seats=found(state, event))
        case t.MomentRecorded() | t.MomentWithdrawn():
            return _moment(state, event)
        case t.ExpressionTurned(subject=subject, value=value):
            return replace(state, turned=put(state.turned, subject, value))
        case t.ConditionTurned() | t.Attested() | t.AttestationLapsed() | t.ConditionWaived():
            return _holding(state, event)
        case t.FactStated():
            return _stated(state, event)
        case t.RecordEntered() | t.EntryMarked() | t.Filed() | t.FiguresKept():
            return keep(state, event)
        case t.Fulfilled(obligation=obligation):
            return _count(state, f"done:{obligation}")
        case t.Declared():
            return _declared(state, event)
        case t.ReportAdded() | t.PartyAdded() | t.PartyRemoved() | t.PartiesTold():
            return _from_outside(state, event)
        case t.Observed() | t.TriggerFired():
            return _measured(state, event)
        case t.LevelProposed() | t.LevelNeared() | t.LevelDecided() | t.DecisionProposed() | t.DecisionMade():
            return _level(state, event)
        case t.DutiesPassed():
            return _passed(state, event)
        case t.DecisionApplied() | t.LinkSigned() | t.ChainSentBack():
            return _chain(state, event)
        case t.SituationOpened() | t.SituationClosed() | t.Restricted():
            return _situation(state, event)
        case t.PhaseEntered(phase=phase):
            return _entered_phase(state, part_of(phase), bare(phase))
        case t.StreamOpened() | t.StreamClosed() | t.WorkTakenUp() | t.WorkPutDown() | t.Said() | t.Promoted():
            return _team(state, event)
        case t.ChannelConfirmed() | t.MessageMovedOn() | t.MessageRead() | t.DecisionWaits():
            return _delivered(state, event)
        case t.PlanMoved():
            return _moved(state, event)
        case t.PlanAdded():
            return _joined(state, event)
        case _:
            assert_never(event)


def _joined(state: t.State, event: t.PlanAdded) -> t.State:
    beside = (*state.beside, event.added)
    phases = _phases(beside, state.phases or {"": state.phase})
    return replace(state, beside=beside, phases=phases, seats={**event.seats, **state.seats})


def _moment(state: t.State, event: t.MomentRecorded | t.MomentWithdrawn) -> t.State:
    match event:
        case t.MomentRecorded(moment=moment):
            return replace(state, moments=put(state.moments, moment, t.MomentState(event.happened_at, event.generation, event.by)))
        case t.MomentWithdrawn(moment=moment):
            generation = state.moments[moment].generation
            return replace(state, moments=drop(state.moments, moment), withdrawn=put(state.withdrawn, moment, generation))


def _situation(state: t.State, event: t.SituationOpened | t.SituationClosed | t.Restricted) -> t.State:
    match event:
        case t.Restricted(to=to):
            return replace(state, restricted=to)
        case t.SituationOpened(situation=name, generation=generation, since=since):
            return replace(state, situations=put(state.situations, name, t.SituationState(open=True, generation=generation, since=since)))
        case t.SituationClosed(situation=name, named=named):
            state = _count(state, f"counted:{within(part_of(name), named)}") if named else state
            return replace(state, situations=put(state.situations, name, replace(state.situations[name], open=False, since=event.at)))


def _clock(state: t.State, name: str, event: t.OfClock) -> t.State:
    clocks = put(state.clocks, name, after(event, state.clocks))
    if isinstance(event, t.ClockOpened):
        names = tuple(sorted({*state.clocks_of.get(event.obligation, ()), name}))
        return replace(state, clocks=clocks, clocks_of=put(state.clocks_of, event.obligation, names))
    if name in state.working and isinstance(event, t.ClockMet | t.ClockWaived | t.ClockEnded):
        return replace(state, clocks=clocks, working=drop(state.working, name))
    return replace(state, clocks=clocks)


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
        beside=event.beside,
        phases=_phases(event.beside, {}),
    )


def _measured(state: t.State, event: t.Observed | t.TriggerFired) -> t.State:
    match event:
        case t.Observed(edge=edge):
            known = replace(state, edges=put(state.edges, edge.watch, edge))
            if (edge.watch in firing(known)) == (edge.watch in firing(state)):
                return known
            return _fires_since(known, edge.since)
        case t.TriggerFired(trigger=name, entry=entry, watch=watch):
            key = f"{name}[{entry}]" if entry else name
            fired = t.Firing(name, entry, event.since, event.at, dict(event.seen), watch)
            state = replace(state, firings={**drop(state.firings, key), key: fired})
            return _fires_since(state, event.since + timedelta(seconds=event.hold_s))


def _fires_since(state: t.State, turned: datetime) -> t.State:
    """What is learned later of an earlier time does not set back when the last one turned."""
    return replace(state, firing_turned=max(turned, state.firing_turned or turned))


def _phases(beside: tuple[t.PlanRef, ...], known: Mapping[str, str]) -> dict[str, str]:
    """Return the phase of each plan with a course of its own, where there are several; of a new one nothing has happened yet."""
    plans = ["", *(ref.plan for ref in beside if ref.kind == "plan")]
    return {part: known.get(part, "") for part in plans} if len(plans) > 1 else {}


GRAVEST_FIRST: Final = ("responding", "recovering", "watching", "review", "warning", "declared", "", "closed", "cancelled")


def _entered_phase(state: t.State, part: str, phase: str) -> t.State:
    if not state.phases:
        return replace(state, phase=phase)
    phases = put(state.phases, part, phase)
    return replace(state, phases=phases, phase=min(phases.values(), key=GRAVEST_FIRST.index))


def _from_outside(state: t.State, event: t.ReportAdded | t.PartyAdded | t.PartyRemoved | t.PartiesTold) -> t.State:
    if isinstance(event, t.ReportAdded):
        return replace(state, reports=(*state.reports, event.key))
    new = isinstance(event, t.PartyAdded) and not event.amends
    return replace(_count(state, "parties") if new else state, parties=parties_after(state.parties, event))


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
        case t.Attested(entry=entry, evidence=evidence):
            each = put(held.attested_each, entry, event.by) if entry else held.attested_each
            held = replace(held, attested_by=event.by, attested_at=event.at, evidence=evidence, attested_each=each)
        case t.AttestationLapsed(entry=entry):
            each = drop(held.attested_each, entry) if entry else {}
            held = replace(held, attested_by="", attested_at=None, evidence=(), attested_each=each)
        case t.ConditionWaived(complete=complete):
            held = replace(held, waived_by=(*held.waived_by, event.by), waived=complete)
    return replace(state, conditions=put(state.conditions, event.condition, held))


def _level(state: t.State, event: t.LevelProposed | t.LevelNeared | t.LevelDecided | t.DecisionProposed | t.DecisionMade) -> t.State:
    match event:
        case t.LevelProposed(level=level, source=source, because=because):
            part = part_of(level)
            known = state.standing(part).proposal
            fresh = bare(level) and level != (known.level if known else "")
            state = _count(state, f"counted:{within(part, 'proposed')}") if fresh else state
            return _leveled(state, part, proposal=t.ProposalState(level, source, because) if bare(level) else None)
        case t.LevelNeared(level=level, rules=rules):
            near = tuple(rule.rule for rule in rules)
            return _leveled(state, part_of(level), nearest=level if bare(level) else "", near=near)
        case t.DecisionProposed(decision=decision, option=option):
            return replace(state, proposed_decisions=put(state.proposed_decisions, decision, option))
        case t.DecisionMade(decision=decision):
            waiting = drop(state.waiting, decision)
            state = replace(state, proposed_decisions=drop(state.proposed_decisions, decision), waiting=waiting)
            return _count(state, f"made:{decision}")
        case t.LevelDecided(level=level, values=values):
            for name in _counted(event):
                state = _count(state, f"counted:{within(part_of(level), name)}")
            # `fact.rose` counts from the last level decision on.
            part = part_of(level)
            facts = {name: replace(fact, rose=False) if part_of(name) == part else fact for name, fact in state.facts.items()}
            return replace(_leveled(state, part, level=level, level_at=event.at, level_values=dict(values)), facts=facts)


def _leveled(state: t.State, part: str, **changed: Any) -> t.State:
    if not part:
        return replace(state, **changed)
    return replace(state, levels=put(state.levels, part, replace(state.levels.get(part, t.LevelState()), **changed)))


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
                cited=dict(event.cited),
                assignee=event.assignee,
            )
            state = _count(state, f"applied:{event.decision}")
        case t.LinkSigned(chain=name, complete=complete):
            known = state.chains[name]
            signed = t.Signature(event.link, event.by, event.role, event.at, event.content_hash, event.instead_of)
            chain = replace(known, signatures=(*known.signatures, signed), status="complete" if complete else "running")
        case t.ChainSentBack(chain=name):
            chain = replace(state.chains[name], signatures=(), status="sent_back")
    return replace(state, chains=put(state.chains, chain.chain, chain))


def _team(state: t.State, event: t.StreamOpened | t.StreamClosed | t.WorkTakenUp | t.WorkPutDown | t.Said | t.Promoted) -> t.State:
    match event:
        case t.StreamOpened(stream=stream, name=name):
            return replace(state, streams=put(state.streams, stream, t.StreamState(name, open=True)))
        case t.StreamClosed(stream=stream):
            return replace(state, streams=put(state.streams, stream, t.StreamState(state.streams[stream].name, open=False)))
        case t.WorkTakenUp(clock=clock):
            return replace(state, working=put(state.working, clock, event.by))
        case t.WorkPutDown(clock=clock):
            return replace(state, working=drop(state.working, clock))
        case t.Said():
            return _count(state, "said")
        case t.Promoted(said=said):
            return replace(state, promoted=(*state.promoted, said))


def _message(state: t.State, event: t.MessageDrafted | t.MessagePublished | t.DeliveryReported) -> t.State:
    match event:
        case t.MessageDrafted(message=name):
            return _drafted(state, event)
        case t.MessagePublished(message=name):
            message = replace(
                state.messages[name],
                status="published",
                left=event.left,
                awaits=event.awaits,
                unread=event.unread,
                parties=event.parties,
                by=event.by,
                published_at=event.at,
            )
            state = state if event.awaits else _count(state, f"sent:{event.template}")
        case t.DeliveryReported(message=name):
            known = state.messages[name]
            message = lightened(replace(known, outcomes=put(known.outcomes, event.channel, event.outcome)))
    return replace(state, messages=put(state.messages, name, message))


def _delivered(state: t.State, event: t.ChannelConfirmed | t.MessageMovedOn | t.MessageRead | t.DecisionWaits) -> t.State:
    message = state.messages[event.message]
    match event:
        case t.ChannelConfirmed(channel=channel, reached=reached):
            if reached:
                message = replace(message, awaits=tuple(each for each in message.awaits if each != channel))
            state = _count(state, f"sent:{event.template}") if event.sent else state
        case t.MessageMovedOn(failed=failed, channel=channel):
            awaits = message.awaits if event.awaits and not channel else tuple(each for each in message.awaits if each != failed)
            left = tuple(each for each in message.left if each != channel)
            message = replace(message, left=left, awaits=(*awaits, channel) if event.awaits and channel else awaits)
        case t.MessageRead(addressees=addressees):
            read_at = {**message.read_at, **dict.fromkeys(addressees, event.at)}
            message = replace(message, unread=tuple(each for each in message.unread if each not in addressees), read_at=read_at)
        case t.DecisionWaits():
            waits = t.WaitingDecision(
                message=event.message,
                by=event.by,
                option=event.option,
                role=event.role,
                reason=event.reason,
                evidence=event.evidence,
                assignee=event.assignee,
                entry=event.entry,
                attendance=dict(event.attendance),
                cited=dict(event.cited),
            )
            state = replace(state, waiting=put(state.waiting, event.decision, waits))
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
        promised=dict(event.promised),
    )
    if event.chain:
        # A new text voids every signature given on the old one.
        chain = t.ChainState(event.chain, subject=event.message, kind="message", content_hash=event.text_hash, applicant=event.by)
        state = replace(state, chains=put(state.chains, event.chain, chain))
    return replace(state, messages=put(state.messages, event.message, message))
