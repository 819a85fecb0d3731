"""What is true of every incident, whatever people try: five properties, held by a machine that tries anything on the hotline plan."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.owners import owner
from tocsin.engine.values import holds
from tocsin.plan import read, shipped

PROGRAM = read.read(shipped.sources()["hotline-outage"].read_bytes(), "plan.yaml").program
START = datetime(2025, 6, 3, 1, tzinfo=UTC)
CAST = {
    "wang": ["duty_manager"],
    "gao": ["head_of_command"],
    "lin": ["tech_leader"],
    "zhou": ["cs_supervisor", "care_leader", "service"],
    "sun": ["legal_reviewer"],
    "qian": ["pr_manager"],
    "mei": ["top_management"],
    "fang": ["assessment_lead"],
}
SEATS = {role: person for person, roles in CAST.items() for role in roles}
STRANGER = "dov"
people = st.sampled_from([*CAST, STRANGER])
FACTS = {
    "scope": st.sampled_from(PROGRAM.facts["scope"].of),
    "effect": st.sampled_from(PROGRAM.facts["effect"].of),
    "secondary": st.sampled_from(PROGRAM.facts["secondary"].of),
    "severity": st.sampled_from(PROGRAM.facts["severity"].of),
    "node_fault": st.booleans(),
    "recovery": st.integers(1, 48).map(lambda hours: timedelta(hours=hours)),
    "node_volume": st.integers(0, 5000).map(Decimal),
}
facts = st.fixed_dictionaries({}, optional=FACTS)
words = st.sampled_from(["", "because", "因为"])
# What nobody but a holder of a role may cause; anybody may report, state facts and write notes.
RESTRICTED = (
    t.DecisionMade,
    t.DecisionApplied,
    t.LinkSigned,
    t.ChainSentBack,
    t.Fulfilled,
    t.ClockWaived,
    t.ConditionWaived,
    t.Attested,
    t.RoleAssigned,
    t.RoleAccepted,
    t.RoleCreated,
    t.RecordEntered,
    t.MessageDrafted,
    t.MessagePublished,
    t.LevelDecided,
)


class AnyIncident(RuleBasedStateMachine):
    """Tries any command by any person at any time."""

    @initialize(words=words, known=facts)
    def declare(self, words, known):
        self.at, self.state, self.events = START, t.State(), []
        self.signed: dict[str, dict[str, tuple[str, str]]] = {}
        self.drafts: dict[str, t.MessageDrafted] = {}
        self.send(
            t.Declare(
                incident="i", number="INC-1", plan=PROGRAM.id, plan_hash=PROGRAM.hash, means="person", words=words, seats=SEATS, facts=known
            ),
            "wang",
        )

    def send(self, command, person):
        actor = t.Actor(person)
        command = type(command)(**{name: getattr(command, name) for name in command.__dataclass_fields__} | {"by": actor, "at": self.at})
        answer = decide(PROGRAM, self.state, command)
        if isinstance(answer, t.Refused):
            assert answer.code.startswith("E")
            assert answer.message
            assert answer.hint
            return
        for event in answer:
            self.check(event)
            self.state = evolve(self.state, event)
        self.events += answer

    def check(self, event):
        assert not (event.by == STRANGER and isinstance(event, RESTRICTED)), f"a stranger caused {event}"
        match event:
            case t.ClockBreached(due_at=due) | t.OccurrenceMissed(due_at=due):
                assert event.at > due, "breached early"
            case t.ClockMet(clock=name) | t.ClockWaived(clock=name) | t.ClockEnded(clock=name):
                assert self.state.clocks[name].status in ("open", "breached"), "a clock ended twice"
            case t.DecisionMade(decision=name):
                self.check_needs(name, event)
            case t.MessageDrafted(message=name):
                self.drafts[name], self.signed[name] = event, {}
            case t.LinkSigned(chain=name) if name.startswith("message:"):
                self.signed[name.removeprefix("message:")][event.link] = (event.by, event.content_hash)
            case t.MessagePublished():
                self.check_published(event)

    def check_needs(self, name, event):
        for condition in PROGRAM.decisions[name].needs:
            assert holds(PROGRAM, self.state, PROGRAM.conditions[condition], self.at) is True, (
                f"{name} was taken while {condition} did not hold"
            )

    def check_published(self, event):
        draft, template = self.drafts[event.message], PROGRAM.messages[event.template]
        assert event.text_hash == draft.text_hash
        if not draft.chain:  # the plan's own words, approved in advance, or nothing to approve
            assert template.preapproved or not template.approvals, "published without approval"
            return
        for link in template.approvals:
            person, text_hash = self.signed[event.message][link.does]
            assert text_hash == draft.text_hash, "published another text than was approved"
            assert person != draft.by, "approved by its own author"

    @rule(minutes=st.integers(0, 90))
    def time_passes(self, minutes):
        self.at += timedelta(minutes=minutes)

    @rule(hours=st.integers(1, 80))
    def the_server_is_down(self, hours):
        down_since, self.at = self.at, self.at + timedelta(hours=hours)
        self.send(t.Tick(down_since=down_since), t.SYSTEM)

    @rule()
    def tick(self):
        due = next_due(PROGRAM, self.state)
        if due and due < self.at + timedelta(days=40):
            self.at = max(self.at, due)
        self.send(t.Tick(), t.SYSTEM)

    @rule(person=people, known=facts, reason=words)
    def state_facts(self, person, known, reason):
        self.send(t.StateFacts(facts=known, reason=reason), person)

    @rule(watch=st.sampled_from(list(PROGRAM.watches)), value=st.sampled_from([True, True, False, None]))
    def observe(self, watch, value):
        self.send(t.Observe(edges=(t.Edge(watch, value, self.at),)), t.SYSTEM)

    @rule(person=people, decision=st.sampled_from(list(PROGRAM.decisions.values())), known=facts, reason=words, data=st.data())
    def decide(self, person, decision, known, reason, data):
        option = data.draw(st.sampled_from([option.id for option in decision.options] or [""]))
        attach = {name: {"summary": "s", "conditions": "c"} for link in decision.chain[:1] for name in link.attach}
        asked = {name: value for name, value in known.items() if name in decision.asks}
        self.send(
            t.Decide(
                decision=decision.id,
                option=option,
                facts=asked | ({"colour": "blue", "scope": "x", "expected": "2h", "advice": "y"} if decision.sends else {}),
                reason=reason,
                evidence=("log",),
                attach=attach,
                assignee="qian",
                confirmed=("portal", "sms_exchange", "telephone"),
            ),
            person,
        )

    @rule(person=people, data=st.data())
    def sign(self, person, data):
        chains = [chain for chain in self.state.chains.values() if chain.status == "running"]
        if not chains:
            return
        chain = data.draw(st.sampled_from(chains))
        if chain.kind == "message":
            links = PROGRAM.messages[self.state.messages[chain.subject].template].approvals
        else:
            links = PROGRAM.decisions[chain.subject].chain
        link = data.draw(st.sampled_from(links))
        attach = {name: {"conclusions": "good"} for name in link.attach}
        self.send(t.Sign(chain=chain.chain, link=link.does, attach=attach), person)

    @rule(person=people, obligation=st.sampled_from(list(PROGRAM.obligations)), back=st.integers(0, 30))
    def fulfil(self, person, obligation, back):
        self.send(t.Fulfil(obligation=obligation, evidence=("e",), happened_at=self.at - timedelta(minutes=back)), person)

    @rule(person=people, obligation=st.sampled_from(list(PROGRAM.obligations)), reason=words)
    def waive(self, person, obligation, reason):
        self.send(t.WaiveClock(obligation=obligation, reason=reason), person)

    @rule(person=people, condition=st.sampled_from(list(PROGRAM.conditions)), reason=words)
    def speak_of_a_condition(self, person, condition, reason):
        rule = PROGRAM.conditions[condition]
        self.send(
            t.Attest(condition=condition, evidence=("e",)) if rule.attest else t.WaiveCondition(condition=condition, reason=reason), person
        )

    @rule(person=people, role=st.sampled_from(list(PROGRAM.roles)), to=people, kind=st.sampled_from([t.Assign, t.HandOver, t.Accept]))
    def seat(self, person, role, to, kind):
        if to == STRANGER:
            return  # whoever is given a role is no stranger any more
        if kind is t.Accept:
            self.send(t.Accept(role=role), person)
        elif kind is t.Assign:
            self.send(t.Assign(role=role, person=to), person)
        else:
            self.send(t.HandOver(role=role, to=to), person)

    @rule(person=people, record=st.sampled_from(list(PROGRAM.records.values())))
    def enter(self, person, record):
        field = record.fields[0]
        self.send(t.Enter(record=record.id, fields={field.id: field.of[0] if field.of else "x"}), person)

    @rule(person=people, template=st.sampled_from(list(PROGRAM.messages.values())), revise=st.booleans())
    def draft(self, person, template, revise):
        drafts = [m.message for m in self.state.messages.values() if m.template == template.id and m.status == "draft"]
        fields = {field.id: "x" for field in template.fields}
        self.send(t.Draft(template=template.id, fields=fields, message=drafts[-1] if drafts and revise else ""), person)

    @rule(person=people, stale=st.booleans(), data=st.data())
    def publish(self, person, stale, data):
        drafts = [message for message in self.state.messages.values() if message.status == "draft"]
        if drafts:
            message = data.draw(st.sampled_from(drafts))
            self.send(t.Publish(message=message.message, text_hash="old" if stale else message.text_hash), person)

    @invariant()
    def replay_equals_live(self):
        if hasattr(self, "events"):
            assert reduce(evolve, self.events, t.State()) == self.state

    @invariant()
    def each_threshold_is_breached_at_most_once(self):
        seen = set()
        for event in getattr(self, "events", ()):
            if isinstance(event, t.ClockBreached | t.OccurrenceMissed):
                key = (event.clock, event.generation, event.occurrence)
                assert key not in seen, f"{key} is breached twice"
                seen.add(key)

    @invariant()
    def nothing_is_unowned(self):
        if hasattr(self, "state"):
            assert all(owner(PROGRAM, self.state, role).person for role in PROGRAM.roles)

    @invariant()
    def nothing_overdue_is_forgotten(self):
        """Every clock whose due time lies before the last event has been breached, met, waived or ended."""
        if hasattr(self, "state") and self.state.at:
            late = [
                clock for clock in self.state.clocks.values() if clock.status == "open" and clock.due_at and clock.due_at < self.state.at
            ]
            assert not late


TestAnyIncident = pytest.mark.row("I3", "I4", "I5", "I9", "AUD-02", "TRM-08", "COM-16", "ROL-10")(AnyIncident.TestCase)
TestAnyIncident.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
