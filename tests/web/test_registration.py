"""Registering by the kind of incident: the plan lists the kinds, and each fills in its fields, asks its questions and begins its tasks."""

import re

import pytest
from django.test import Client

from tests.web.room import in_force
from tests.world import World
from tocsin.incidents import recommendation
from tocsin.incidents.models import ClockRow, FactRow
from tocsin.kit import ids
from tocsin.plan import read, shipped

pytestmark = pytest.mark.django_db
BASICS = "incident-basics"
LISTED = {
    BASICS: {
        *("system_failure", "data_loss", "unauthorised_access", "security_event", "client_problem"),
        *("production_disruption", "service_disruption"),
    },
    "hotline-outage": {
        *("core_switch_failure", "network_attack", "ransomware", "database_failure", "natural_disaster", "third_party_failure"),
        *("carrier_line", "power_failure", "call_congestion", "failed_upgrade"),
    },
}


@pytest.fixture
def ana(world: World) -> Client:
    in_force(world, shipped.sources()[BASICS])
    return world.browse(world.ana)


def advised(client: Client, **said: str) -> str:
    """Return the form after somebody chose a kind, or answered something else."""
    body = {
        "plan": BASICS,
        "asked_by": BASICS,
        "what": "The list of customers is gone",
        **{f"fact:{name}": value for name, value in said.items()},
    }
    answer = client.post("/o/hotline/declare/recommendation", body, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def chosen(form: str, fact: str) -> list[str]:
    """Return what a form has chosen for a fact."""
    return re.findall(rf'name="fact:{fact}" value="(\w+)" checked', form)


@pytest.mark.row("REG-07")
@pytest.mark.parametrize("plan", LISTED)
def test_the_kinds_of_incident_are_a_list_of_the_plan_and_the_first_question(world: World, ana: Client, plan: str) -> None:
    program = read.read(shipped.sources()[plan].read_bytes(), "plan.yaml").program
    assert program is not None
    (kind,) = recommendation.kinds(program)
    assert LISTED[plan] <= set(kind.of)
    form = ana.get(f"/o/hotline/declare?plan={plan}").content.decode()
    assert re.findall(r'name="fact:(\w+)"', form)[0] == kind.id
    assert all(f'value="{each}"' in form for each in LISTED[plan])


@pytest.mark.row("REG-19")
def test_choosing_a_kind_fills_in_its_fields_and_asks_its_questions_first(ana: Client) -> None:
    before = ana.get(f"/o/hotline/declare?plan={BASICS}").content.decode()
    assert "fact:influence" not in before
    form = advised(ana, event="data_loss")
    assert 'id="declaration"' in form, "the form itself is another"
    assert (chosen(form, "event"), chosen(form, "importance"), chosen(form, "security")) == (["data_loss"], ["high"], ["yes"])
    asked = list(dict.fromkeys(re.findall(r'name="fact:(\w+)"', form)))
    assert asked == ["event", "nature", "influence", "importance", "security", "urgency"]


@pytest.mark.row("REG-19")
def test_what_somebody_answered_is_not_filled_in_anew(ana: Client) -> None:
    assert chosen(advised(ana, event="data_loss", importance="low"), "importance") == ["low"]
    assert chosen(advised(ana, event="system_failure"), "importance") == ["medium"]


@pytest.mark.row("REG-19", "REG-07")
def test_the_incident_bears_its_kind_and_the_tasks_of_that_kind_have_begun(ana: Client) -> None:
    assert "Report to the regulator" in advised(ana, event="data_loss")
    said = {"fact:event": "data_loss", "fact:importance": "high", "fact:security": "yes", "fact:influence": "Half the shops"}
    body = {"key": ids.new().hex, "plan": BASICS, "what": "The list of customers is gone", **said}
    assert ana.post("/o/hotline/declare", body).status_code == 303
    assert FactRow.objects.get(fact="event").value == "data_loss"
    assert ClockRow.objects.filter(obligation="report_required", status="open").exists()
