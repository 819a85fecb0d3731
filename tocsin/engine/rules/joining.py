"""A plan that is added to a running incident, or a role set laid over it: from then on it runs by that one too (PLN-08, TRM-13)."""

from tocsin.engine import owners
from tocsin.engine import terms as t
from tocsin.engine.namespaces import part_of
from tocsin.engine.program import Part
from tocsin.engine.rules import moments, roles, situations
from tocsin.engine.turn import Turn


def add(turn: Turn, command: t.AddPlan) -> t.Refused | None:
    """
    Let the incident run by one more plan: what is new begins now, and nobody is late for it.

    The program at hand is the one with the new plan. Command does not change hands by it: whoever leads goes on leading.
    """
    leads = owners.owner(turn.program, turn.state, _first_commander(turn)).person
    new = _new(turn)
    refused = _refused(turn, command, new)
    if refused or new is None:
        return refused
    turn.emit(
        t.PlanAdded(
            at=turn.at,
            by=turn.by,
            added=t.PlanRef(new.program.id, new.program.hash, new.program.kind),
            version=new.program.version,
            seats={role: person for role, person in command.seats.items() if part_of(role) == new.name and role not in turn.state.seats},
            reason=command.reason,
        )
    )
    turn.moved = True
    if owners.owner(turn.program, turn.state, turn.program.commander).person != leads:
        roles.seat(turn, turn.program.commander, leads, accepted=True)
    _catch_up(turn, new)
    turn.fresh -= {moment for moment in turn.fresh if part_of(moment) == new.name}  # they came long ago: nobody is late for them
    return None


def _first_commander(turn: Turn) -> str:
    """Return the role that commanded until now: that of a set laid over the incident already, else that of its plan."""
    known = {ref.plan for ref in turn.state.beside}
    laid = [
        part.commander for part in turn.program.parts if part.program.id in known and part.program.kind == "role-set" and part.commander
    ]
    return laid[0] if laid else turn.program.plans[0].program.commander


def _new(turn: Turn) -> Part | None:
    known = {turn.state.plan, *(ref.plan for ref in turn.state.beside)}
    return next((part for part in turn.program.parts if part.program.id not in known), None)


def _refused(turn: Turn, command: t.AddPlan, new: Part | None) -> t.Refused | None:
    if not owners.speaks_for(turn.program, turn.state, turn.actor, _first_commander(turn)):
        return t.Refused("E101", f"only {_first_commander(turn)} adds a plan to an incident", hint="ask that role")
    if new is None:
        return t.Refused("E102", "the incident runs by this plan already", hint="move it to another version instead")
    if turn.state.phase in t.OVER:
        return t.Refused("E102", "the incident is over", hint="declare a new one under both plans")
    if new.program.hash != command.plan_hash:
        return t.Refused("E103", "the version asked for is not the one at hand", hint="load that version first")
    if new.program.status != "in_force":
        return t.Refused("E501", f"{new.program.id} {new.program.version} is not in force", hint="add a plan that is in force")
    if not command.reason.strip():
        return t.Refused("E105", "no plan is added without a reason", hint="say why in a sentence")
    return None


def _catch_up(turn: Turn, new: Part) -> None:
    """Let the new plan stand where the moments that came already lead it: its phase, what comes with them, what opens on them."""
    came = sorted(turn.state.moments.items(), key=lambda each: each[1].at)
    for moment, known in came:
        rule = turn.program.moments.get(moment)
        if rule is None:
            continue
        if rule.phase and new.name in rule.plans:
            moments.enter(turn, new.name, moment, rule.phase)
        for other in turn.program.moments.values():
            if other.with_ == moment and part_of(other.id) == new.name:
                moments.record(turn, other.id, known.at)
        situations.on_moment(turn, moment, new.name)
