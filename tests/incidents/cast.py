"""A small plan in force, three who run it, and their hands on the desk."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from tocsin.accounts import directory, founding, people
from tocsin.accounts.models import Access, Membership, Organisation
from tocsin.engine import terms as t
from tocsin.incidents import desk, plans, ticker
from tocsin.incidents.models import Heartbeat, Incident, Plan
from tocsin.incidents.sitting import due
from tocsin.kit import clock, ids

SMALL = Path(__file__).parent.joinpath("small.yaml").read_text("utf-8")
MORNING = datetime(2026, 10, 12, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cast:
    """Ana leads, Tom is the technician, Cleo checks; Dov is a member without a role."""

    organisation: Organisation
    plan: Plan
    ana: t.Actor
    tom: t.Actor
    cleo: t.Actor
    dov: t.Actor

    def declare(self, words: str = "The line is silent", **more: Any) -> Incident:
        """Return a fresh incident, declared by Ana."""
        key = more.pop("key", "")
        answer = desk.declare(self.organisation.id, self.plan.hash, desk.Declaration(words=words, **more), actor=self.ana, key=key)
        assert isinstance(answer, desk.Done), answer
        return Incident.objects.get(pk=answer.incident)

    def done(self, incident: Incident | UUID, command: t.Command, actor: t.Actor | None = None, key: str = "") -> desk.Done:
        """Let `actor` (Ana) command, and return what was done."""
        answer = desk.handle(_id(incident), command, actor=actor or self.ana, key=key)
        assert isinstance(answer, desk.Done), answer
        return answer

    def refused(self, incident: Incident | UUID, command: t.Command, actor: t.Actor | None = None) -> str:
        """Let `actor` (Ana) command, and return the code of the refusal."""
        answer = desk.handle(_id(incident), command, actor=actor or self.ana)
        assert isinstance(answer, t.Refused), answer
        return answer.code


def _id(incident: Incident | UUID) -> UUID:
    return incident.pk if isinstance(incident, Incident) else incident


def build(name: str = "Hotline", domain: str = "example.org") -> Cast:
    """Make the organisation, its people and its plan."""
    organisation, ana = founding.found(name, f"ana@{domain}", "Ana", "en", timezone="UTC")
    plan, findings = plans.load(organisation.id, SMALL, "small.yaml", ids.typed("per", ana.id))
    assert plan is not None, findings
    plans.publish(plan)
    found = {"lead": ana}
    for role in ("tech", "checker", ""):
        found[role] = people.create(
            f"{role or 'dov'}@{domain}", {"tech": "Tom", "checker": "Cleo", "": "Dov"}[role], "ru" if role == "tech" else "en"
        )
        Membership.objects.create(organisation=organisation, person=found[role], access=Access.MEMBER)
    for role, person in found.items():
        if role:
            people.hold(organisation, person, plan.plan_id, {role: 0}, by=ana)
    program = plans.compiled(plan)
    actors = {}
    for role, person in found.items():
        typed = ids.typed("per", person.id)
        actors[role] = t.Actor(typed, directory.standing(organisation.id, typed, program))
    return Cast(organisation, plan, actors["lead"], actors["tech"], actors["checker"], actors[""])


def wait(by: timedelta) -> None:
    """Let time pass with the server up, and tick until nothing is due."""
    clock.shift(by)
    Heartbeat.objects.update(at=clock.now())
    settle()


def settle() -> None:
    """Tick until nothing is due."""
    for _ in range(100):
        if not ticker.run_once() and not due(clock.now()).exists():
            return
    raise AssertionError("time never comes to rest")


@pytest.fixture
def morning(clock: ModuleType) -> ModuleType:
    """Stop time at nine in the morning."""
    clock.freeze(MORNING)
    return clock


@pytest.fixture
def cast(db: None, morning: ModuleType) -> Cast:
    return build()
