"""What a scenario may expect of what was decided, said and filed."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tocsin.engine import terms as t
from tocsin.engine.offers import offers
from tocsin.engine.owners import owner
from tocsin.engine.rules import messages
from tocsin.plan.scenarios.play import Run

Items = Iterator[tuple[str, Any, Any]]
"""Triples of what was looked at, what was expected, what was found."""
_INSTANT: Final = timedelta(seconds=1)
"""What follows from a breach comes the smallest step after the due time: within the same second."""


def _told(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for target, time in wanted.items():
        moment = run.story.time(str(time))
        events = [event for event in run.events_upto(at) if moment <= event.at < moment + _INSTANT]
        told = [(*event.targets, *event.persons) for event in events if isinstance(event, t.Told)]
        told += [event.to for event in events if isinstance(event, t.MessagePublished)]
        yield target, True, any(target in targets for targets in told)


def _told_of(run: Run, at: datetime, wanted: Mapping[str, list[str]]) -> Items:
    """Look at who, of roles as written, was told that each clock is overdue: whoever owes it, and its ladder."""
    for clock, targets in wanted.items():
        events = [event for event in run.events_upto(at) if isinstance(event, t.Told) and event.cause == f"breached:{clock}"]
        yield clock, sorted(targets), sorted({target for event in events for target in event.targets})


def _sent(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    for name, channels in wanted.items():
        events = [event for event in run.events_upto(at) if isinstance(event, t.MessagePublished) and event.template == name]
        if isinstance(channels, int):
            yield name, channels, len(events)
        else:
            yield name, list(channels), list(events[-1].channels) if events else None


def _awaits(run: Run, at: datetime, wanted: Mapping[str, list[str]]) -> Items:
    """Look at the channels on which the latest message of each template is not confirmed yet."""
    for name, channels in wanted.items():
        found = [message.awaits for message in run.state_at(at).messages.values() if message.template == name]
        yield name, list(channels), list(found[-1]) if found else None


def _unread(run: Run, at: datetime, wanted: Mapping[str, list[str]]) -> Items:
    for name, addressees in wanted.items():
        found = [message.unread for message in run.state_at(at).messages.values() if message.template == name]
        yield name, sorted(addressees), sorted(found[-1]) if found else None


def _drafted(run: Run, at: datetime, wanted: Mapping[str, int]) -> Items:
    for name, count in wanted.items():
        drafts = [each for each in run.state_at(at).messages.values() if each.template == name and each.status == "draft"]
        yield name, count, len(drafts)


def _offered(run: Run, at: datetime, wanted: Mapping[str, str]) -> Items:
    """Look at what is put before whom: the person who sends each message, or `none` where it is not offered."""
    state = run.state_at(at)
    found = {offer.message for offer in offers(run.program, state)}
    for name, person in wanted.items():
        sender = owner(run.program, state, messages.senders(run.program, run.program.messages[name])[0]).person
        yield name, None if person == "none" else person, sender if name in found else None


def _heard(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    """Look at when each party outside last heard what a message of the plan says, or that it has not (`none`)."""
    for name, parties in wanted.items():
        for party, time in parties.items():
            known = run.state_at(at).parties.get(party)
            yield f"{name} {party}", None if time == "none" else run.story.time(str(time)), known.told.get(name) if known else "not listed"


def _filed(run: Run, at: datetime, wanted: Mapping[str, int]) -> Items:
    for inbox, count in wanted.items():
        yield inbox, count, run.state_at(at).filed.get(inbox, 0)


def _decided(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    """Look at the latest taking of each decision: `by`, `role`, `option`, `entry`, `assignee`, `reason`, `attendance`, `cited`, `seen`."""
    return _latest(run, at, t.DecisionMade, wanted)


def _applied(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    """Look at the latest application for each decision that needs a chain: `by`, `main`, `coordinates`, `option`, `entry`."""
    return _latest(run, at, t.DecisionApplied, wanted)


def _latest(run: Run, at: datetime, kind: type[t.DecisionMade | t.DecisionApplied], wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    for name, parts in wanted.items():
        made = [event for event in run.events_upto(at) if isinstance(event, kind) and event.decision == name]
        yield name, True, bool(made)
        for part, value in parts.items() if made else ():
            said = getattr(made[-1], part, None)
            if part in ("cited", "seen"):
                yield from _read(f"{name} {part}", value, said or {}, whole=part == "cited")
            else:
                yield f"{name} {part}", value, said


def _read(where: str, wanted: Mapping[str, Any], found: Mapping[str, str], *, whole: bool) -> Items:
    """Compare numbers by their value; of the `whole` nothing else may be there."""
    if whole:
        yield where, sorted(wanted), sorted(found)
    for name, value in wanted.items():
        read = found.get(name)
        yield f"{where} {name}", Decimal(str(value)) if isinstance(value, float | int | Decimal) else value, _number(read)


def _number(read: str | None) -> Any:
    try:
        return Decimal(read) if read is not None else None
    except ArithmeticError:
        return read


def _assigned(run: Run, at: datetime, wanted: Mapping[str, Mapping[str, Any]]) -> Items:
    """Look at the latest change of holder of each role: `by`, `person`, `before`, `reason`, `passes` (the open clocks that go along)."""
    for role, parts in wanted.items():
        found = [event for event in run.events_upto(at) if isinstance(event, t.RoleAssigned) and event.role == role]
        yield role, True, bool(found)
        for part, value in parts.items() if found else ():
            said = getattr(found[-1], part, None)
            yield f"{role} {part}", value, sorted(said) if isinstance(said, tuple) else said


def _unaccepted(run: Run, at: datetime, wanted: list[str]) -> Items:
    """Look at every seat whose holder was asked and has not accepted."""
    yield "unaccepted", sorted(wanted), sorted(role for role, seat in run.state_at(at).roles.items() if not seat.accepted)


def _declared(run: Run, at: datetime, wanted: Mapping[str, Any]) -> Items:
    """Look at how the incident began: `means` (`person`, `trigger` …), `by`."""
    found = next((event for event in run.events_upto(at) if isinstance(event, t.Declared)), None)
    for part, value in wanted.items():
        yield part, value, getattr(found, part, None)


def _gathered(run: Run, at: datetime, wanted: Mapping[str, int]) -> Items:
    """Count how often groups came together, by way: `chat`, `video`."""
    for way, count in wanted.items():
        yield way, count, sum(1 for event in run.events_upto(at) if isinstance(event, t.Gathered) and event.way == way)


CHECKS: Final[Mapping[str, Callable[[Run, datetime, Any], Items]]] = {
    "told": _told,
    "told_of": _told_of,
    "sent": _sent,
    "awaits": _awaits,
    "unread": _unread,
    "drafted": _drafted,
    "offered": _offered,
    "heard": _heard,
    "filed": _filed,
    "gathered": _gathered,
    "assigned": _assigned,
    "unaccepted": _unaccepted,
    "declared": _declared,
    "decided": _decided,
    "applied": _applied,
}
