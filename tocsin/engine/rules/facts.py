"""Facts: what is known, who said so, and what the plan infers (CLS-11, REG-05)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tocsin.engine import entries, owners
from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.program import Fact, Field, Program
from tocsin.engine.reads import Read, of_expression
from tocsin.engine.rules import moments
from tocsin.engine.times import Span, instant
from tocsin.engine.turn import Turn
from tocsin.engine.values import gravity, truth


def state_facts(turn: Turn, command: t.StateFacts) -> t.Refused | None:
    """Record what a person says is known; an unchanged value is nothing."""
    refused = check(turn, command.facts, command.reason)
    if refused is None:
        say(turn, command.facts, source="person", reason=command.reason)
    return refused


def check(turn: Turn, facts: Mapping[str, Value], reason: str = "") -> t.Refused | None:
    """Return why `facts` cannot be said by this actor, or None."""
    for name, value in facts.items():
        fact = turn.program.facts.get(name)
        if fact is None:
            return t.Refused("E103", f"this plan has no fact {name}", hint="see the plan's facts", details=(name,))
        if not fits(fact, value):
            return t.Refused("E104", f"{name} does not take {value}", hint=_wanted(fact), details=(name,))
        if fact.at_most is not None and isinstance(value, timedelta) and value > fact.at_most:
            return t.Refused("E104", f"{name} is at most {Span(exact=fact.at_most)}", hint="choose a shorter one", details=(name,))
        known = turn.state.facts.get(name)
        if known and known.value == value:
            continue
        if fact.stated_by and not any(owners.speaks_for(turn.program, turn.state, turn.actor, role) for role in fact.stated_by):
            return t.Refused("E101", f"{name} is stated by {', '.join(fact.stated_by)}", hint="ask one of them", details=(name,))
        if fact.reason_on_change and known and not reason:
            return t.Refused("E105", f"{name} is not changed without a reason", hint="say why in a sentence", details=(name,))
    return None


def fits(fact: Fact, value: Value) -> bool:
    """Return whether `value` is one that `fact` can take."""
    match fact.type:
        case "choice" if fact.many:
            return isinstance(value, tuple) and all(item in fact.of for item in value)
        case "choice":
            return isinstance(value, str) and value in fact.of
        case "yes_no":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, Decimal) and value.is_finite()
        case "duration":
            return isinstance(value, timedelta) and value > timedelta()
        case "time":
            return isinstance(value, datetime) and value.tzinfo is not None
        case _:
            return isinstance(value, str)


def _wanted(fact: Fact) -> str:
    return f"one of {', '.join(fact.of)}" if fact.of else f"a value of type {fact.type}"


def say(turn: Turn, facts: Mapping[str, Value], *, source: str, reason: str = "") -> None:
    """Record `facts`, each with the moments it marks; an unchanged value is nothing, unless a message has just said it again."""
    for name, value in facts.items():
        fact = turn.program.facts[name]
        known = turn.state.facts.get(name)
        if known and known.value == value:
            if source == "message" and fact.marks and turn.program.moments[fact.marks].repeats:
                moments.record(turn, fact.marks)  # told again is confirmed again
            continue
        grave = known is not None and gravity(fact, value) > gravity(fact, known.value)
        is_text = fact.type == "text" and isinstance(value, str)
        turn.emit(
            t.FactStated(
                at=turn.at,
                by=turn.by,
                fact=name,
                value=None if is_text else value,
                words=value if is_text and isinstance(value, str) else "",
                source=source,
                reason=reason,
                grave=grave,
            )
        )
        if fact.marks:
            moments.record(turn, fact.marks, value if isinstance(value, datetime) else None, correct=isinstance(value, datetime))
        if fact.marks_change and known:
            moments.record(turn, fact.marks_change)
        moments.record(turn, f"{name}.set")
        if isinstance(value, str):
            moments.record(turn, f"{name}.{value}")


def write_back(turn: Turn, fields: Iterable[Field], said: Mapping[str, str], source: str, zone: str) -> None:
    """Record what a message or an entry says of facts that its fields set, as far as it can be read as such."""
    for field in fields:
        fact, words = turn.program.facts.get(field.sets), said.get(field.id, "")
        value = _read(fact, words, turn.instant, zone) if fact and words else None
        if fact and value is not None and fits(fact, value):
            say(turn, {fact.id: value}, source=source)


def _read(fact: Fact, words: str, at: datetime, zone: str) -> Value | None:
    if fact.type != "time":
        return entries.typed(fact, words)
    try:
        return instant(words, at, zone)
    except ValueError:
        return None


NOUN: Final = "facts"


def reads(program: Program) -> Iterator[tuple[Fact, Iterator[Read]]]:
    """Yield the facts that the plan infers, with what they are inferred from."""
    for fact in program.facts.values():
        if fact.implied:
            yield fact, _reads(program, fact)


def _reads(program: Program, fact: Fact) -> Iterator[Read]:
    for index, (_, when) in enumerate(fact.implied):
        yield from of_expression(program, when)
        yield "turned", f"implied:{fact.id}:{index}"


def settle(turn: Turn) -> None:
    """Infer what the plan implies, when it turns true: a graver value wins over an earlier milder statement, both stay on record."""
    for fact in turn.stale(NOUN):
        for index, (value, when) in enumerate(fact.implied):
            subject = f"implied:{fact.id}:{index}"
            now = truth(turn.program, turn.state, when, turn.instant)
            if now == turn.state.turned.get(subject):
                continue
            turn.emit(t.ExpressionTurned(at=turn.at, by=turn.by, subject=subject, value=now))
            known = turn.state.facts.get(fact.id)
            if now and (known is None or gravity(fact, value) > gravity(fact, known.value)):
                say(turn, {fact.id: value}, source="implied")
