"""A closed incident leaves the house as a scenario that replays to what its record says."""

import pytest
from click.testing import CliRunner

from tests.incidents.test_drills import play_out
from tests.world import PLAN, World, build
from tocsin.cli.scenario import scenario
from tocsin.incidents import drills
from tocsin.incidents.models import Incident
from tocsin.plan.scenarios.replay import program_for, replay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organisation() -> World:
    return build()


def said(*arguments: str, code: int = 0) -> str:
    answer = CliRunner().invoke(scenario, arguments)
    assert answer.exit_code == code, answer.output
    return answer.output


@pytest.mark.row("KNB-07")
def test_a_closed_incident_is_written_and_replays_to_the_same_end(organisation, clock, tmp_path):
    drill = play_out(drills.start(organisation.organisation.id, PLAN, "first-ten-minutes"))
    assert drill.incident is not None
    file = tmp_path / "written.yaml"
    assert "tocsin replay" in said(drill.incident.number, "--organisation", organisation.organisation.slug, "--out", str(file))
    text = file.read_text()
    assert "A replay differs" not in text
    assert "Not in here" not in text
    assert organisation.ana.name not in text
    run, failed = replay(file, program_for(file))
    assert failed == []
    assert (run.states[-1].level, run.states[-1].phase) == ("l3", "cancelled")


def test_an_incident_that_goes_on_is_no_scenario_yet(organisation, clock):
    drills.start(organisation.organisation.id, PLAN, "first-ten-minutes")
    for _ in range(3):
        clock.shift(drills.PACE * 1.01)
        drills.run_once()
    number = Incident.objects.get().number
    assert "not closed yet" in said(number, code=1)
    assert "There is no incident" in said("INC-77", code=1)
