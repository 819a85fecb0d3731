"""Situations: stretches of time that open and close by moments, expressions, time, or a person."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.namespaces import part_of, within
from tocsin.engine.program import Door, Program, Situation
from tocsin.engine.reads import Read, of_expression, of_phase
from tocsin.engine.rules import moments
from tocsin.engine.turn import Turn
from tocsin.engine.values import truth


def is_open(state: t.State, situation: str) -> bool:
    """Return whether `situation` is open."""
    known = state.situations.get(situation)
    return known is not None and known.open


def open_(turn: Turn, situation: Situation, reason: str = "", *, since: datetime | None = None) -> None:
    """Open `situation`, unless it is open; `since` an earlier moment that is recorded now."""
    if is_open(turn.state, situation.id):
        return
    known = turn.state.situations.get(situation.id)
    generation = known.generation + 1 if known else 1
    turn.emit(
        t.SituationOpened(at=turn.at, by=turn.by, situation=situation.id, generation=generation, reason=reason, since=since or turn.instant)
    )
    if situation.visible_to:
        _restrict(turn, situation)
    if situation.stage == "warning" and turn.state.phase_of(situation.id) in ("", "declared"):
        turn.emit(t.PhaseEntered(at=turn.at, by=turn.by, phase=within(part_of(situation.id), "warning")))
    moments.record(turn, f"{situation.id}.opened")
    turn.queue(situation.then, f"opened:{situation.id}")


def _restrict(turn: Turn, situation: Situation) -> None:
    """Keep the incident for the roles of `situation`; of several such situations, for the roles that each of them names."""
    known = turn.state.restricted
    to = _of_both(turn.program, situation.visible_to, known) if known else situation.visible_to
    to = to or (turn.program.commander,)  # nobody is named by both: it stays with whoever leads
    if to != known:
        turn.emit(t.Restricted(at=turn.at, by=turn.by, situation=situation.id, to=to))


def _of_both(program: Program, names: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return whom both lists name: as they spell it alike, else the roles that one means by a group and the other by itself."""
    roles = {role for name in known for role in owners.roles_in(program, name)}
    kept = [(name,) if name in known else owners.roles_in(program, name) for name in names]
    return tuple(dict.fromkeys(name for part in kept for name in part if name in known or name in roles))


def close(turn: Turn, situation: Situation, reason: str = "", named: str = "") -> None:
    """Close `situation`, unless it is closed."""
    if is_open(turn.state, situation.id):
        turn.emit(t.SituationClosed(at=turn.at, by=turn.by, situation=situation.id, reason=reason, named=named))
        if situation.stage == "warning" and turn.state.phase_of(situation.id) == "warning":
            turn.emit(t.PhaseEntered(at=turn.at, by=turn.by, phase=within(part_of(situation.id), "declared")))
        moments.record(turn, f"{situation.id}.closed")


def through(turn: Turn, situation: Situation, door: Door, *, opening: bool, since: datetime | None = None, reason: str = "") -> None:
    """Open or close `situation` by one of its doors, and let what goes with it follow."""
    if is_open(turn.state, situation.id) == opening:
        return
    if opening:
        open_(turn, situation, reason, since=since)
    else:
        close(turn, situation, reason, door.name)
    turn.queue(door.then, f"{'opened' if opening else 'closed'}:{situation.id}")


def on_moment(turn: Turn, moment: str, part: str | None = None) -> None:
    """Open and close what opens and closes on `moment`; of one plan only if `part` names it."""
    for situation in turn.program.once("on_moment", _on_moment).get(moment, ()):
        if part is not None and part_of(situation.id) != part:
            continue
        opening = not is_open(turn.state, situation.id)
        doors = situation.opens if opening else situation.closes
        door = next((door for door in doors if door.on == moment), None)
        if door:
            through(turn, situation, door, opening=opening, since=turn.state.moments[moment].at)


def _on_moment(program: Program) -> Mapping[str, tuple[Situation, ...]]:
    """Return the situations with a door on each moment, in the order of the plan."""
    found: dict[str, tuple[Situation, ...]] = {}
    for situation in program.situations.values():
        for moment in dict.fromkeys(door.on for door in (*situation.opens, *situation.closes)):
            found[moment] = (*found.get(moment, ()), situation)
    return found


def on_entry(turn: Turn, record: str) -> None:
    """Open what a person opens with an entry of `record`."""
    for situation in turn.program.once("on_entry", _on_entry).get(record, ()):
        through(turn, situation, next(door for door in situation.opens if door.records == record), opening=True)


def _on_entry(program: Program) -> Mapping[str, tuple[Situation, ...]]:
    """Return the situations that an entry of each record opens, in the order of the plan."""
    found: dict[str, tuple[Situation, ...]] = {}
    for situation in program.situations.values():
        for record in dict.fromkeys(door.records for door in situation.opens):
            found[record] = (*found.get(record, ()), situation)
    return found


def off_moment(turn: Turn, moment: str, reason: str) -> None:
    """Close what had opened on `moment`, which was withdrawn."""
    for situation in turn.program.situations.values():
        if is_open(turn.state, situation.id) and any(door.on == moment for door in situation.opens):
            close(turn, situation, reason)


NOUN: Final = "situations"


def reads(program: Program) -> Iterator[tuple[Situation, Iterator[Read]]]:
    """Yield the situations with doors that open or close when an expression turns true, with what those read."""
    for situation in program.situations.values():
        if any(door.when is not None for door in (*situation.opens, *situation.closes)):
            yield situation, _reads(program, situation)


def _reads(program: Program, situation: Situation) -> Iterator[Read]:
    for kind, doors in (("opens", situation.opens), ("closes", situation.closes)):
        for index, door in enumerate(doors):
            yield from of_expression(program, door.when)
            yield "turned", f"{kind}:{situation.id}:{index}"
            if door.during:
                yield from of_phase(situation.id)


def settle(turn: Turn) -> None:
    """Open and close what does so when an expression turns true."""
    for situation in turn.stale(NOUN):
        for kind, doors in (("opens", situation.opens), ("closes", situation.closes)):
            for index, door in enumerate(doors):
                if door.when is not None and _turned(turn, situation, f"{kind}:{situation.id}:{index}", door):
                    through(turn, situation, door, opening=kind == "opens")


def _turned(turn: Turn, situation: Situation, subject: str, door: Door) -> bool:
    """Note what the door's expression is now; return whether it has just become true."""
    assert door.when is not None
    value = truth(turn.program, turn.state, door.when, turn.instant)
    if door.during and turn.state.phase_of(situation.id) != door.during:
        value = False
    if value == turn.state.turned.get(subject):
        return False
    turn.emit(t.ExpressionTurned(at=turn.at, by=turn.by, subject=subject, value=value))
    return value is True


def by_hand(turn: Turn, command: t.Open | t.Close) -> t.Refused | None:
    """Open or close a situation by hand, as one of those the plan lets."""
    situation = turn.program.situations.get(command.situation)
    if situation is None:
        return t.Refused("E103", f"this plan has no situation {command.situation}", hint="see the plan's situations")
    opening = isinstance(command, t.Open)
    if is_open(turn.state, situation.id) == opening:
        return None  # the second click is harmless
    doors = [door for door in (situation.opens if opening else situation.closes) if door.by]
    allowed = [door for door in doors if any(owners.answers_for(turn.program, turn.state, turn.actor, role) for role in door.by)]
    if not allowed:
        names = ", ".join(role for door in doors for role in door.by) or "no person, only the plan's own rules"
        return t.Refused("E101", f"{situation.id} is opened and closed by {names}", hint="ask one of them")
    door = next((door for door in allowed if door.name == command.named), None) if command.named else allowed[0]
    if door is None:
        return t.Refused("E103", f"{situation.id} does not end as {command.named}", hint="see how the plan ends it")
    again = opening and situation.id in turn.state.situations
    if (door.reason or again) and not command.reason:
        how = "opened again" if again else "opened" if opening else "closed"
        return t.Refused("E105", f"{situation.id} is not {how} without a reason", hint="say why in a sentence")
    if opening and door.records:
        return t.Refused("E102", f"{situation.id} opens with an entry of {door.records}", hint="enter what happened")
    through(turn, situation, door, opening=opening, reason=command.reason)
    return None
