"""A scenario that says something wrongly is told where, and nothing in it is passed over."""

from pathlib import Path

import pytest

from tests.engine.written import BASE
from tocsin.plan.scenarios.replay import program_for, replay
from tocsin.plan.scenarios.story import BadScenarioError

TALE = """tocsin_scenario: 1
id: tale
plan: small
start: 2026-03-02T09:00+01:00
given:
  people: {eva: [clerk]}
  feed: [{signal: load, value: 20.0}]
when:
  - {at: 0m, by: eva, report: {}}
  - {at: 1m, by: eva, decide: close}
then:
  - {at: 1m, phase: closed}
"""


def told(folder: Path, tale: str) -> list[str]:
    """Put a plan into a folder of any name, and a scenario below it; return what does not hold."""
    (folder / "scenarios").mkdir()
    (folder / "plan.yaml").write_text(BASE.replace("ROLES", ""))
    file = folder / "scenarios" / "tale.yaml"
    file.write_text(tale)
    return replay(file, program_for(file, None))[1]


def test_a_scenario_finds_the_plan_above_it_whatever_the_folder_is_called(tmp_path: Path):
    assert told(tmp_path, TALE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("decide: close", "decide: close, reson: bored", "10:38 reson says nothing here; did you mean reason?"),
        ("phase: closed", "proposed: high", "12:24 proposed is not said so: "),
        ("signal: load, value: 20.0", "load: 20.0", "7:10 a feed names its signal and its value"),
    ],
)
def test_what_it_says_wrongly_has_a_place(tmp_path: Path, right: str, wrong: str, said: str):
    with pytest.raises(BadScenarioError) as error:
        told(tmp_path, TALE.replace(right, wrong))
    assert said in str(error.value)
