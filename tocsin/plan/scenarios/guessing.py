"""Which commands may have left the events of one instant: read off what they say, the likeliest first; the engine tells which one did."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from tocsin.engine import laid_before
from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.program import Decision, Program
from tocsin.engine.role_names import plain, split
from tocsin.engine.rules.decisions import CONFIRMED
from tocsin.engine.rules.delivery import awaited

Events = Sequence[t.AnyEvent]
Guesses = Iterator[t.Command]
Guess = Callable[[Program, t.State, Any, Events], Guesses]
"""From an event and those of the same instant from it on."""

_BY_SYSTEM: Final = (t.Declared, t.Observed, t.DeliveryReported, t.DowntimeNoted, t.DutyTurned, t.TimeLeapt)
"""What the server is told to do; whatever else it does follows from the plan."""


def guesses(program: Program, state: t.State, ahead: Events) -> Guesses:
    """Yield the commands that `ahead`, the events of one instant, suggest in `state`; who may act is left to the caller."""
    for index, event in enumerate(ahead):
        guess = _GUESSES.get(type(event))
        if guess is not None and (event.by != t.SYSTEM or isinstance(event, _BY_SYSTEM)):
            for command in guess(program, state, event, ahead[index:]):
                yield replace(command, by=t.Actor(event.by), at=event.at, brings=_brought(program, ahead))
    yield t.Tick(by=t.Actor(t.SYSTEM), at=ahead[0].at)


def _brought(program: Program, ahead: Events) -> dict[str, tuple[str, ...]]:
    """Return what was on record of those who were given a role: all that it requires but what they lacked."""
    found: dict[str, tuple[str, ...]] = {}
    for event in ahead:
        rule = program.roles.get(split(event.role)[0]) if isinstance(event, t.RoleAssigned) else None
        if isinstance(event, t.RoleAssigned) and rule and rule.requires and event.person:
            known = [words for words in rule.requires if not set(words.values()) & set(event.lacks)]
            found[event.person] = tuple(plain(each) for words in known for each in words.values())
    return found


def _own(event: t.AnyEvent, ahead: Events, kind: type) -> list[Any]:
    return [each for each in ahead if type(each) is kind and each.by == event.by]


def _facts(event: t.AnyEvent, ahead: Events, reason: str | None = None) -> dict[str, Value]:
    """Return what the same person stated, for the same reason if one is given."""
    stated = [each for each in _own(event, ahead, t.FactStated) if each.source == "person" and reason in (None, each.reason)]
    return {each.fact: each.words if each.value is None else each.value for each in stated}


def _declared(program: Program, state: t.State, event: t.Declared, ahead: Events) -> Guesses:
    reported = next((each for each in _own(event, ahead, t.MomentRecorded) if each.moment == "reported"), None)
    before = ahead[: ahead.index(reported)] if reported else ahead
    facts = _facts(event, before)
    for given in (facts, {}) if facts else ({},):
        yield t.Declare(
            incident=event.incident,
            number=event.number,
            plan=event.plan,
            plan_hash=event.plan_hash,
            means=event.means,
            words=event.words,
            seats=event.seats,
            facts=given,
            happened_at=reported.happened_at if reported and reported.happened_at != event.at else None,
            reported=reported is not None,
            drill=event.drill,
            beside=event.beside,
        )


def _stated(program: Program, state: t.State, event: t.FactStated, ahead: Events) -> Guesses:
    """What a decision asks and what is simply said look alike; the decision comes first."""
    for kind in (t.DecisionApplied, t.DecisionMade, t.DecisionWaits):
        for decided in _own(event, ahead, kind):
            yield from _GUESSES[kind](program, state, decided, ahead)
    facts = _facts(event, ahead, event.reason)
    for count in range(len(facts), 0, -1):
        yield t.StateFacts(facts=dict(list(facts.items())[:count]), reason=event.reason)


def _decided(program: Program, state: t.State, event: t.DecisionMade | t.DecisionWaits, ahead: Events) -> Guesses:
    decision = program.decisions[event.decision]
    known = {name: state.facts[name].value for name in decision.asks if name in state.facts}
    stated = {name: value for name, value in _facts(event, ahead).items() if name in decision.asks}
    stated |= {name: words for name, words in _sent(event, ahead, decision.sends).items() if name not in decision.asks}
    confirmed = _served(program, decision.sends, ahead)
    for facts in (stated, known | stated):
        for extra in ((), (CONFIRMED,), (*confirmed, "wording"), (CONFIRMED, *confirmed, "wording")):
            yield t.Decide(
                decision=event.decision,
                option=event.option,
                facts=facts,
                reason=event.reason,
                evidence=event.evidence,
                confirmed=extra,
                assignee=event.assignee,
                entry=event.entry,
                attendance=event.attendance,
                cites=tuple(event.cited),
                readings=_readings(program, decision, event),
            )


def _applied(program: Program, state: t.State, event: t.DecisionApplied, ahead: Events) -> Guesses:
    decision = program.decisions[event.decision]
    stated = {name: value for name, value in _facts(event, ahead).items() if name in decision.asks}
    links = decision.links(event.option)
    for facts in (stated, {name: state.facts[name].value for name in decision.asks if name in state.facts} | stated):
        yield t.Decide(
            decision=event.decision,
            option=event.option,
            facts=facts,
            reason=event.reason,
            evidence=event.evidence,
            attach=_attached(event, ahead, links[0].attach if links else ()),
            assignee=event.assignee if decision.assigns else "",
            entry=event.entry,
            cites=tuple(event.cited),
            readings=_readings(program, decision, event),
        )


def _readings(program: Program, decision: Decision, event: t.DecisionMade | t.DecisionWaits | t.DecisionApplied) -> dict[str, Decimal]:
    """Return what signals read when it was decided."""
    said = {**getattr(event, "seen", {}), **event.cited}
    return {name: Decimal(said[name]) for name in laid_before.readings(program, decision) if name in said}


def _attached(event: t.AnyEvent, ahead: Events, names: Sequence[str]) -> dict[str, Mapping[str, str]]:
    entered = {each.record: each.fields for each in _own(event, ahead, t.RecordEntered) if each.record in names}
    drafted = {each.template: _filled(each.fields) for each in _own(event, ahead, t.MessageDrafted) if each.template in names}
    return {**entered, **drafted}


def _sent(event: t.AnyEvent, ahead: Events, template: str) -> dict[str, str]:
    """Return what was filled in of the message that a decision sent."""
    drafted = [each for each in _own(event, ahead, t.MessageDrafted) if template and each.template == template]
    return _filled(drafted[0].fields) if drafted else {}


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: words for name, words in fields.items() if words}


def _signed(program: Program, state: t.State, event: t.LinkSigned, ahead: Events) -> Guesses:
    yield t.Sign(chain=event.chain, link=event.link)


def _entered(program: Program, state: t.State, event: t.RecordEntered, ahead: Events) -> Guesses:
    """A record may be attached to a signature that follows; who takes up an entry that names nobody writes his or her name into it."""
    for signed in _own(event, ahead, t.LinkSigned):
        chain = state.chains.get(signed.chain)
        links = program.decisions[chain.subject].links(chain.option) if chain and chain.kind == "decision" else ()
        wanted = next((link.attach for link in links if link.does == signed.link), ())
        if event.record in wanted:
            yield t.Sign(chain=signed.chain, link=signed.link, attach=_attached(event, ahead, wanted))
    for taken in _own(event, ahead, t.WorkTakenUp):
        if (taken.obligation, taken.entry) == (event.record, event.entry):
            yield t.TakeUp(obligation=taken.obligation, entry=taken.entry)
    happened_at = event.happened_at if event.happened_at != event.at else None
    yield t.Enter(
        record=event.record,
        fields=event.fields,
        entry=event.entry if event.amends else "",
        happened_at=happened_at,
        reason=event.reason,
        evidence=event.evidence,
    )


def _drafted(program: Program, state: t.State, event: t.MessageDrafted, ahead: Events) -> Guesses:
    """A decision may have sent it whose answers were known already; sent by itself it would look alike, so the decision comes first."""
    for kind in (t.DecisionMade, t.DecisionWaits):
        for decided in _own(event, ahead, kind):
            if program.decisions[decided.decision].sends == event.template:
                yield from _decided(program, state, decided, ahead)
    fields, revised = _filled(event.fields), event.message if event.message in state.messages else ""
    published = [each for each in _own(event, ahead, t.MessagePublished) if each.message == event.message]
    for given in ({}, fields):
        for sent in published:
            for confirmed in ((), (*_served(program, event.template, ahead), "wording")):
                for parties, along in _ways(program, sent, ahead):
                    yield t.Send(
                        template=event.template, fields=given, confirmed=confirmed, evidence=sent.evidence, parties=parties, along=along
                    )
        yield t.Draft(template=event.template, fields=given, message=revised)
    yield t.Draft(template=event.template, fields=fields, message=revised, texts=event.texts)


def _published(program: Program, state: t.State, event: t.MessagePublished, ahead: Events) -> Guesses:
    for confirmed in ((), _served(program, event.template, ahead), (*_served(program, event.template, ahead), "wording")):
        for parties, along in _ways(program, event, ahead):
            yield t.Publish(
                message=event.message,
                text_hash=event.text_hash,
                confirmed=confirmed,
                evidence=event.evidence,
                parties=parties,
                along=along,
            )


def _chosen(event: t.MessagePublished) -> tuple[tuple[str, ...], ...]:
    """Return to which parties a message may have been sent: all whom it is for, or those named."""
    return ((), event.parties) if event.parties else ((),)


def _ways(program: Program, event: t.MessagePublished, ahead: Events) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield to which parties, and along with what, a message may have been sent."""
    yield from ((parties, along) for parties in _chosen(event) for along in _along(program, event, ahead))


def _along(program: Program, event: t.MessagePublished, ahead: Events) -> tuple[tuple[str, ...], ...]:
    """Return what may have gone out in the same act: the other messages of that instant that the plan lets go along, or none."""
    with_it = program.messages[event.template].along
    others = tuple(each.template for each in _own(event, ahead, t.MessagePublished) if each.template in with_it)
    return (others, ()) if others else ((),)


def _served(program: Program, template: str, ahead: Events) -> tuple[str, ...]:
    """Return the channels on which a message that went out at this instant was out already."""
    sent = [each for each in ahead if isinstance(each, t.MessagePublished) and each.template == template]
    return tuple(name for each in sent[:1] for name in awaited(program.messages[template], ()) if name not in each.awaits)


def _seated(program: Program, state: t.State, event: t.RoleAssigned, ahead: Events) -> Guesses:
    base = event.role.partition("[")[0]
    called = [
        each.person for each in _own(event, ahead, t.RoleAssigned) if (each.role.partition("[")[0], each.source) == (base, event.source)
    ]
    for people in (called, called[:1]) if event.source or event.role != base else ():
        yield t.CallIn(role=base, people=tuple(people), source=event.source, reason=event.reason)
    for role in dict.fromkeys((event.role, base)):  # who holds a role beside others may get a part of it by name
        yield t.Assign(role=role, person=event.person, reason=event.reason)
    yield t.HandOver(role=event.role, to=event.person, reason=event.reason)


def _declined(program: Program, state: t.State, event: t.RoleDeclined, ahead: Events) -> Guesses:
    asked = tuple(each.person for each in ahead if isinstance(each, t.RoleAssigned) and each.asker and each.source == event.source)
    yield t.Decline(role=event.role, reason=event.reason, lists={event.source: asked[:1]} if event.source and asked else {})


def _created(program: Program, state: t.State, event: t.RoleCreated, ahead: Events) -> Guesses:
    given = next((each.person for each in _own(event, ahead, t.RoleAssigned) if each.role == event.role), "")
    yield t.CreateRole(role=event.role, name=event.name, duty=event.duty, person=given)


def _measured(program: Program, state: t.State, event: t.Observed, ahead: Events) -> Guesses:
    edges = tuple(each.edge for each in ahead if isinstance(each, t.Observed))
    for count in range(len(edges), 0, -1):
        yield t.Observe(edges=edges[:count])


def _relieved(program: Program, state: t.State, event: t.DutyTurned, ahead: Events) -> Guesses:
    yield t.TurnDuty(seats={each.role: each.person for each in ahead if isinstance(each, t.DutyTurned)})


def _done(program: Program, state: t.State, event: t.Fulfilled, ahead: Events) -> Guesses:
    rule = program.obligations[event.obligation]
    yield t.Fulfil(
        obligation=event.obligation,
        entry=event.entry,
        words=event.words,
        evidence=event.evidence,
        checks=event.checks,
        happened_at=event.happened_at if event.happened_at != event.at else None,
        facts={name: value for name, value in _facts(event, ahead).items() if name in rule.fields},
        roles={each.role.partition("[")[0]: each.person for each in _own(event, ahead, t.RoleAssigned)} if rule.assigns else {},
    )


def _ended(program: Program, state: t.State, event: t.ClockEnded, ahead: Events) -> Guesses:
    clock = state.clocks.get(event.clock)
    if clock and event.reason == "not_needed":
        yield t.NotNeeded(obligation=clock.obligation, entry=clock.entry)


def _forward(program: Program, state: t.State, event: t.ClockMoved, ahead: Events) -> Guesses:
    clock = state.clocks.get(event.clock)
    if clock and event.due_at and event.reason == "by_hand":
        yield t.BringForward(obligation=clock.obligation, due_at=event.due_at, reason=event.words, entry=clock.entry)


def _waived(program: Program, state: t.State, event: t.ClockWaived, ahead: Events) -> Guesses:
    clock = state.clocks.get(event.clock)
    for entry in {clock.entry, ""} if clock else ():
        yield t.WaiveClock(obligation=clock.obligation if clock else "", reason=event.reason, entry=entry)


def _happened(program: Program, state: t.State, event: t.MomentRecorded, ahead: Events) -> Guesses:
    yield t.Mark(moment=event.moment, happened_at=event.happened_at if event.happened_at != event.at else None)


def _delivered(program: Program, state: t.State, event: t.DeliveryReported, ahead: Events) -> Guesses:
    outcome: Any = event.outcome
    yield t.ReportDelivery(message=event.message, channel=event.channel, outcome=outcome, detail=event.detail, languages=event.languages)


def _confirmed(program: Program, state: t.State, event: t.ChannelConfirmed, ahead: Events) -> Guesses:
    yield t.Confirm(message=event.message, channel=event.channel, result=event.result, reached=event.reached)


def _party_told(program: Program, state: t.State, event: t.PartiesTold, ahead: Events) -> Guesses:
    """By word of mouth one party is told at a time; what a message told follows from it."""
    happened_at = event.happened_at if event.happened_at != event.at else None
    for party in event.parties[:1] if not event.message else ():
        yield t.TellParty(party=party, words=event.words, template=event.template, happened_at=happened_at)


def _answered(program: Program, state: t.State, event: t.ReplyAdded, ahead: Events) -> Guesses:
    yield t.AddReply(
        message=event.message,
        words=event.words,
        sender=event.sender,
        channel=event.channel,
        language=event.language,
        confirms=event.confirms,
        happened_at=event.happened_at if event.happened_at != event.at else None,
    )


def _turned(kind: Callable[..., t.Command], *names: str) -> Guess:
    """Return what makes a command from fields of the same names."""

    def guess(program: Program, state: t.State, event: t.AnyEvent, ahead: Events) -> Guesses:
        yield kind(**{name: getattr(event, name) for name in names})

    return guess


def _leapt(ahead: Sequence[t.AnyEvent]) -> t.Leapt | None:
    first = next(iter(ahead), None)
    return t.Leapt(first.since, first.until) if isinstance(first, t.TimeLeapt) else None


_GUESSES: Final[Mapping[type, Guess]] = {
    t.Declared: _declared,
    t.ReportAdded: _turned(t.AddReport, "key", "means", "words", "number", "link"),
    t.FactStated: _stated,
    t.Observed: _measured,
    t.MomentRecorded: _happened,
    t.MomentWithdrawn: _turned(t.Withdraw, "moment", "reason"),
    t.Attested: _turned(t.Attest, "condition", "evidence", "entry"),
    t.AttestationLapsed: _turned(t.TakeBack, "condition", "reason", "entry"),
    t.ConditionWaived: _turned(t.WaiveCondition, "condition", "reason"),
    t.DecisionApplied: _applied,
    t.LinkSigned: _signed,
    t.ChainSentBack: _turned(t.SendBack, "chain", "link", "reason"),
    t.DecisionMade: _decided,
    t.DecisionWaits: _decided,
    t.SituationOpened: _turned(t.Open, "situation", "reason"),
    t.SituationClosed: _turned(t.Close, "situation", "reason", "named"),
    t.ClockMoved: _forward,
    t.ClockWaived: _waived,
    t.ClockEnded: _ended,
    t.Fulfilled: _done,
    t.DutyTurned: _relieved,
    t.RoleAssigned: _seated,
    t.RoleAccepted: _turned(t.Accept, "role"),
    t.RoleDeclined: _declined,
    t.RoleCreated: _created,
    t.PartyAdded: _turned(t.AddParty, "party", "name", "contact", "reporter", "about"),
    t.PartyRemoved: _turned(t.RemoveParty, "party", "reason"),
    t.PartiesTold: _party_told,
    t.ReplyAdded: _answered,
    t.StreamOpened: _turned(t.OpenStream, "stream", "name"),
    t.WorkTakenUp: _turned(t.TakeUp, "obligation", "entry"),
    t.WorkPutDown: _turned(t.PutDown, "obligation", "entry"),
    t.Said: _turned(t.Say, "words"),
    t.Promoted: _turned(t.Promote, "said"),
    t.StreamClosed: _turned(t.CloseStream, "stream", "reason"),
    t.RecordEntered: _entered,
    t.Noted: _turned(t.Note, "words"),
    t.MessageDrafted: _drafted,
    t.MessagePublished: _published,
    t.ChannelConfirmed: _confirmed,
    t.MessageRead: _turned(t.Read, "message"),
    t.DeliveryReported: _delivered,
    t.DowntimeNoted: lambda program, state, event, ahead: iter([t.Tick(down_since=event.since, leapt=_leapt(ahead[1:2]))]),
    t.TimeLeapt: lambda program, state, event, ahead: iter([t.Tick(leapt=_leapt(ahead))]),
}
