"""The sample organisation: people with names in four scripts for the roles of the hotline plan, the plan in force, a route for alerts,
and channels that keep what they are given."""

from dataclasses import dataclass, field

from tocsin.accounts import audit, people
from tocsin.accounts.models import Access, Membership, Organisation, Person
from tocsin.comms import setup
from tocsin.comms.channels import kept
from tocsin.incidents import plans
from tocsin.ingest.models import Route
from tocsin.kit import ids
from tocsin.plan import shipped

PLAN = "hotline-outage"
DRILL = "first-ten-minutes"
"""The scenario that the empty board can play."""
TIMEZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Figure:
    """Someone of the sample: `holds` names roles and departments of the plan, `deputises` those held in second place."""

    name: str
    address: str
    language: str
    access: str
    holds: tuple[str, ...] = ()
    deputises: tuple[str, ...] = field(default=())


OWNER_HOLDS = ("head_of_command",)
CAST = (
    Figure("刘伟", "liu.wei", "zh", Access.MEMBER, ("dgm_operations",), ("head_of_command",)),
    Figure("陈静", "chen.jing", "zh", Access.EDITOR, ("duty_manager", "emergency_office")),
    Figure("张工", "zhang.gong", "zh", Access.MEMBER, ("tech_leader", "tech_support_hq", "first_line"), ("assessment_lead",)),
    Figure("孙丽", "sun.li", "zh", Access.MEMBER, ("service", "cs_supervisor", "care_leader", "care_staff"), ("duty_manager",)),
    Figure("王工", "wang.gong", "zh", Access.MEMBER, ("security", "network", "security_officer", "network_engineer")),
    Figure(
        "赵敏",
        "zhao.min",
        "zh",
        Access.MEMBER,
        ("finance", "hr", "logistics_leader", "finance_head", "hr_head", "administration", "admin_manager", "vehicle_officer", "drivers"),
    ),
    Figure("Игорь Белов", "igor.belov", "ru", Access.MEMBER, ("it", "head_of_it", "assessment_lead", "regional_centre"), ("tech_leader",)),
    Figure("Анна Соколова", "anna.sokolova", "ru", Access.EDITOR, ("coo", "cto"), ("care_leader",)),
    Figure("Marta Wójcik", "marta.wojcik", "pl", Access.EDITOR, ("marketing", "pr_manager", "spokesperson")),
    Figure("Piotr Zieliński", "piotr.zielinski", "pl", Access.MEMBER, ("legal", "legal_director"), ("legal_reviewer",)),
    Figure("Grace Okafor", "grace.okafor", "en", Access.MEMBER, ("legal_reviewer",)),
    Figure("Dana Wright", "dana.wright", "en", Access.MEMBER, ("top_management",)),
)


def load(organisation: Organisation, owner: Person) -> None:
    """Fill `organisation` with the sample; the owner heads the command. Within the caller's transaction."""
    plan, findings = plans.load(organisation.id, shipped.sources()[PLAN].read_text("utf-8"), f"{PLAN}.yaml", by=ids.typed("per", owner.id))
    if plan is None:
        raise RuntimeError(f"the shipped plan {PLAN} cannot be loaded: {findings[0].message}")
    plans.publish(plan)
    program = plans.compiled(plan)
    names = {*program.roles, *program.departments}
    for figure in CAST:
        person = _person(organisation, figure)
        ranks = {name: rank for rank, held in enumerate((figure.holds, figure.deputises)) for name in held if name in names}
        people.hold(organisation, person, PLAN, ranks, by=owner)
    people.hold(organisation, owner, PLAN, {name: 0 for name in OWNER_HOLDS if name in names}, by=owner)
    for channel in sorted({name for message in program.messages.values() for name in message.channels}):
        setup.configure(organisation, channel, kept.NAME, {}, by=owner)
    Route.objects.create(organisation=organisation, name="Hotline down", rule={"wanted": "alertname=HotlineDown"}, plan=PLAN)
    audit.record(organisation, owner, "sample.loaded", PLAN)


def _person(organisation: Organisation, figure: Figure) -> Person:
    """Return the person of the sample, who may be in another organisation of this installation already."""
    email = f"{figure.address}@example.org"
    person = Person.objects.filter(email=email).first() or people.create(email, figure.name, figure.language)
    Membership.objects.get_or_create(organisation=organisation, person=person, defaults={"access": figure.access})
    return person
