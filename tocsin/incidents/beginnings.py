"""How an incident begins: what was said at its declaration becomes the first command of its journal, within a sitting."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.engine.compose import versions
from tocsin.engine.decide import decide
from tocsin.incidents import answers, lasting, moulds, plans, rosters, scopes, turns
from tocsin.incidents.declaration import Declaration
from tocsin.incidents.lasting import Lasting
from tocsin.incidents.models import Incident
from tocsin.incidents.moulds import Mould
from tocsin.incidents.sitting import Case, Sitting
from tocsin.incidents.times import incident_time, set_drill
from tocsin.incidents.turns import Answer, Done
from tocsin.kit import ids
from tocsin.kit.memory import Witness


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
    if _may_repeat(declaration, actor) and not standing:
        alike = organisation_id, tuple(hashes), declaration.but_words(), sitting.now
        mould = sitting.moulds.of(alike, lambda: _mould(sitting, organisation_id, hashes, declaration, actor))
        if mould is not None:
            return _cast(sitting, mould, organisation_id, number, declaration.words)
    sitting.is_to_write()
    incident = _fresh(sitting, organisation_id, hashes, declaration)
    incident.number, incident.standing = number, standing
    case = sitting.begin(incident, hashes)
    answer = turns.decided(sitting, case, case.program, _command(sitting, case, declaration, actor))
    return _follow(sitting, case, declaration, answer, actor) if isinstance(answer, Done) else answer


def rehearse(sitting: Sitting, organisation_id: UUID, hashes: Sequence[str], declaration: Declaration, *, actor: t.Actor) -> None:
    """Go the whole way of a declaration and forget it: what is compiled and loaded on it is ready then. Nothing is locked and nothing written."""
    _mould(sitting, organisation_id, hashes, declaration, actor)


def _may_repeat(declaration: Declaration, actor: t.Actor) -> bool:
    """Return whether others may begin like this one: it has words to seal, stands for nothing else, and nobody asks which plan it speaks of."""
    return actor.person == t.SYSTEM and declaration.words != "" and not (declaration.drill or declaration.affected or declaration.record)


def _mould(sitting: Sitting, organisation_id: UUID, hashes: Sequence[str], declaration: Declaration, actor: t.Actor) -> Mould | None:
    """Return what all such declarations write at this instant, by one that is written nowhere; None if they differ in more than names."""

    def begun(aside: Sitting) -> tuple[Case, Sequence[t.AnyEvent]]:
        return _blank(aside, organisation_id, hashes, declaration, actor)

    seen = Witness(sitting.known)
    aside = sitting.aside(seen)
    case, events = begun(aside)
    if not events:
        return None
    alike = organisation_id, answers.body_hash(hashes, replace(declaration, words=""))
    known = lasting.known.get(alike)
    mould = known.moved(events, sitting.now, sitting.known) if known else None
    if mould is None:
        mould = _made(aside, case, events)
        if mould is not None and (known is None or known.lasts):
            later = sitting.aside(sitting.known, lasting.APART)
            lasting.known.put(alike, Lasting(mould, sitting.now, seen, _made(later, *begun(later))))
    return mould


def _blank(
    aside: Sitting, organisation_id: UUID, hashes: Sequence[str], declaration: Declaration, actor: t.Actor
) -> tuple[Case, Sequence[t.AnyEvent]]:
    """Let an incident begin that has blanks for names, and return what follows; nothing if that may be no mould."""
    blanks = moulds.blanks()
    said = replace(declaration, words=blanks.words)
    incident = _fresh(aside, organisation_id, hashes, said)
    incident.pk, incident.number, incident.standing = blanks.incident, blanks.number, ""
    case = aside.begin(incident, hashes)
    events = decide(case.program, case.state, _command(aside, case, said, actor))
    return case, () if isinstance(events, t.Refused) or not moulds.allows(events) else events


def _made(aside: Sitting, case: Case, events: Sequence[t.AnyEvent]) -> Mould | None:
    """Return what these events write, unless more than names is in it."""
    written = aside.write(case, case.program, tuple(events)) if events else ()
    if not written or not moulds.allows_orders(aside.orders):
        return None
    topics = aside.finished(case)
    mould = Mould(case.incident, case.head, written)
    mould.take(aside.sheaf, aside.orders, topics)
    return mould


def _cast(sitting: Sitting, mould: Mould, organisation_id: UUID, number: str, words: str) -> Done:
    cast = mould.cast(sitting.sheaf, number, words)

    def case() -> Case:
        incident, head, state = cast.standing()
        incident.head = head
        return Case(incident, head, sitting.program(incident), state, incident.declared_at)

    sitting.cast(organisation_id, cast.incident, cast.orders, cast.topics, case)
    return Done(cast.incident, number, 1, len(cast.events), cast.events)


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
