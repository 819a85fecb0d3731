"""The row of the board: one incident at a glance."""

from collections.abc import Iterator
from typing import Any

from tocsin.engine import explain, owners, precedence, restricted
from tocsin.engine import terms as t
from tocsin.engine.clocks import RUNNING
from tocsin.engine.compose import hash_of
from tocsin.engine.explain import LevelView
from tocsin.engine.namespaces import part_of, within
from tocsin.engine.program import Part
from tocsin.incidents import plans, readers
from tocsin.incidents.models import BoardRow
from tocsin.incidents.projection.rows import Row, Scene, of


@of(t.Declared, t.PhaseEntered, t.LevelProposed, t.PlanMoved)
def from_event(scene: Scene, event: t.AnyEvent) -> Iterator[Row]:
    """Yield what only an event knows: how it began, when phase and level changed, which rules spoke."""
    match event:
        case t.Declared():
            yield Row(BoardRow, (), _declared(scene, event))
        case t.PhaseEntered():
            phase = scene.state.phase  # of several plans the gravest
            if phase == scene.phase_before:
                return
            closed_at = event.at if phase in t.OVER else None
            yield Row(BoardRow, (), {"phase_at": event.at, "closed_at": closed_at, "open": phase not in t.OVER}, change=True)
        case t.LevelProposed(level=level, rules=readings) if not part_of(level):
            rules = {rule.id: rule for rule in scene.program.classify.rules} if scene.program.classify else {}
            explained = [
                {
                    "rule": reading.rule,
                    "level": reading.level,
                    "value": reading.value,
                    "text": reading.text,
                    "seen": dict(reading.seen),
                    "cite": list(rules[reading.rule].cite) if reading.rule in rules else [],
                }
                for reading in readings
            ]
            yield Row(BoardRow, (), {"proposal_rules": explained, "proposal_at": event.at}, change=True)
        case t.PlanMoved(version=version):
            yield Row(BoardRow, (), {"plan_version": version}, change=True)


def _declared(scene: Scene, event: t.Declared) -> dict[str, object]:
    return {
        "number": event.number,
        "plan_id": event.plan,
        "plan_version": scene.program.version,
        "drill": event.drill,
        "means": event.means,
        "words": event.words,
        "declared_at": event.at,
        "declared_by": event.by,
        "seq": scene.seq,
        "at": event.at,
    }


def from_state(scene: Scene) -> Iterator[Row]:
    """Yield where the incident stands."""
    program, state = scene.program, scene.state
    running = [clock for clock in state.clocks.values() if clock.status in RUNNING]
    due_at, due = min(((clock.due_at, clock.clock) for clock in running if clock.due_at and clock.status == "open"), default=(None, ""))
    level, proposal = program.levels.get(state.level), state.proposal
    proposed = program.levels.get(proposal.level) if proposal else None
    values = {
        "plan_hash": hash_of(plans.hashes_of(state)),
        "plans": [_plan(scene, part) for part in program.plans],
        "plan_title": dict(program.title),
        "phase": state.phase,
        "level": state.level,
        "level_title": dict(level.title) if level else {},
        "level_colour": level.colour if level else "",
        "level_at": state.level_at,
        "proposal": proposal.level if proposal else "",
        "proposal_title": dict(proposed.title) if proposed else {},
        "proposal_source": proposal.source if proposal else "",
        "proposal_because": list(proposal.because) if proposal else [],
        "grading": _grading(scene),
        "commander_role": program.commander,
        "commander": owners.owner(program, state, program.commander).person,
        "next_clock": due,
        "next_due_at": due_at,
        "clocks_open": len(running),
        "overdue": sum(1 for clock in running if clock.status == "breached" or clock.behind),
        "place": precedence.place(program, state),
        "kept_for": readers.written(restricted.readers(program, state)),
        "in_part": readers.written(restricted.in_part(program, state)),
        "at": state.at,
        "seq": scene.seq,
    }
    yield Row(BoardRow, (), values, change=True)


def _grading(scene: Scene) -> dict[str, Any]:
    view = _view(scene, "")
    if view is None:
        return {}
    return {
        "asks": [dict(asked) for asked in view.confirm],
        "bands": [
            {"rule": each.rule, "cite": list(each.cite), "level": each.level, "other_cite": list(each.other_cite), "other": each.other}
            for each in view.bands
        ],
        "near": [{"rule": each.rule, "level": each.level, "text": each.text, "seen": dict(each.seen)} for each in view.near],
    }


def _view(scene: Scene, part: str) -> LevelView | None:
    """Return what one plan proposes now; None where it has no levels, or where it is over."""
    program, state = scene.program, scene.state
    if program.part(within(part, "")).classify is None or state.at is None or state.phase_of(within(part, "")) in t.OVER:
        return None
    return explain.level(program, state, state.at, part)


def _proposal(scene: Scene, part: Part) -> dict[str, Any]:
    """Return what a plan beside the first proposes, and why; of the first the row itself says it."""
    view, known = _view(scene, part.name) if part.name else None, scene.state.standing(part.name).proposal
    if view is None:
        return {}
    return {
        "level": known.level if known else "",
        "source": known.source if known else "",
        "because": list(known.because) if known else [],
        "rules": [{"rule": each.rule, "value": each.value} for each in view.rules],
        "asks": [dict(asked) for asked in view.confirm],
    }


def _plan(scene: Scene, part: Part) -> dict[str, object]:
    """Return where one plan of the incident stands."""
    plan, standing = part.program, scene.state.standing(part.name)
    level = scene.program.levels.get(standing.level)
    return {
        "id": plan.id,
        "hash": plan.hash,
        "version": plan.version,
        "title": dict(plan.title),
        "kind": plan.kind,
        "phase": scene.state.phase_of(within(part.name, "")) if plan.kind == "plan" else "",
        "level": standing.level,
        "level_title": dict(level.title) if level else {},
        "level_at": standing.level_at.isoformat() if standing.level_at else "",
        "proposal": _proposal(scene, part),
    }
