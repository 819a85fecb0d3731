"""A room to act in: one incident of the world, driven over HTTP."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from tests.world import World
from tocsin.accounts.models import Person
from tocsin.incidents import desk, models, plans, ticker
from tocsin.incidents.models import Incident, Plan
from tocsin.kit import clock, ids


@dataclass
class Room:
    """An incident and its pages."""

    world: World
    number: str
    clients: dict[Any, Client]

    def get(self, person: Person, path: str = "", *, htmx: bool = False) -> Any:
        return self._client(person).get(self._address(path), headers={"HX-Request": "true"} if htmx else {})

    def post(self, who: Person, path: str, /, *, htmx: bool = False, **fields: str) -> Any:
        body = {"key": ids.new().hex, **fields}
        return self._client(who).post(self._address(path), body, headers={"HX-Request": "true"} if htmx else {})

    def page(self, person: Person) -> str:
        answer = self.get(person)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())

    def row(self, model: str, **wanted: object) -> Any:
        return getattr(models, model).objects.get(incident__number=self.number, organisation=self.world.organisation, **wanted)

    def rows(self, model: str, **wanted: object) -> Any:
        return getattr(models, model).objects.filter(incident__number=self.number, organisation=self.world.organisation, **wanted)

    def speak(self, person: Person, language: str) -> None:
        Person.objects.filter(pk=person.pk).update(language=language)

    def pass_minutes(self, minutes: int) -> None:
        clock.shift(timedelta(minutes=minutes))
        while ticker.run_once():
            pass

    def _client(self, person: Person) -> Client:
        return self.clients.setdefault(person.pk, self.world.browse(person))

    def _address(self, path: str) -> str:
        return f"/o/{self.world.organisation.slug}/incidents/{self.number}" + (f"/{path}" if path else "")


def in_force(world: World, file: Path) -> Plan:
    """Put in force a plan that no page was made for."""
    plan, findings = plans.load(world.organisation.id, file.read_text("utf-8"), file.name)
    assert plan is not None, findings
    plans.publish(plan)
    return plan


def under(world: World, plan: Plan, words: str) -> Room:
    """Return the room of a new incident that Ana declared under `plan`."""
    answer = desk.declare(world.organisation.id, plan.hash, desk.Declaration(words=words), actor=world.actor(world.ana))
    assert isinstance(answer, desk.Done), answer
    return Room(world, Incident.objects.get(pk=answer.incident).number, {})


def declare(world: World, words: str = "Hotline unreachable", **facts: Any) -> Room:
    """Return the room of a new incident that Chi declared."""
    answer = desk.declare(world.organisation.id, world.plan.hash, desk.Declaration(words=words, facts=facts), actor=world.actor(world.chi))
    assert isinstance(answer, desk.Done), answer
    return Room(world, Incident.objects.get(pk=answer.incident).number, {})
