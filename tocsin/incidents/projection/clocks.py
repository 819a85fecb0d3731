"""Clocks and their breaches. A row per generation, so that an ended clock stays readable when its obligation begins anew."""

from collections.abc import Iterator
from typing import Any

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING, link_of
from tocsin.engine.program import Obligation, Program, Record, Rule
from tocsin.incidents.models import BreachRow, ClockRow
from tocsin.incidents.projection.rows import Row, Scene, of, titled


@of(t.OfClock, t.PlanMoved)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield the clock that the event is about, as it stands after it, and the breach if it is one."""
    match event:
        case t.ClockOpened():
            yield Row(ClockRow, *_clock(scene, event.clock, opened=True))
        case t.ClockMet(settled=settled):
            key, values = _clock(scene, event.clock)
            yield Row(ClockRow, key, {**values, "settled": settled}, change=True)
            if settled:
                yield Row(BreachRow, (event.clock, key[1], event.occurrence), {"settled": True}, change=True)
        case (
            t.ClockMoved()
            | t.ClockReminded()
            | t.ClockBreached()
            | t.OccurrenceMissed()
            | t.RungReached()
            | t.ClockWaived()
            | t.ClockEnded()
        ):
            yield Row(ClockRow, *_clock(scene, event.clock), change=True)
        case t.PlanMoved(renames=renames):
            for clock in scene.state.clocks.values():
                if clock.obligation in renames.values():
                    yield Row(ClockRow, (clock.clock, clock.generation), {"obligation": clock.obligation}, change=True)
    if isinstance(event, t.ClockBreached | t.OccurrenceMissed):
        yield _breach(scene, event)


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield who owes each running clock now: that changes with the roles, not with the clock."""
    for clock in scene.state.clocks.values():
        if clock.status in RUNNING:
            values = {**_owner(scene, clock.owes), **_rule(scene, clock), "worker": scene.state.working.get(clock.clock, "")}
            yield Row(ClockRow, (clock.clock, clock.generation), values, change=True)


def _clock(scene: Scene, name: str, *, opened: bool = False) -> tuple[tuple[str, int], dict[str, Any]]:
    clock = scene.state.clocks[name]
    values = {
        "occurrence": clock.occurrence,
        "anchor": clock.anchor,
        "anchored_at": clock.anchored_at,
        "began_at": clock.began_at,
        "limit": clock.limit,
        "due_at": clock.due_at,
        "remind_at": clock.remind_at,
        "brought": clock.brought_to is not None,
        "status": clock.status,
        "reminded": clock.reminded,
        "missed": clock.missed,
        "behind": clock.behind,
        "met_at": clock.met_at,
        "margin_s": clock.margin_s,
        "ended": clock.ended,
        **_owner(scene, clock.owes),
    }
    if opened:
        values |= {
            "obligation": clock.obligation,
            "entry": clock.entry,
            "owes": clock.owes,
            "recurring": clock.recurring,
            **_rule(scene, clock),
        }
    return (clock.clock, clock.generation), values


def _owner(scene: Scene, owes: str) -> dict[str, str]:
    owner = owners.owner(scene.program, scene.state, owes)
    return {"owner": owner.person, "via": owner.via}


def _rule(scene: Scene, clock: t.Clock) -> dict[str, Any]:
    """Return what the plan says of the obligation; of a link of a chain only what it says of its decision or message."""
    program = scene.program
    rule = program.obligations.get(clock.obligation)
    if rule is None:
        if clock.obligation in program.records:
            return {**_tracked(scene, program.records[clock.obligation], clock.entry), "verb": "track", "object": clock.obligation}
        subject, _, part = clock.obligation.partition(".")
        message = program.messages.get(subject)
        verb = "confirm" if message and link_of(program, clock.obligation) is None else "sign"
        return {**titled(_subject(program, clock.obligation)), "verb": verb, "object": part}
    return {
        **titled(rule),
        **_item(program, rule, clock.entry),
        **_entry(scene, rule, clock.entry),
        "assumed": list(rule.assumed),
        "verb": rule.verb,
        "object": rule.object,
        "checks": [dict(check) for check in rule.checks],
        "evidence": rule.evidence,
        "optional": rule.optional,
        "tag": rule.tag,
    }


def _item(program: Program, rule: Obligation, entry: str) -> dict[str, Any]:
    """Return what is owed for one item of a register: what it asks, for what, and at which place of the document the item stands."""
    registers = [program.resources[name] for name in rule.collections if name in program.resources]
    for register, item in ((each, item) for each in registers for item in each.items if item.id == entry):
        first = register.fields[0].id if register.fields else ""
        said = "" if first in register.confidential else item.values.get(first, "")
        title = {locale: f"{words}: {said}" for locale, words in rule.title.items()} if said else dict(rule.title)
        return {"title": title, "cite": list(item.cite or rule.cite)}
    return {}


def _entry(scene: Scene, rule: Obligation, entry: str) -> dict[str, Any]:
    """
    Return what is owed by one of several bodies, or for one entry of a record of the incident: what it asks, and whose or for what it is,
    unless only some may see that.
    """
    bodies = {**scene.program.departments, **scene.program.groups, **scene.program.roles}
    if entry in rule.for_each and entry in bodies and len(rule.for_each) > 1:
        called = bodies[entry].title
        first = next(iter(called.values()), entry)
        return {"title": {locale: f"{title}: {called.get(locale, first)}" for locale, title in rule.title.items()}}
    record = next((each for name in rule.collections if (each := scene.program.records.get(name)) and not each.register), None)
    if record is None or not entry:
        return {}
    first = record.fields[0].id
    words = scene.state.open_fields.get(entry, {}).get(first, "")
    hidden = bool(record.visible_to) or first in record.confidential
    return {"title": {locale: f"{title}: {words}" for locale, title in rule.title.items()}} if words and not hidden else {}


def _tracked(scene: Scene, record: Record, entry: str) -> dict[str, Any]:
    """Return what a tracked entry asks for: its first field, unless that is for some roles alone."""
    first = record.fields[0].id
    words = scene.state.open_fields.get(entry, {}).get(first, "")
    hidden = bool(record.visible_to) or first in record.confidential
    return {**titled(record), **({"title": {scene.program.language: words}} if words and not hidden else {})}


def _subject(program: Program, obligation: str) -> Rule | None:
    """Return the rule that `obligation` names: an obligation, or a decision or message for one of its links (`<subject>.<does>`)."""
    subject = obligation.partition(".")[0]
    return (
        program.obligations.get(obligation)
        or program.decisions.get(subject)
        or program.messages.get(subject)
        or program.records.get(subject)
    )


def _breach(scene: Scene, event: t.ClockBreached | t.OccurrenceMissed) -> Row:
    values = {
        **titled(_subject(scene.program, event.obligation)),
        "obligation": event.obligation,
        "owes": event.owes,
        "person": owners.owner(scene.program, scene.state, event.owes).person,
        "due_at": event.due_at,
        "at": event.at,
        "late_s": event.late_s,
        "after_downtime": event.after_downtime,
        "clock_suspect": event.clock_suspect,
        "missed": event.missed if isinstance(event, t.OccurrenceMissed) else 1,
        "seq": scene.seq,
    }
    return Row(BreachRow, (event.clock, event.generation, event.occurrence), values, new=True)
