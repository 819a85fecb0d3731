"""Worked cases are replayed step by step on the plan's pages; a closed incident leaves as a scenario."""

import re

import pytest
from markupsafe import Markup

from tests.incidents.test_drills import play_out
from tests.world import PLAN, World, build
from tocsin.accounts.models import AuditEntry
from tocsin.incidents import drills

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def organisation() -> World:
    return build()


def page(world: World, path: str) -> str:
    answer = world.browse(world.bea).get(f"/o/{world.organisation.slug}/{path}")
    assert answer.status_code == 200, path
    return str(answer.content.decode())


@pytest.mark.row("PLN-12")
def test_a_worked_case_is_walked_through_step_by_step(organisation):
    assert f"plans/{PLAN}/cases/first-ten-minutes" in page(organisation, f"plans/{PLAN}/cases")
    first = page(organisation, f"plans/{PLAN}/cases/first-ten-minutes")
    assert "First judgement" in first
    assert "Previous step" not in first
    assert "cases/first-ten-minutes/2" in first
    refused = [step for step in range(1, 15) if "E105" in page(organisation, f"plans/{PLAN}/cases/first-ten-minutes/{step}")]
    assert refused, "the refusals of the story are shown"


def test_worked_cases_are_listed_by_their_titles(organisation):
    listed = page(organisation, f"plans/{PLAN}/cases")
    assert "Termination after seventy-two stable hours and three signatures" in listed
    assert f"plans/{PLAN}/cases" in page(organisation, f"plans/{PLAN}")


def test_every_expectation_of_a_step_is_ticked(organisation):
    steps = [page(organisation, f"plans/{PLAN}/cases/first-ten-minutes/{step}") for step in range(1, 6)]
    assert any("What must hold" in each for each in steps)
    assert not any("found:" in each for each in steps)


@pytest.mark.row("PLN-12")
def test_a_step_is_told_in_words_and_not_in_the_language_of_scenarios(organisation):
    shown = [Markup(page(organisation, f"plans/{PLAN}/cases/first-ten-minutes/{step}")).striptags() for step in range(1, 8)]
    assert any("Wang decides" in each for each in shown)
    assert any("Owed by" in each for each in shown)
    assert not [each for each in shown if re.search(r"after the start|\bowes\b|held_by|\bTrue\b|\[\]", each)]


def test_what_is_owed_between_incidents_is_walked_through_as_well(organisation):
    steps = [page(organisation, f"plans/{PLAN}/cases/standing-people/{step}") for step in range(1, 6)]
    assert any("The number is filled in" in shown for shown in steps)


def test_there_is_no_page_beyond_the_story(organisation):
    for path in ("first-ten-minutes/0", "first-ten-minutes/999", "no-such-story", "..%2Fplan"):
        answer = organisation.browse(organisation.bea).get(f"/o/{organisation.organisation.slug}/plans/{PLAN}/cases/{path}")
        assert answer.status_code == 404


@pytest.mark.row("KNB-07")
def test_a_closed_incident_is_downloaded_as_a_scenario_with_one_act(organisation, clock):
    drill = play_out(drills.start(organisation.organisation.id, PLAN, "first-ten-minutes"))
    assert drill.incident is not None
    assert f"{drill.incident.number}/scenario" in page(organisation, f"incidents/{drill.incident.number}")
    written = page(organisation, f"incidents/{drill.incident.number}/scenario")
    assert "tocsin_scenario: 1" in written
    assert organisation.chi.name not in written
    assert AuditEntry.objects.filter(act="scenario.exported").count() == 1
