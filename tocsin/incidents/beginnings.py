"""How an incident begins: what was said at its declaration becomes the first command of its journal, within a sitting."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.engine.compose import versions
from tocsin.incidents import plans, rosters, scopes, turns
from tocsin.incidents.declaration import Declaration
from tocsin.incidents.models import Incident
from tocsin.incidents.sitting import Case, Sitting
from tocsin.incidents.times import incident_time, set_drill
from tocsin.incidents.turns import Answer, Done
from tocsin.kit import ids


def begin(
    sitting: Sitting,
    organisation_id: UUID,
    hashes: Sequence[str],
    declaration: Declaration,
    *,
    actor: t.Actor,
    number: str,
    standing: str = "",
) -> Answer:
    """Let an incident begin under these plan versions, or a record that stands; what is refused leaves nothing behind."""
    incident = _fresh(sitting, organisation_id, hashes, declaration)
    incident.number, incident.standing = number, standing
    case = sitting.begin(incident, hashes)
    answer = turns.decided(sitting, case, case.program, _command(sitting, case, declaration, actor))
    return _follow(sitting, case, declaration, answer, actor) if isinstance(answer, Done) else answer


def _fresh(sitting: Sitting, organisation_id: UUID, hashes: Sequence[str], declaration: Declaration) -> Incident:
    now = sitting.now
    incident = Incident(
        organisation_id=organisation_id,
        plan_hash=plans.together(organisation_id, hashes),
        drill=declaration.drill,
        declared_at=now,
        last_at=now,
    )
    if declaration.drill:
        set_drill(incident, at=declaration.drill_at or now, now=now, speed=declaration.drill_speed)
    incident.declared_at = incident.last_at = incident_time(incident, now)
    return incident


def _follow(sitting: Sitting, case: Case, declaration: Declaration, done: Done, actor: t.Actor) -> Done:
    """Let what else was said at the declaration follow it; what the plan does not take stands in the way of nothing (REG-04)."""
    for command in declaration.further(case.incident.organisation_id, case.program):
        more = turns.decided(sitting, case, case.program, replace(command, by=actor, at=case.at))
        done = replace(done, seq=more.seq, events=(*done.events, *more.events)) if isinstance(more, Done) else done
    return done


def _command(sitting: Sitting, case: Case, declaration: Declaration, actor: t.Actor) -> t.Declare:
    plan_hash, beside = versions(case.program)
    whose, program = case.incident.organisation_id, case.program
    found = sitting.known(("seats", whose, case.incident.plan_hash), lambda: rosters.seats(whose, program, case.at))
    return t.Declare(
        incident=ids.typed("inc", case.incident.pk),
        number=case.incident.number,
        plan=program.id,
        plan_hash=plan_hash,
        beside=beside,
        means=declaration.means,
        words=declaration.words,
        seats=found if declaration.seats is None else declaration.seats,
        facts=declaration.facts,
        happened_at=declaration.happened_at,
        reported=declaration.reported,
        proposed=_proposed(case, declaration, actor),
        reason=declaration.reason,
        drill=declaration.drill,
        by=actor,
        at=case.at,
    )


def _proposed(case: Case, declaration: Declaration, actor: t.Actor) -> str:
    """Return the plan whose scope speaks of it, if none such was taken; what begins by itself or as a drill is asked nothing."""
    if actor.person == t.SYSTEM or declaration.drill:
        return ""
    found = scopes.proposed(case.incident.organisation_id, declaration.words)
    taken = {part.program.id for part in case.program.plans}
    return "" if not found or taken & {each.plan.plan_id for each in found} else found[0].plan.plan_id
