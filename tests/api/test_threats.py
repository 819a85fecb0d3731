"""A security tool reports a threat through the same interface as a fault, and it is triaged by the same rules."""

import pytest

from tests.api import client
from tests.web.room import in_force
from tocsin.incidents.models import BoardRow, SituationRow
from tocsin.plan import shipped

GRAVE = {"importance": "high", "urgency": "high"}


@pytest.mark.row("DET-13")
@pytest.mark.parametrize("threat", ["security_event", "unauthorised_access", "data_loss"])
def test_a_threat_is_triaged_as_a_fault_is_and_opens_a_security_case(world, threat):
    plan = in_force(world, shipped.sources()["incident-basics"])
    tool = client.of(world, world.ana)
    fault = tool.declare(plan=plan.plan_id, facts={**GRAVE, "event": "system_failure"})
    reported = tool.declare(plan=plan.plan_id, words="Malware on node 4", means="monitoring", facts={**GRAVE, "event": threat})
    levels = {row.number: row.proposal for row in BoardRow.objects.filter(organisation=world.organisation)}
    assert levels[fault["number"]] == levels[reported["number"]] == "p1"
    assert SituationRow.objects.filter(incident__number=reported["number"], situation="security_case", open=True).count() == 1
    assert not SituationRow.objects.filter(incident__number=fault["number"], situation="security_case").exists()


@pytest.mark.row("DET-13")
@pytest.mark.parametrize("importance", ["low", "medium", "high"])
@pytest.mark.parametrize("urgency", ["low", "medium", "high"])
def test_a_threat_of_whatever_weight_gets_the_priority_of_a_fault_of_that_weight(world, importance, urgency):
    plan = in_force(world, shipped.sources()["incident-basics"])
    tool, weight = client.of(world, world.ana), {"importance": importance, "urgency": urgency}
    fault = tool.declare(plan=plan.plan_id, facts={**weight, "event": "system_failure"})
    threat = tool.declare(plan=plan.plan_id, words="Port scan", means="monitoring", facts={**weight, "event": "unauthorised_access"})
    levels = {row.number: row.proposal for row in BoardRow.objects.filter(organisation=world.organisation)}
    assert levels[fault["number"]] == levels[threat["number"]] != ""
