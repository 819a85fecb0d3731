"""The shipped scenarios hold, whenever they begin, and would not hold with a number changed."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tocsin.plan import shipped
from tocsin.plan.scenarios.expect import failures, first_failure
from tocsin.plan.scenarios.play import play, shifted, steps
from tocsin.plan.scenarios.replay import program_for, replay
from tocsin.plan.scenarios.story import BadScenarioError, load

FILES = [file for plan in shipped.sources().values() for file in sorted((plan.parent / "scenarios").glob("*.yaml"))]
INCIDENTS = [file for file in FILES if "\nstanding: true\n" not in file.read_text("utf-8")]
"""Those of an incident; the others are of what is owed between incidents. Each is read as YAML by the tests, not while they are gathered."""
QUICK = [file for file in FILES if file.stem in ("wc-h19", "wc-x4", "first-ten-minutes")]


def name(file: Path) -> str:
    return f"{file.parent.parent.name}/{file.stem}"


@pytest.fixture(scope="module")
def programs():
    return {file: program_for(file) for file in FILES}


@pytest.mark.row("WC-X1", "WC-X4", "WC-H19", "WC-H24", "WC-H28")
@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_shipped_scenario_holds_live_replayed_and_restarted(file, programs):
    _, found = replay(file, programs[file])
    assert found == []


@pytest.mark.parametrize("file", QUICK, ids=name)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.integers(-200_000, 200_000))
def test_moving_the_start_moves_every_due_time_with_it(file, programs, minutes):
    program, by = programs[file], timedelta(minutes=minutes)
    story = load(file, program)
    before, after = play(program, story), play(program, shifted(story, by))
    dues = [(clock.clock, clock.due_at and clock.due_at + by) for clock in before.states[-1].clocks.values() if not _calendar(clock.limit)]
    moved = [(clock.clock, clock.due_at) for clock in after.states[-1].clocks.values() if not _calendar(clock.limit)]
    assert dues == moved


def _calendar(limit: str) -> bool:
    """Whether a limit counts calendar days, which daylight saving may stretch."""
    return any(unit in limit for unit in ("d", "mo", "y"))


def _numbers(tree, path=()):
    """Yield the path of every number or duration in the expectations."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from _numbers(value, (*path, key))
        elif key != "at" and isinstance(value, int | float) and not isinstance(value, bool):
            yield (*path, key), value + 1
        elif key != "at" and isinstance(value, str) and value.endswith("m") and value[:1].isdigit():
            yield (*path, key), f"{value}1s"


@pytest.mark.parametrize("file", [file for file in QUICK if file.stem != "wc-x4"], ids=name)
def test_a_wrong_number_in_a_then_fails(file, programs, tmp_path):
    program, yaml = programs[file], YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    written = yaml.load(file.read_text())
    places = list(_numbers(written["then"]))
    assert places
    for path, wrong in places:
        broken = deepcopy(written)
        inner = broken["then"]
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = wrong
        copy = tmp_path / "scenarios" / "broken.yaml"
        copy.parent.mkdir(exist_ok=True)
        with copy.open("w") as out:
            yaml.dump(broken, out)
        assert failures(play(program, load(copy, program))), f"{path} may be {wrong} as well"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("tocsin_scenario: 2", "begins with"),
        ("tocsin_scenario: 1", "says when it starts"),
        ("tocsin_scenario: 1\nstart: soon", "is not a time"),
        ("tocsin_scenario: 1\nstart: 2025-06-03T09:00+08:00\nwhen: [{at: 1m, dance: yes}]", "one verb of"),
        ("a: &x 1", "anchor"),
    ],
)
def test_what_is_no_scenario_is_told_with_a_place_and_a_way_out(body, says, programs, tmp_path):
    file = tmp_path / "odd.yaml"
    file.write_text(body)
    with pytest.raises(BadScenarioError, match=says):
        load(file, programs[FILES[0]])


def test_an_expectation_nobody_knows_is_an_error_not_a_pass(programs, tmp_path):
    program = programs[FILES[0]]
    file = tmp_path / "odd.yaml"
    file.write_text(
        "tocsin_scenario: 1\nstart: 2025-06-03T09:00+08:00\nwhen: [{at: 0m, by: a, report: {symptom: x}}]\nthen: [{at: 0m, vibes: good}]"
    )
    with pytest.raises(BadScenarioError, match="nothing can expect 'vibes'"):
        failures(play(program, load(file, program)))


def test_whoever_asks_for_the_first_failure_is_not_kept_until_the_end(programs, tmp_path):
    program = programs[FILES[0]]
    file = tmp_path / "odd.yaml"
    file.write_text(
        "tocsin_scenario: 1\nstart: 2025-06-03T09:00+08:00\n"
        "when: [{at: 0m, by: a, report: {symptom: x}}, {at: 2m, by: a, set: {severity: 7, nobody_asks: x}}]\n"
        "then: [{at: 1m, phase: closed}, {at: 1m, phase: declared}]"
    )
    story = load(file, program)
    found = first_failure(program, story, steps(program, story))
    assert found is not None
    assert "expected closed, found declared" in found.message
    patient = replace(story, expectations=story.expectations[1:])
    late = first_failure(program, patient, steps(program, patient))
    assert late is not None
    assert "was refused" in late.message
    assert first_failure(program, replace(patient, acts=patient.acts[:1]), steps(program, replace(patient, acts=patient.acts[:1]))) is None
