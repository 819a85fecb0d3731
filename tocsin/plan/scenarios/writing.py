"""Commands as acts of a scenario: what `commands.py` reads, written."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.times import Span
from tocsin.plan.scenarios.commands import called
from tocsin.plan.scenarios.retelling import Told
from tocsin.plan.scenarios.story import VERBS
from tocsin.plan.scenarios.veil import Veil, offset

Body = dict[str, Any]


class Pen:
    """Writes the acts of one record, from its `start` on."""

    def __init__(self, veil: Veil, start: datetime) -> None:
        self.veil, self.start, self.program = veil, start, veil.program

    def acts(self, told: Told) -> list[Body]:
        """Return a command as acts, leaving out what is empty; none for a beginning that the next act makes by itself."""
        command = told.command
        by = self.veil.person(command.by.person)
        head = {"at": offset(command.at, self.start), "by": "" if by == t.SYSTEM else by}
        return [_full(head | body) for body in _WRITTEN[type(command)](self, command, told.state)]

    def value(self, fact: str, value: Value) -> Any:
        """Return a value of a fact; what is in somebody's own words is veiled."""
        match value:
            case bool() | Decimal():
                return value
            case timedelta():
                return str(Span(exact=value))
            case datetime():
                return offset(value, self.start)
            case tuple():
                return list(value)
            case _:
                rule = self.program.facts.get(fact)
                return value if rule and rule.type == "choice" else self.veil.text(value)

    def facts(self, facts: Mapping[str, Value]) -> Body:
        """Return values by fact."""
        return {name: self.value(name, value) for name, value in facts.items()}

    def filled(self, rule: str, words: Mapping[str, str]) -> Body:
        """Return the fields of a record or a message."""
        known = self.program.records.get(rule) or self.program.messages.get(rule)
        return self.veil.fields(known.fields if known else (), words, self.start)

    def attached(self, attach: Mapping[str, Mapping[str, str]]) -> Body:
        """Return what is attached, by record or message."""
        return {name: self.filled(name, fields) for name, fields in attach.items()}

    def when(self, at: datetime | None) -> str:
        """Return the time of what is entered late, or nothing."""
        return offset(at, self.start) if at else ""


def _full(body: Body) -> Body:
    return {key: value for key, value in body.items() if key in VERBS or value not in ("", [], {})}


def _declare(pen: Pen, c: t.Declare, state: t.State) -> list[Body]:
    fired = [name for name in pen.program.triggers if c.means == "trigger" and c.words == called(pen.program, name)]
    if fired:
        return [{"trigger": fired[0]}]
    if not c.reported and not c.facts:
        return []
    words = "" if c.words in (c.facts.get("symptom"), "") else pen.veil.text(c.words)
    return [{"report": pen.facts(c.facts), "words": words, "happened_at": pen.when(c.happened_at)}]


def _decide(pen: Pen, c: t.Decide, state: t.State) -> list[Body]:
    asks = pen.program.decisions[c.decision].asks
    sends = pen.program.decisions[c.decision].sends
    given = pen.facts({name: value for name, value in c.facts.items() if name in asks})
    given |= pen.filled(sends, {name: str(value) for name, value in c.facts.items() if name not in asks})
    return [
        {
            "decide": c.decision,
            "option": c.option,
            "entry": c.entry,
            "with": given,
            "reason": pen.veil.text(c.reason),
            "evidence": pen.veil.texts(c.evidence),
            "attach": pen.attached(c.attach),
            "confirmed": list(c.confirmed),
            "assignee": pen.veil.person(c.assignee),
            "attendance": {pen.veil.person(person): way for person, way in c.attendance.items()},
            "cites": list(c.cites),
            "readings": dict(c.readings),
        }
    ]


def _chain(state: t.State, name: str) -> str:
    """Return what a chain is about where it is the latest about that, else its id."""
    chain = state.chains[name]
    subject = state.messages[chain.subject].template if chain.kind == "message" else chain.subject
    about = [each.chain for each in state.chains.values() if each.kind == "decision" and each.subject == subject]
    about += [each.chain for each in state.chains.values() if each.kind == "message" and state.messages[each.subject].template == subject]
    return subject if about[-1] == name else name


def _message(state: t.State, name: str, *, draft: bool = False) -> str:
    """Return the template of a message where it is the latest of that, else its id."""
    template = state.messages[name].template
    latest = [each.message for each in state.messages.values() if each.template == template and (not draft or each.status == "draft")]
    return template if latest and latest[-1] == name else name


def _sign(pen: Pen, c: t.Sign, state: t.State) -> list[Body]:
    return [{"approve": _chain(state, c.chain), "link": c.link, "attach": pen.attached(c.attach)}]


def _draft(pen: Pen, c: t.Draft, state: t.State) -> list[Body]:
    texts = {locale: pen.veil.text(words) for locale, words in c.texts.items()}
    return [{"draft": c.template, "with": pen.filled(c.template, c.fields), "revise": c.message, "texts": texts}]


def _enter(pen: Pen, c: t.Enter, state: t.State) -> list[Body]:
    filled, reason = pen.filled(c.record, c.fields), pen.veil.text(c.reason)
    rest = {"reason": reason, "evidence": pen.veil.texts(c.evidence), "happened_at": pen.when(c.happened_at)}
    return [{"record": c.record, "with": filled, "entry": c.entry, **rest}]


def _fulfil(pen: Pen, c: t.Fulfil, state: t.State) -> list[Body]:
    words, shown = pen.veil.text(c.words), pen.veil.texts(c.evidence)
    rest = {"evidence": shown, "checks": list(c.checks), "happened_at": pen.when(c.happened_at)}
    given = {"with": pen.facts(c.facts), "roles": {role: pen.veil.person(person) for role, person in c.roles.items()}}
    return [{"do": c.obligation, "entry": c.entry, "words": words, **rest, **given}]


def _observe(pen: Pen, c: t.Observe, state: t.State) -> list[Body]:
    return [
        {"observe": {edge.watch: edge.value}, "since": offset(edge.since, pen.start)} for edge in sorted(c.edges, key=lambda e: e.since)
    ]


def _reasoned(verb: str, name: str) -> Callable[[Pen, Any, t.State], list[Body]]:
    """Return what writes a command that says what and why."""
    return lambda pen, c, state: [{verb: getattr(c, name), "reason": pen.veil.text(c.reason), "entry": getattr(c, "entry", "")}]


_WRITTEN: Final[Mapping[type, Callable[[Pen, Any, t.State], list[Body]]]] = {
    t.Declare: _declare,
    t.AddReport: lambda pen, c, state: [{"report": _full({"words": pen.veil.text(c.words), "number": pen.veil.text(c.number)})}],
    t.AddParty: lambda pen, c, state: [
        {"party": c.party, "name": pen.veil.text(c.name), "about": dict(c.about), **({"reporter": True} if c.reporter else {})}
    ],
    t.RemoveParty: _reasoned("remove_party", "party"),
    t.TellParty: lambda pen, c, state: [
        {"tell_party": c.party, "words": pen.veil.text(c.words), "as": c.template, "happened_at": pen.when(c.happened_at)}
    ],
    t.OpenStream: lambda pen, c, state: [{"open_stream": c.stream}],
    t.CloseStream: _reasoned("close_stream", "stream"),
    t.TakeUp: lambda pen, c, state: [{"take_up": c.obligation, "entry": c.entry}],
    t.PutDown: lambda pen, c, state: [{"put_down": c.obligation, "entry": c.entry}],
    t.Say: lambda pen, c, state: [{"say": pen.veil.text(c.words)}],
    t.Promote: lambda pen, c, state: [{"promote": c.said}],
    t.StateFacts: lambda pen, c, state: [{"set": pen.facts(c.facts), "reason": pen.veil.text(c.reason)}],
    t.Observe: _observe,
    t.Decide: _decide,
    t.Sign: _sign,
    t.SendBack: lambda pen, c, state: [{"send_back": _chain(state, c.chain), "link": c.link, "reason": pen.veil.text(c.reason)}],
    t.Fulfil: _fulfil,
    t.NotNeeded: lambda pen, c, state: [{"not_needed": c.obligation, "entry": c.entry}],
    t.BringForward: lambda pen, c, state: [
        {"bring_forward": c.obligation, "entry": c.entry, "to": pen.when(c.due_at), "reason": pen.veil.text(c.reason)}
    ],
    t.WaiveClock: _reasoned("waive_clock", "obligation"),
    t.WaiveCondition: _reasoned("waive", "condition"),
    t.Attest: lambda pen, c, state: [{"attest": c.condition, "entry": c.entry, "evidence": pen.veil.texts(c.evidence)}],
    t.TakeBack: _reasoned("take_back", "condition"),
    t.Mark: lambda pen, c, state: [{"mark": c.moment, "happened_at": pen.when(c.happened_at)}],
    t.Withdraw: _reasoned("withdraw", "moment"),
    t.Open: _reasoned("open", "situation"),
    t.Close: lambda pen, c, state: [{"close": c.situation, "reason": pen.veil.text(c.reason), "as": c.named}],
    t.TurnDuty: lambda pen, c, state: [{"on_duty": {role: pen.veil.person(person) or "nobody" for role, person in c.seats.items()}}],
    t.Assign: lambda pen, c, state: [
        {"assign": {"role": pen.veil.seat(c.role), "to": pen.veil.person(c.person)}, "reason": pen.veil.text(c.reason)}
    ],
    t.CallIn: lambda pen, c, state: [
        {
            "call_in": _full({"role": pen.veil.seat(c.role), "people": [pen.veil.person(person) for person in c.people], "from": c.source}),
            "reason": pen.veil.text(c.reason),
        }
    ],
    t.Accept: lambda pen, c, state: [{"accept": pen.veil.seat(c.role)}],
    t.Decline: lambda pen, c, state: [
        {
            "decline": _full(
                {
                    "role": pen.veil.seat(c.role),
                    "next": {name: [pen.veil.person(person) for person in people] for name, people in c.lists.items()},
                }
            ),
            "reason": pen.veil.text(c.reason),
        }
    ],
    t.HandOver: lambda pen, c, state: [
        {"hand_over": {"role": pen.veil.seat(c.role), "to": pen.veil.person(c.to)}, "reason": pen.veil.text(c.reason)}
    ],
    t.CreateRole: lambda pen, c, state: [
        {
            "create_role": {
                "role": c.role,
                "name": pen.veil.text(c.name),
                "duty": pen.veil.text(c.duty),
                "to": pen.veil.person(c.person),
            }
        }
    ],
    t.Enter: _enter,
    t.Note: lambda pen, c, state: [{"note": pen.veil.text(c.words)}],
    t.Draft: _draft,
    t.Publish: lambda pen, c, state: [
        {
            "publish": _message(state, c.message, draft=True),
            "confirmed": list(c.confirmed),
            "evidence": pen.veil.texts(c.evidence),
            "to": list(c.parties),
            "along": list(c.along),
        }
    ],
    t.Send: lambda pen, c, state: [
        {
            "send": c.template,
            "with": pen.filled(c.template, c.fields),
            "confirmed": list(c.confirmed),
            "evidence": pen.veil.texts(c.evidence),
            "to": list(c.parties),
            "along": list(c.along),
        }
    ],
    t.Confirm: lambda pen, c, state: [
        {
            "confirm": _message(state, c.message),
            "channel": c.channel,
            "result": pen.veil.text(c.result),
            **({} if c.reached else {"reached": False}),
        }
    ],
    t.Read: lambda pen, c, state: [{"read": _message(state, c.message)}],
    t.AddReply: lambda pen, c, state: [
        {
            "reply": _message(state, c.message),
            "words": pen.veil.text(c.words),
            "from": c.sender,
            "channel": c.channel,
            "language": c.language,
            **({"confirms": True} if c.confirms else {}),
            "happened_at": pen.when(c.happened_at),
        }
    ],
    t.ReportDelivery: lambda pen, c, state: [{"deliver": _message(state, c.message), "channel": c.channel, "outcome": c.outcome}],
}
