"""Several plans on one incident: each runs as it runs alone, and the incident ends when all of them say so."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.plan.test_scenarios import INCIDENTS
from tocsin.engine.compose import compose, strangers
from tocsin.engine.compose.renaming import names_of, registries, rewrite
from tocsin.engine.namespaces import SEPARATOR, bare
from tocsin.engine.program import Program
from tocsin.engine.rules.audiences import served_by
from tocsin.plan import read, shipped
from tocsin.plan.scenarios.expect import failures
from tocsin.plan.scenarios.play import play
from tocsin.plan.scenarios.replay import program_for, replay
from tocsin.plan.scenarios.story import load

HERE = Path(__file__).parent / "beside"
STORIES = sorted(file for file in HERE.glob("*.yaml") if "tocsin_scenario: 1" in file.read_text("utf-8"))
PLANS = dict(shipped.sources().items())

QUIET = """\
tocsin: 1
id: quiet
version: "1"
language: en
timezone: Asia/Shanghai
title: {en: Quiet}
document: {cite: Q, owner: quiet_lead, status: in_force}
roles: {quiet_lead: {cite: Q, title: {en: Lead}, held_by: nobody, commander: true}}
decisions: {quiet_end: {cite: Q, title: {en: End}, who: [quiet_lead], marks: closed}}
"""


def program(file: Path) -> Program:
    result = read.read(file.read_bytes(), str(file))
    assert result.program is not None, result.findings
    return result.program


@pytest.fixture(scope="module")
def notices() -> Program:
    return program(HERE / "notice-rules.yaml")


@pytest.fixture(scope="module")
def quiet() -> Program:
    """Return a plan that owes nothing and shares no name, to be the first of two."""
    result = read.read(QUIET, "quiet.yaml")
    assert result.program is not None, result.findings
    return result.program


@pytest.fixture(scope="module")
def hotline() -> Program:
    return program(PLANS["hotline-outage"])


def test_one_plan_alone_is_composed_of_itself(hotline):
    assert compose([hotline]) is hotline


def test_an_incident_runs_by_each_plan_only_once(hotline):
    with pytest.raises(ValueError, match="only once"):
        compose([hotline, replace(hotline, hash="another version")])


@pytest.mark.row("TRM-13", "X-46", "X-56", "X-62")
@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_scenarios_of_two_plans_hold(file):
    _, found = replay(file, program_for(file))
    assert found == []


@pytest.mark.row("PLN-08")
@pytest.mark.parametrize("plan", sorted(PLANS))
def test_no_name_of_a_later_plan_is_left_without_its_plan(plan, notices):
    """Whatever a rule of the plan refers to is renamed with it: nothing in it means a rule of the first plan by accident."""
    second = program(PLANS[plan])
    if second.kind != "plan":
        return
    whole = compose([notices, second])
    own = names_of(second) - names_of(notices)
    left: list[tuple[str, str]] = []

    def look(holder, field, word):
        if word in own and SEPARATOR not in word and not (holder is None and field == ""):
            left.append((type(holder).__name__, f"{field}: {word}"))
        return word

    for kind, rules in registries(whole):
        for name, rule in rules.items():
            if name.startswith(f"{second.id}{SEPARATOR}"):
                rewrite(rule, look)
                assert rule.id == name, kind
    # Words that only happen to be spelled like a rule: ids within a rule, values of facts, what an effect sets or proposes.
    local = {"Field", "Option", "LevelRule", "Adjustment", "Order", "Tracked", "Item", "AsParty"}
    values = {("Prefilled", "value"), ("Template", "value")}
    found = [each for each in left if each[0] not in local and not each[1].startswith(("to: ", "of: "))]
    assert [each for each in found if (each[0], each[1].partition(":")[0]) not in values] == []


@pytest.mark.row("PLN-08", "TRM-13")
@pytest.mark.parametrize("file", INCIDENTS, ids=lambda file: f"{file.parent.parent.name}/{file.stem}")
def test_a_plan_runs_as_second_of_two_as_it_runs_alone(file, quiet):
    """Every shipped scenario of one plan holds as well when another plan is the first of the incident, role sets of its own aside."""
    alone = program_for(file)
    if alone.parts or alone.kind != "plan":
        return
    whole = compose([quiet, alone])
    mine = play(alone, load(file, alone))
    ours = play(whole, load(file, whole))
    assert [failure.message for failure in failures(mine)] == []
    clocks = {clock.clock: _essence(clock) for clock in mine.states[-1].clocks.values()}
    seconds = {
        clock.clock.replace(f"{alone.id}{SEPARATOR}", ""): _essence(clock)
        for clock in ours.states[-1].clocks.values()
        if clock.obligation.startswith(f"{alone.id}{SEPARATOR}")
    }
    assert seconds == clocks
    own = within_part(ours.states[-1], alone.id)
    assert own == (mine.states[-1].phase, mine.states[-1].level)


def within_part(state, part):
    return state.phases.get(part, ""), bare(state.standing(part).level)


def _essence(clock):
    return (clock.status, clock.due_at, clock.missed, clock.occurrence, clock.met_at, clock.ended, bare(clock.owes))


def test_maps_of_shipped_role_sets_speak_only_of_what_the_plans_have():
    assert strangers([program(file) for file in PLANS.values()]) == ()


@pytest.mark.row("X-62")
def test_a_report_serves_another_plans_only_where_it_reaches_everybody_whom_that_one_is_for():
    whole = compose([program(PLANS["pass24-critical-incidents"]), program(PLANS["hotline-outage"])])
    theirs = "hotline-outage~management_report"
    assert list(served_by(whole, whole.obligations["progress_up"])) == [theirs]
    assert list(served_by(whole, whole.obligations[theirs])) == []  # theirs goes to the superior unit besides
