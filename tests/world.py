"""The fixed cast, in two organisations: Ana leads, Bea approves, Chi is on call, and Dov is a stranger."""

from dataclasses import dataclass
from functools import cache

import pytest
from django.test import Client

from tocsin.accounts import directory, founding, people
from tocsin.accounts.models import Access, Membership, Organisation, Person
from tocsin.engine.program import Program
from tocsin.engine.terms import Actor
from tocsin.incidents import plans
from tocsin.incidents.models import Plan
from tocsin.kit import ids
from tocsin.plan import read, shipped

PLAN = "hotline-outage"
LEADS = ("head_of_command", "general_manager")
APPROVES = ("legal_reviewer", "legal_on_call", "legal_director")
ON_CALL = ("duty_manager", "duty_desk", "tech_leader", "it_on_call", "assessment_lead", "it")


@dataclass(frozen=True, slots=True)
class World:
    """`organisation` runs the shipped hotline plan with Ana, Bea and Chi; Dov owns `elsewhere`, which runs it too."""

    organisation: Organisation
    elsewhere: Organisation
    plan: Plan
    ana: Person
    bea: Person
    chi: Person
    dov: Person

    @property
    def program(self) -> Program:
        return plans.compiled(self.plan)

    def actor(self, person: Person) -> Actor:
        """Return `person` as one who acts in the organisation now."""
        typed = ids.typed("per", person.id)
        return Actor(typed, directory.standing(self.organisation.id, typed, self.program))

    def browse(self, person: Person | None = None) -> Client:
        """Return a client of the pages, signed in as `person` if one is given."""
        client = Client(enforce_csrf_checks=False)
        if person is not None:
            client.force_login(person)
        return client


def build() -> World:
    """Make the world: nobody has a password, and nothing has happened yet."""
    organisation, ana = founding.found("Hotline", "ana@example.org", "Ana", "en", timezone="Asia/Shanghai")
    elsewhere, dov = founding.found("Elsewhere", "dov@example.net", "Dov", "en")
    plan = load(organisation)
    load(elsewhere)
    people.hold(organisation, ana, PLAN, dict.fromkeys(LEADS, 0), by=ana)
    return World(
        organisation=organisation,
        elsewhere=elsewhere,
        plan=plan,
        ana=ana,
        bea=member(organisation, "Bea", holds=APPROVES),
        chi=member(organisation, "Chi", holds=ON_CALL),
        dov=dov,
    )


def member(organisation: Organisation, name: str, access: str = Access.MEMBER, holds: tuple[str, ...] = ()) -> Person:
    """Return a new member who holds these names of the hotline plan."""
    person = people.create(f"{name.lower()}@example.org", name, "en")
    Membership.objects.create(organisation=organisation, person=person, access=access)
    people.hold(organisation, person, PLAN, dict.fromkeys(holds, 0), by=person)
    return person


def load(organisation: Organisation, source: str = "") -> Plan:
    """Return a plan in force in `organisation`: the shipped hotline plan, or another `source`."""
    source = source or shipped.sources()[PLAN].read_text("utf-8")
    program = _program(source)
    return Plan.objects.create(
        organisation=organisation,
        plan_id=program.id,
        version=program.version,
        hash=program.hash,
        title=dict(program.title),
        source=source,
        status=plans.IN_FORCE,
    )


@cache
def _program(source: str) -> Program:
    """Read a plan once for all tests of a process."""
    result = read.read(source, f"{PLAN}.yaml")
    assert result.program is not None, [finding.message for finding in result.findings]
    return result.program


@pytest.fixture
def world(db: None) -> World:
    return build()
