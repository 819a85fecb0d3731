"""The Simulate tab: asked by a plain form, the same address gives the same result, a change stands beside what was."""

from typing import Any

import pytest

from tests.world import World
from tocsin.accounts.models import Person

pytestmark = pytest.mark.django_db


def simulate(world: World, who: Person, **asked: object) -> Any:
    address = f"/o/{world.organisation.slug}/plans/hotline-outage/{world.plan.hash[:12]}/simulation"
    return world.browse(who).get(address, asked)


@pytest.mark.row("PLN-12")
def test_a_member_sees_when_each_clock_is_met_and_what_a_deputy_would_change(world: World) -> None:
    asked = {"runs": 4, "hours": 2, "seed": 3, "level": "l1", "kind": "deputy", "subject": "finance_head"}
    first = simulate(world, world.bea, **asked)
    page = first.content.decode()
    assert first.status_code == 200
    for words in ("First meeting within thirty minutes", "4 runs", "Busiest", "response times as given"):
        assert words in page
    assert "→ =" in page, "what does not depend on finance is as it was"
    assert simulate(world, world.bea, **asked).content.decode().count("<rect") == page.count("<rect")


def test_before_anything_is_asked_there_is_a_form_and_no_result(world: World) -> None:
    page = simulate(world, world.bea).content.decode()
    assert "What is simulated" in page
    assert "Busiest" not in page


@pytest.mark.parametrize(
    "asked",
    [
        {"runs": "x"},
        {"runs": 0},
        {"runs": 10_000_000},
        {"runs": 2, "hours": 1e9},
        {"runs": 2, "level": "no_such"},
        {"runs": 2, "kind": "deputy", "subject": "nobody"},
        {"runs": 2, "kind": "limit", "subject": "first_meeting", "minutes": ""},
        {"runs": 2, "median": 9, "most": 3},
    ],
)
def test_what_cannot_be_simulated_is_refused_with_its_reason(world: World, asked: dict[str, object]) -> None:
    answer = simulate(world, world.bea, **asked)
    assert answer.status_code == 409
    assert "This cannot be simulated." in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("ru", "Симуляция"), ("pl", "Symulacja"), ("zh", "模拟")])
def test_the_tab_speaks_the_language_of_who_looks(world: World, language: str, words: str) -> None:
    Person.objects.filter(pk=world.bea.pk).update(language=language)
    assert words in simulate(world, world.bea, runs=1, hours=1).content.decode()
