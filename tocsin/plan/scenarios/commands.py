"""Acts of a scenario as commands of the engine, with typed values."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from tocsin.engine import laid_before, watch
from tocsin.engine import terms as t
from tocsin.engine.compose import versions
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Program
from tocsin.engine.times import parse
from tocsin.plan.scenarios.bodies import text, texts, when
from tocsin.plan.scenarios.messaging import following, replying, saying
from tocsin.plan.scenarios.sampling import series
from tocsin.plan.scenarios.standing import directed, relieved, seats
from tocsin.plan.scenarios.story import DEPUTY, Act, BadScenarioError, Story


def value_of(fact: Fact, written: Any, story: Story) -> Value:
    """
    Return what a scenario writes as a value of `fact`.

    :raises BadScenarioError: it is no such value.
    """
    try:
        match fact.type:
            case "yes_no":
                return written if isinstance(written, bool) else {"yes": True, "no": False}[str(written)]
            case "number":
                return Decimal(str(written))
            case "duration":
                return parse(str(written)).exact + timedelta(days=parse(str(written)).days)
            case "time":
                return story.time(str(written))
            case "choice" if fact.many:
                return tuple(str(item) for item in written)
            case _:
                return str(written)
    except (KeyError, ValueError, InvalidOperation, TypeError) as error:
        raise BadScenarioError(f"{written!r} is no value of {fact.id}, which is of type {fact.type}") from error


def facts_of(program: Program, written: Mapping[str, Any], story: Story, only: tuple[str, ...] | None = None) -> dict[str, Value]:
    """Return typed values for what names facts; what does not (a field of a message) stays text."""
    found: dict[str, Value] = {}
    for name, value in written.items():
        fact = program.facts.get(name)
        typed = fact is not None and (only is None or name in only)
        found[name] = value_of(fact, value, story) if typed and fact is not None else str(value)
    return found


def command_of(program: Program, story: Story, act: Act, state: t.State) -> t.Command | None:
    """Return the command that `act` stands for in `state`, or None for what is not one (samples and feeds)."""
    command = _command_of(program, story, act, state)
    return replace(command, brings=story.training) if command is not None and story.training else command


def _command_of(program: Program, story: Story, act: Act, state: t.State) -> t.Command | None:
    by, body = t.Actor(act.by, standing(program, story, act.by)), act.body
    match act.what:
        case "sample" | "feed":
            return None
        case "report" if not state.incident:
            return _declare(program, story, act, by)
        case "report":
            number, link = text(body["report"], "number"), text(body["report"], "link")
            words = " ".join(str(word) for name, word in body["report"].items() if name not in ("number", "link"))
            means = text(body, "means") or "person"
            return t.AddReport(key=str(act.at), means=means, words=words, number=number, link=link, by=by, at=act.at)
        case "trigger":
            return None if state.incident else begin_by_trigger(program, story, str(body["trigger"]), act.at)
        case "observe":
            return _observed(act, story)
        case "set":
            return t.StateFacts(facts=facts_of(program, body["set"], story), reason=text(body, "reason"), by=by, at=act.at)
        case "decide" | "approve" | "send_back":
            return _deciding(program, story, act, by, state)
        case "send" | "draft" | "publish":
            return saying(act, by, state)
        case "confirm" | "read" | "deliver":
            return following(act, by, state)
        case "reply":
            return replying(story, act, by, state)
        case "party" | "remove_party" | "tell_party":
            return _of_parties(story, act, by)
        case "assign" | "call_in" | "accept" | "decline" | "hand_over" | "create_role" | "open_stream" | "close_stream":
            return _seating(act, by)
        case "take_up" | "put_down" | "say" | "promote":
            return _teaming(act, by)
        case "join" | "leave" | "seat":
            return directed(act, state)
        case "on_duty":
            return relieved(act)
        case "record":
            return _entering(program, story, act, by)
        case _:
            return _doing(program, act, by, story)


def standing(program: Program, story: Story, person: str) -> frozenset[str]:
    """Return for what a person of the story may speak: departments it was given and roles it is deputy of, as the directory would say."""
    said = story.people.get(person, ())
    return frozenset(
        name if name.startswith(DEPUTY) else f"department:{name}" for name in said if name.startswith(DEPUTY) or name in program.departments
    )


def begin(program: Program, story: Story, act: Act) -> t.Declare:
    """Return the command that begins an incident whose first act is not a report: a warning, so to speak."""
    plan_hash, beside = versions(program)
    return t.Declare(
        incident=story.id,
        number="INC-1",
        plan=program.id,
        plan_hash=plan_hash,
        beside=beside,
        means="person",
        words="",
        seats=seats(story),
        reported=False,
        by=t.Actor(act.by),
        at=act.at,
    )


def begin_by_trigger(program: Program, story: Story, trigger: str, at: datetime) -> t.Declare:
    """Return the command that begins an incident because a trigger fired, as the server does."""
    plan_hash, beside = versions(program)
    return t.Declare(
        incident=story.id,
        number="INC-1",
        plan=program.id,
        plan_hash=plan_hash,
        beside=beside,
        means="trigger",
        words=called(program, trigger),
        seats=seats(story),
        reported=False,
        by=t.Actor(t.SYSTEM),
        at=at,
    )


def called(program: Program, trigger: str) -> str:
    """Return the words with which an incident begins that a trigger declares."""
    return program.triggers[trigger].title.get(program.language, trigger)


def learned(program: Program, story: Story, act: Act, state: t.State) -> t.Command | None:
    """Return what a report to an incident that runs already says besides: the facts that nobody has stated yet."""
    said = facts_of(program, {name: value for name, value in act.body["report"].items() if name in program.facts}, story)
    new = {name: value for name, value in said.items() if name not in state.facts}
    return t.StateFacts(facts=new, by=t.Actor(act.by, standing(program, story, act.by)), at=act.at) if new else None


def _declare(program: Program, story: Story, act: Act, by: t.Actor) -> t.Declare:
    facts = facts_of(program, act.body["report"], story)
    plan_hash, beside = versions(program)
    return t.Declare(
        incident=story.id,
        number="INC-1",
        plan=program.id,
        plan_hash=plan_hash,
        beside=beside,
        means="person",
        words=text(act.body, "words") or str(act.body["report"].get("symptom", "")),
        seats=seats(story),
        facts=facts,
        happened_at=when(act.body, story),
        by=by,
        at=act.at,
    )


def _observed(act: Act, story: Story) -> t.Observe:
    """Return what watches turned, where a story has no samples that would turn them."""
    since = story.time(text(act.body, "since")) if "since" in act.body else act.at
    edges = [t.Edge(watch, value, since) for watch, value in act.body["observe"].items()]
    return t.Observe(edges=tuple(edges), by=t.Actor(t.SYSTEM), at=act.at)


def _deciding(program: Program, story: Story, act: Act, by: t.Actor, state: t.State) -> t.Command:
    body = act.body
    name = str(body[act.what])
    if act.what == "decide":
        decision = program.decisions.get(name)
        return t.Decide(
            decision=name,
            option=text(body, "option"),
            facts=facts_of(program, body.get("with") or {}, story, decision.asks if decision else ()),
            reason=text(body, "reason"),
            evidence=tuple(body.get("evidence") or ()),
            attach={record: texts(fields) for record, fields in (body.get("attach") or {}).items()},
            confirmed=tuple(body.get("confirmed") or ()),
            assignee=text(body, "assignee"),
            entry=text(body, "entry"),
            attendance=texts(body.get("attendance") or {}),
            cites=tuple(body.get("cites") or ()),
            readings=_readings(program, story, act),
            by=by,
            at=act.at,
        )
    chain = _chain(state, name)
    if act.what == "send_back":
        return t.SendBack(chain=chain, link=text(body, "link"), reason=text(body, "reason"), by=by, at=act.at)
    attach = {record: texts(fields) for record, fields in (body.get("attach") or {}).items()}
    return t.Sign(chain=chain, link=text(body, "link"), attach=attach, by=by, at=act.at)


def _readings(program: Program, story: Story, act: Act) -> dict[str, Decimal]:
    """Return what signals read where a level is decided: as the act says it, else by the samples of the story."""
    if "readings" in act.body:
        return {name: Decimal(str(value)) for name, value in act.body["readings"].items()}
    decision = program.decisions.get(str(act.body["decide"]))
    wanted = laid_before.readings(program, decision) if decision else {}
    return laid_before.read(wanted, watch.look(program, series(program, story), act.at)) if wanted else {}


def _of_parties(story: Story, act: Act, by: t.Actor) -> t.Command:
    party, body = str(act.body[act.what]), act.body
    match act.what:
        case "remove_party":
            return t.RemoveParty(party=party, reason=text(body, "reason"), by=by, at=act.at)
        case "tell_party":
            happened_at = story.time(str(body["happened_at"])) if "happened_at" in body else None
            words, template = text(body, "words"), text(body, "as")
            return t.TellParty(party=party, words=words, template=template, happened_at=happened_at, by=by, at=act.at)
        case _:
            about: dict[str, Value] = {
                str(name): str(value) if name == "kind" else value if isinstance(value, bool) else Decimal(str(value))
                for name, value in (body.get("about") or {}).items()
            }
            name = text(body, "name") or party
            return t.AddParty(party=party, name=name, reporter=bool(body.get("reporter")), about=about, by=by, at=act.at)


def _chain(state: t.State, name: str) -> str:
    """Return the id of the latest chain about a decision, or about a message of that template; an id itself stays."""
    if name in state.chains:
        return name
    about = [chain.chain for chain in state.chains.values() if chain.subject == name]
    about += [chain.chain for chain in state.chains.values() if chain.kind == "message" and state.messages[chain.subject].template == name]
    return about[-1] if about else name


def _seating(act: Act, by: t.Actor) -> t.Command:
    body = act.body[act.what]
    match act.what:
        case "accept":
            return t.Accept(role=_seat(body), by=by, at=act.at)
        case "decline":
            standing = body.get("next") or {} if isinstance(body, Mapping) else {}
            lists = {str(name): tuple(map(str, people)) for name, people in standing.items()}
            return t.Decline(role=_seat(body), reason=text(act.body, "reason"), lists=lists, by=by, at=act.at)
        case "assign":
            person, reason = text(body, "to"), text(act.body, "reason")
            return t.Assign(role=_seat(body), person=person, reason=reason, by=by, at=act.at)
        case "call_in":
            people, source, reason = tuple(map(str, body.get("people") or ())), text(body, "from"), text(act.body, "reason")
            return t.CallIn(role=_seat(body), people=people, source=source, reason=reason, by=by, at=act.at)
        case "open_stream":
            return t.OpenStream(stream=str(body), name=str(body), by=by, at=act.at)
        case "close_stream":
            return t.CloseStream(stream=str(body), reason=text(act.body, "reason"), by=by, at=act.at)
        case "hand_over":
            return t.HandOver(role=_seat(body), to=text(body, "to"), reason=text(act.body, "reason"), by=by, at=act.at)
        case _:
            return t.CreateRole(
                role=text(body, "role"),
                name=text(body, "name"),
                duty=text(body, "duty"),
                person=text(body, "to"),
                by=by,
                at=act.at,
            )


def _teaming(act: Act, by: t.Actor) -> t.Command:
    name, entry = str(act.body[act.what]), text(act.body, "entry")
    match act.what:
        case "take_up":
            return t.TakeUp(obligation=name, entry=entry, by=by, at=act.at)
        case "put_down":
            return t.PutDown(obligation=name, entry=entry, by=by, at=act.at)
        case "say":
            return t.Say(words=name, by=by, at=act.at)
        case _:
            return t.Promote(said=name, by=by, at=act.at)


def _seat(body: Mapping[str, Any] | str) -> str:
    """Return a seat: a role, one of its streams or parts (`{role: tech_lead, stream: database}`), or a name that a person knows it by."""
    if isinstance(body, str):
        return body
    part = text(body, "stream") or text(body, "part")
    return (text(body, "role") or text(body, "name")) + (f"[{part}]" if part else "")


def _doing(program: Program, act: Act, by: t.Actor, story: Story) -> t.Command:
    name, body = str(act.body[act.what]), act.body
    evidence = tuple(body.get("evidence") or ())
    match act.what:
        case "do":
            checks = tuple(body.get("checks") or ())
            return t.Fulfil(
                obligation=name,
                entry=text(body, "entry"),
                words=text(body, "words"),
                evidence=evidence,
                checks=checks,
                happened_at=when(body, story),
                facts=facts_of(program, body.get("with") or {}, story),
                roles=texts(body.get("roles") or {}),
                by=by,
                at=act.at,
            )
        case "not_needed":
            return t.NotNeeded(obligation=name, entry=text(body, "entry"), by=by, at=act.at)
        case "attest":
            return t.Attest(condition=name, entry=text(body, "entry"), evidence=evidence, by=by, at=act.at)
        case "take_back":
            return t.TakeBack(condition=name, entry=text(body, "entry"), reason=text(body, "reason"), by=by, at=act.at)
        case "waive":
            return t.WaiveCondition(condition=name, reason=text(body, "reason"), by=by, at=act.at)
        case "bring_forward":
            due = story.time(str(body["to"]))
            return t.BringForward(obligation=name, due_at=due, reason=text(body, "reason"), entry=text(body, "entry"), by=by, at=act.at)
        case "waive_clock":
            return t.WaiveClock(obligation=name, reason=text(body, "reason"), entry=text(body, "entry"), by=by, at=act.at)
        case "mark":
            return t.Mark(moment=name, happened_at=when(body, story), by=by, at=act.at)
        case "withdraw":
            return t.Withdraw(moment=name, reason=text(body, "reason"), by=by, at=act.at)
        case "open":
            return t.Open(situation=name, reason=text(body, "reason"), by=by, at=act.at)
        case "close":
            return t.Close(situation=name, reason=text(body, "reason"), named=text(body, "as"), by=by, at=act.at)
        case _:
            return t.Note(words=name, by=by, at=act.at)


def _entering(program: Program, story: Story, act: Act, by: t.Actor) -> t.Command:
    """Return the entry; a field that is an instant is written as a time of the story."""
    name, body = str(act.body["record"]), act.body
    record = program.records.get(name)
    times = {field.id for field in record.fields if field.type == "time"} if record else set()
    fields = {key: story.time(words).isoformat() if key in times else words for key, words in texts(body.get("with") or {}).items()}
    return t.Enter(
        record=name,
        fields=fields,
        entry=text(body, "entry"),
        reason=text(body, "reason"),
        evidence=tuple(body.get("evidence") or ()),
        happened_at=when(body, story),
        item=texts(body.get("item") or {}),
        by=by,
        at=act.at,
    )
