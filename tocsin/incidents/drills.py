"""Drills: a scenario played through the live desk, step by step, in the incident's own time, paced for the eye."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tocsin.accounts import directory
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.incidents import desk, plans, states
from tocsin.incidents.models import Drill, Head, Incident
from tocsin.kit import bells, clock
from tocsin.plan import shipped
from tocsin.plan.scenarios.play import Step, makers, shifted, steps
from tocsin.plan.scenarios.story import Story, heading, load

BELL: Final = "drills"
PACE: Final = timedelta(seconds=1)
"""How long each step stays before the eye."""


class NoSuchScenarioError(LookupError):
    """There is no such scenario, or no version of its plan is in force here."""


def start(organisation_id: UUID, plan_id: str, scenario: str) -> Drill:
    """
    Begin to play a shipped scenario under the version of its plan that is in force; `run_once` plays it on.

    :raises NoSuchScenarioError: publish the plan first, or choose another scenario.
    """
    if not _file(plan_id, scenario).is_file():
        raise NoSuchScenarioError(f"{plan_id}/{scenario} cannot be played: it is not shipped")
    first, *others = heading(_file(plan_id, scenario)).plans
    known = plans.in_force(organisation_id)
    missing = [name for name in (first or plan_id, *others) if name not in known]
    if missing:
        raise NoSuchScenarioError(f"{plan_id}/{scenario} cannot be played: {', '.join(missing)} is not in force")
    hashes = [known[name].hash for name in (first or plan_id, *others)]
    program, now = plans.composed(organisation_id, hashes), clock.now()
    story = load(_file(plan_id, scenario), program)
    drill = Drill.objects.create(
        organisation_id=organisation_id,
        plan_hash=plans.together(organisation_id, hashes),
        scenario=scenario,
        starts_at=now.replace(second=0, microsecond=0),
        cast=cast(story, directory.seats(organisation_id, program)),
        next_at=now,
    )
    bells.ring(BELL)
    return drill


def cast(story: Story, seats: Mapping[str, str]) -> dict[str, str]:
    """Return who plays whom: whoever holds a role of theirs here, each person once; else a stand-in who exists in this drill alone."""
    taken: dict[str, str] = {}
    for name, roles in story.people.items():
        found = [seats[role] for role in roles if seats.get(role) and seats[role] not in taken.values()]
        taken[name] = found[0] if found else f"drill_{name}"
    return taken


def _file(plan_id: str, scenario: str) -> Path:
    return shipped.sources()[plan_id].parent / "scenarios" / f"{scenario}.yaml"


def story_of(drill: Drill, program: Program) -> Story:
    """Return the scenario as this drill plays it: at its own time, with its own cast."""
    files = [_file(part.program.id, drill.scenario) for part in program.plans if part.program.id in shipped.sources()]
    story = load(next(file for file in files if file.is_file()), program)
    return _recast(shifted(story, drill.starts_at - story.start), drill.cast)


def _recast(story: Story, people: Mapping[str, str]) -> Story:
    def body(written: Mapping[str, Any], verb: str) -> Mapping[str, Any]:
        inner = written[verb]
        if isinstance(inner, Mapping) and "to" in inner:
            return {**written, verb: {**inner, "to": people.get(str(inner["to"]), inner["to"])}}
        return written if "assignee" not in written else {**written, "assignee": people.get(written["assignee"], "")}

    acts = tuple(replace(act, by=people.get(act.by, act.by), body=body(act.body, act.what)) for act in story.acts)
    return replace(story, acts=acts, people={people[name]: roles for name, roles in story.people.items()})


def run_once() -> bool:
    """Play the next step of every drill whose turn has come; return whether there was one."""
    now = clock.now()
    due = list(Drill.objects.filter(next_at__lte=now).select_related("incident"))
    for drill in due:
        # Whoever moves `next_at` first plays this step; a step cut off by a crash is played again under the same key, which does no harm.
        if Drill.objects.filter(pk=drill.pk, next_at=drill.next_at).update(next_at=now + PACE):
            _play(drill)
    return bool(due)


def _play(drill: Drill) -> None:
    program = plans.program(drill.organisation_id, drill.plan_hash)
    story = story_of(drill, program)
    played = [step for step in steps(program, story) if step.act or step.edges]
    ahead = played[drill.position :]
    if not ahead:
        Drill.objects.filter(pk=drill.pk).update(next_at=None)
        return
    step = ahead[0]
    waits = drill.incident.next_due if drill.incident else None
    if drill.incident and waits and waits <= step.at:
        _stand_at(drill.incident, max(waits, drill.incident.last_at))
        desk.handle(drill.incident.pk, t.Tick(), actor=t.Actor(t.SYSTEM))
        return
    for number, make in enumerate(makers(step)):
        refused = _perform(drill, step, make(program, story, _state(drill)), f"drill-{drill.pk}-{drill.position}-{number}")
        if refused and not (step.act and step.act.refused == refused.code):
            Drill.objects.filter(pk=drill.pk).update(next_at=None, stopped=f"{refused.code} {refused.message}")
            return
    Drill.objects.filter(pk=drill.pk).update(position=drill.position + 1)


def _state(drill: Drill) -> t.State:
    if drill.incident is None:
        return t.State()
    drill.incident.refresh_from_db()  # the step before may have written
    return states.load(drill.incident, Head.objects.get(pk=drill.incident.pk))


def _perform(drill: Drill, step: Step, command: t.Command | None, key: str) -> t.Refused | None:
    if command is None:
        return None
    if isinstance(command, t.Declare):
        answer = desk.declare(drill.organisation_id, command.plan_hash, _declaration(command), actor=command.by, key=key)
        if isinstance(answer, desk.Done):
            drill.incident = Incident.objects.get(pk=answer.incident)
            drill.save(update_fields=["incident"])
    else:
        assert drill.incident is not None
        _stand_at(drill.incident, step.at)
        answer = desk.handle(drill.incident.pk, command, actor=command.by, key=key)
    return answer if isinstance(answer, t.Refused) else None


def _declaration(command: t.Declare) -> desk.Declaration:
    return desk.Declaration(
        words=command.words,
        means=command.means,
        facts=command.facts,
        reported=command.reported,
        seats=command.seats,
        drill=True,
        drill_at=command.at,
        beside=tuple(ref.hash for ref in command.beside),
        drill_speed=0,
    )


def _stand_at(incident: Incident, at: datetime) -> None:
    """Let the drill's time stand at `at`; it never goes back."""
    moment = max(at, incident.last_at)
    Incident.objects.filter(pk=incident.pk).update(drill_at=moment, drill_set_at=clock.now(), drill_speed=0, wake_at=None)
