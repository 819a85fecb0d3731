"""Roles: assigned, accepted, handed over, made up on the spot; what nobody holds falls to the commander (ROL-10, -11, -17, -19)."""

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.engine.program import HandsOver
from tocsin.engine.role_names import bodies_named, lacking, roles_named, seat_of, split
from tocsin.engine.rules import apart
from tocsin.engine.rules.deadlines import tell
from tocsin.engine.rules.obligations import in_order
from tocsin.engine.turn import Turn


def _known(turn: Turn, role: str) -> bool:
    """Return whether there is such a seat: a role of the plan or of the incident, or one part of a role that has it."""
    base, part = split(role)
    rule = turn.program.roles.get(base)
    if not part:
        return rule is not None or role in turn.state.made_roles
    if rule is None:
        return False
    stream = turn.state.streams.get(part)
    return part in rule.parts or (rule.streams and stream is not None and stream.open) or (rule.many and role in turn.state.roles)


def _meant(turn: Turn, name: str) -> str | t.Refused:
    """Return the seat that `name` means: by its id, or by the only role that bears the name; several are asked about, never picked from."""
    if _known(turn, name):
        return name
    found = roles_named(turn.program, name)
    if len(found) == 1:
        return found[0]
    if found:
        return t.Refused("E402", f"{name} may be {', '.join(found)}", hint="say which is meant", details=found)
    bodies = bodies_named(turn.program, name)
    if bodies:
        return t.Refused("E104", f"{name} is the department {bodies[0]}", hint="name a role: its head is in the directory", details=bodies)
    return t.Refused("E103", f"there is no role {name}", hint="see the roles of the incident, or create one")


def _commander(turn: Turn, role: str) -> str:
    """Return who commands under the plan that has this role."""
    return turn.program.part(role).commander or turn.program.commander


def _may_give(turn: Turn, role: str) -> bool:
    rule = turn.program.roles.get(split(role)[0])
    if rule and rule.appointed_by:
        return False
    if owners.may(turn.program, turn.state, turn.actor, "assign_roles"):
        return True
    if rule and rule.many and owners.may(turn.program, turn.state, turn.actor, "call_in"):
        return True
    commander = owners.speaks_for(turn.program, turn.state, turn.actor, _commander(turn, role))
    return bool(commander or owners.answers_for(turn.program, turn.state, turn.actor, role))


def seat(turn: Turn, role: str, person: str, *, accepted: bool, reason: str = "", source: str = "", asker: str = "") -> None:
    """Record who holds `role` from now on, with the open clocks that go along (ROL-19). With an `asker` it is Tocsin that asks, for them."""
    before = owners.owner(turn.program, turn.state, role).person
    passes = tuple(sorted(name for name, clock in turn.state.clocks.items() if clock.owes == role and clock.status in RUNNING))
    turn.emit(
        t.RoleAssigned(
            at=turn.at,
            by=t.SYSTEM if asker else turn.by,
            role=role,
            person=person,
            before=before,
            reason=reason,
            passes=passes,
            accepted=accepted,
            source=source,
            lacks=_lacks(turn, role, person),
            asker=asker,
        )
    )


def _lacks(turn: Turn, role: str, person: str) -> tuple[str, ...]:
    """Return what the role requires and is not on record of the person, where it is known what is."""
    rule = turn.program.roles.get(split(role)[0])
    if rule is None or person not in turn.brings:
        return ()
    language = turn.program.part(rule.id).program.language
    return tuple(words.get(language) or next(iter(words.values())) for words in lacking(rule.requires, turn.brings[person]))


def pass_on(turn: Turn, hand_over: HandsOver, reason: str) -> None:
    """Let what a hand-over passes fall to its target from now on; whoever held the source takes the role that is left to them (ROL-35)."""
    source = owners.owner(turn.program, turn.state, hand_over.source)
    passing = [clock.clock for clock in in_order(turn.state) if clock.obligation in hand_over.passes and clock.owes == hand_over.source]
    turn.emit(
        t.DutiesPassed(
            at=turn.at,
            by=turn.by,
            source=hand_over.source,
            target=hand_over.target,
            former=hand_over.former,
            passes=hand_over.passes,
            keeps=hand_over.keeps,
            clocks=tuple(name for name in passing if turn.state.clocks[name].status in RUNNING),
        )
    )
    if hand_over.former and not kept_apart(turn, hand_over.former, source.person):
        seat(turn, hand_over.former, source.person, accepted=True, reason=reason)


def assign(turn: Turn, command: t.Assign) -> t.Refused | None:
    """Give a role to a person and ask for acceptance, or take it back."""
    role = _meant(turn, command.role)
    if isinstance(role, t.Refused):
        return role
    refused = by_decision(turn, role)
    if refused:
        return refused
    if not _may_give(turn, role):
        return t.Refused("E101", f"{role} is given by the commander or its present holder", hint="ask one of them")
    refused = apart.refused(turn, role, command.person)
    if refused:
        return refused
    give(turn, role, command.person, command.reason)
    return None


def by_decision(turn: Turn, role: str) -> t.Refused | None:
    """Return why nobody gives this role as others are given: only a decision fills it; or None."""
    rule = turn.program.roles.get(split(role)[0])
    if rule and rule.appointed_by:
        return t.Refused("E101", f"{role} is filled only by the decision {rule.appointed_by}", hint="take that decision")
    return None


def call_in(turn: Turn, command: t.CallIn) -> t.Refused | None:
    """Call people into a role beside those who hold it, from a list of the plan or by name: each is asked, and answers alone (ESC-06)."""
    role = _meant(turn, command.role)
    if isinstance(role, t.Refused):
        return role
    refused = by_decision(turn, role)
    if refused:
        return refused
    rule = turn.program.roles.get(role)
    if rule is None or not rule.many:
        return t.Refused("E104", f"{role} is for one person", hint="assign it, or choose a role that several may hold", details=("role",))
    if not _may_give(turn, role):
        return t.Refused("E101", f"nobody is called into {role} by you", hint="ask the commander, or whoever may call people in")
    if command.source and command.source not in rule.called_from:
        return t.Refused("E103", f"{role} is not called in from {command.source}", hint="see the lists of the role", details=("source",))
    people = tuple(dict.fromkeys(person for person in command.people if person))
    if not people:
        return t.Refused("E202", "nobody is named to be called in", hint="name one person at least", details=("people",))
    refused = next(filter(None, (apart.refused(turn, role, person) for person in people)), None)
    if refused:
        return refused
    for person in people:
        if not is_in(turn, role, person):
            _ask_to_take(turn, beside(turn, role, person), person, command.reason, command.source)
    return None


def is_in(turn: Turn, role: str, person: str) -> bool:
    """Return whether a person was asked into a role, in whichever seat, or holds it."""
    asked = any(seat.person == person for name, seat in turn.state.roles.items() if split(name)[0] == role)
    return asked or (role not in turn.state.roles and turn.state.seats.get(role) == person)


def beside(turn: Turn, role: str, person: str) -> str:
    """Return the seat of whoever is called in: nobody who holds the role already gives it up, whoever found them for it."""
    return seat_of(role, person) if role in turn.state.roles or turn.state.seats.get(role) else role


def give(turn: Turn, role: str, person: str, reason: str = "") -> None:
    """Give `role` to `person` and ask for acceptance; take it back where nobody is named. Who may do so is the caller's question."""
    rule = turn.program.roles.get(split(role)[0])
    if rule and rule.many and person:
        role = _own_seat(turn, role, person)
    _ask_to_take(turn, role, person, reason)


def _ask_to_take(turn: Turn, role: str, person: str, reason: str, source: str = "") -> None:
    present = turn.state.roles.get(role)
    if (present.person if present else "") == person:
        return
    itself = person == turn.by
    seat(turn, role, person, accepted=itself or not person, reason=reason, source=source)
    if person and not itself:
        ask(turn, role, person)


def kept_apart(turn: Turn, role: str, person: str) -> bool:
    """Return whether a rule of the plan cannot seat `person` because of what they hold; the commander is told that the role stays open."""
    if apart.refused(turn, role, person) is None:
        return False
    tell(turn, (_commander(turn, role),), f"unaccepted:{role}", urgent=True)
    return True


def ask(turn: Turn, role: str, person: str) -> None:
    """Ask `person`, to whom `role` was assigned, to accept it: nobody else answers that, whoever owes its duties meanwhile."""
    turn.emit(t.Told(at=turn.at, by=turn.by, targets=(role,), persons=(person,), cause=f"assigned:{role}", urgent=True, accept=True))


def _own_seat(turn: Turn, role: str, person: str) -> str:
    """Where many may hold a role, the first sits in it, and everybody after that in a seat of his or her own."""
    first = turn.state.roles.get(role)
    return role if first is None or first.person == person else f"{split(role)[0]}[{person}]"


def accept(turn: Turn, command: t.Accept) -> t.Refused | None:
    """Accept a role that one was assigned."""
    present = turn.state.roles.get(command.role)
    if present and not present.accepted and present.person != turn.by and _called(turn, command.role, present):
        refused = apart.refused(turn, command.role, turn.by)
        if refused:
            return refused
        seat(turn, command.role, turn.by, accepted=True, reason="deputy")
        return None
    if present is None or present.person != turn.by:
        return t.Refused("E101", f"{command.role} was not assigned to you", hint="ask the commander to assign it")
    if not present.accepted:
        turn.emit(t.RoleAccepted(at=turn.at, by=turn.by, role=command.role))
    return None


def _called(turn: Turn, role: str, present: t.Seat) -> bool:
    """Return whether the actor is a deputy who was called because the holder did not accept in time."""
    rule = turn.program.roles.get(role)
    deputies = rule.deputies[: present.called] if rule else ()
    return any(owners.owner(turn.program, turn.state, deputy).person == turn.by for deputy in deputies)


def hand_over(turn: Turn, command: t.HandOver) -> t.Refused | None:
    """Hand a role on: its holder does, or the commander; the open clocks are listed."""
    if not _known(turn, command.role):
        return t.Refused("E103", f"there is no role {command.role}", hint="see the roles of the incident")
    refused = by_decision(turn, command.role)
    if refused:
        return refused
    if not command.to:
        return t.Refused("E104", "a role is handed over to a person", hint="name the person, or take the role back instead")
    holder = owners.speaks_for(turn.program, turn.state, turn.actor, command.role)
    if not holder and not owners.speaks_for(turn.program, turn.state, turn.actor, _commander(turn, command.role)):
        return t.Refused("E101", f"{command.role} is handed over by its holder or the commander", hint="ask one of them")
    present = turn.state.roles.get(command.role)
    if present and present.accepted and present.person == command.to:
        return None
    refused = apart.refused(turn, command.role, command.to)
    if refused:
        return refused
    seat(turn, command.role, command.to, accepted=True, reason=command.reason)
    tell(turn, (command.role,), f"handed_over:{command.role}", urgent=True)
    return None


def create(turn: Turn, command: t.CreateRole) -> t.Refused | None:
    """Make a role that the plan does not have, as the commander."""
    commander = owners.speaks_for(turn.program, turn.state, turn.actor, turn.program.commander)
    if not commander and not owners.may(turn.program, turn.state, turn.actor, "create_roles"):
        return t.Refused("E101", f"only {turn.program.commander} creates roles", hint="ask that role")
    taken = command.role in turn.program.roles or command.role in turn.program.groups or command.role in turn.program.departments
    if taken or not command.role or not command.name:
        return t.Refused("E104", "a new role needs a name of its own", hint="choose another name; the plan has this one")
    if command.role in turn.state.made_roles:
        return None
    turn.emit(t.RoleCreated(at=turn.at, by=turn.by, role=command.role, name=command.name, duty=command.duty))
    if command.person:
        return assign(turn, t.Assign(role=command.role, person=command.person, by=command.by, at=command.at))
    return None


# ------------------------------------------------------------------ work streams


def open_stream(turn: Turn, command: t.OpenStream) -> t.Refused | None:
    """Open a work stream: from now on its roles have a holder and duties of its own (ROL-12)."""
    refused = _may_stream(turn)
    if refused:
        return refused
    if not command.stream or not command.name.strip():
        return t.Refused("E202", "a work stream has a name", hint="say what it works on", details=("name",))
    known = turn.state.streams.get(command.stream)
    if known and known.open:
        return None
    turn.emit(t.StreamOpened(at=turn.at, by=turn.by, stream=command.stream, name=command.name))
    return None


def close_stream(turn: Turn, command: t.CloseStream) -> t.Refused | None:
    """Close a work stream, with a reason: its seats are taken back, and what it still owed ends."""
    refused = _may_stream(turn)
    if refused:
        return refused
    known = turn.state.streams.get(command.stream)
    if known is None:
        return t.Refused("E103", f"there is no work stream {command.stream}", hint="see the open streams")
    if not known.open:
        return None
    if not command.reason.strip():
        return t.Refused("E105", "no work stream is closed without a reason", hint="say why in a sentence")
    turn.emit(t.StreamClosed(at=turn.at, by=turn.by, stream=command.stream, reason=command.reason))
    for role in [role for role in sorted(turn.state.roles) if split(role)[1] == command.stream]:
        if turn.program.roles[split(role)[0]].streams:
            seat(turn, role, "", accepted=True, reason=command.reason)
    return None


def _may_stream(turn: Turn) -> t.Refused | None:
    if not any(role.streams for role in turn.program.roles.values()):
        return t.Refused(
            "E103", "this plan has no work streams", hint="assign a role as a whole, or give the plan a role with many: stream"
        )
    commander = owners.speaks_for(turn.program, turn.state, turn.actor, turn.program.commander)
    if commander or owners.may(turn.program, turn.state, turn.actor, "open_streams"):
        return None
    return t.Refused("E101", f"work streams are opened and closed by {turn.program.commander}", hint="ask that role")
