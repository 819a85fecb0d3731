"""A journal written as a scenario and replayed comes to what the journal says, and gives nobody away."""

from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.plan.test_scenarios import INCIDENTS, name
from tocsin.engine import terms as t
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program
from tocsin.plan.scenarios.expect import failures
from tocsin.plan.scenarios.export import export
from tocsin.plan.scenarios.play import Run, play
from tocsin.plan.scenarios.replay import command, program_for
from tocsin.plan.scenarios.retelling import retell
from tocsin.plan.scenarios.story import load


def lived(file: Path) -> Run:
    return replayed(file, program_for(file))


def replayed(file: Path, program: Program) -> Run:
    return play(program, load(file, program))


def written(run: Run, folder: Path, *, texts: bool = False) -> Path:
    file = folder / "written.yaml"
    file.write_text(export(run.program, run.events, "written", texts=texts))
    return file


def clocks(state: t.State) -> dict[str, tuple[object, ...]]:
    return {each.clock: (each.status, each.due_at, each.met_at, each.missed, each.ended) for each in state.clocks.values()}


@pytest.fixture(scope="module", params=INCIDENTS, ids=name)
def run(request: pytest.FixtureRequest) -> Run:
    """Return a shipped scenario as it was lived: an incident's, for what stands never closes and is not written."""
    return lived(request.param)


@pytest.mark.row("KNB-07")
def test_what_is_written_from_a_journal_replays_to_the_same_clocks_level_and_phase(run, tmp_path):
    again = replayed(written(run, tmp_path), run.program)
    ends = reduce(evolve, run.events, t.State())
    assert [str(failure) for failure in failures(again)] == []
    assert clocks(again.states[-1]) == clocks(ends)
    assert (again.states[-1].level, again.states[-1].phase) == (ends.level, ends.phase)


def test_every_event_of_a_journal_is_explained_by_a_command(run):
    found = retell(run.program, run.events)
    assert found.unexplained == []
    assert found.final == run.states[-1]


FIRST = next(file for file in INCIDENTS if file.stem == "first-ten-minutes")


def test_neither_names_nor_what_people_wrote_are_given_away(tmp_path):
    run = lived(FIRST)
    text = written(run, tmp_path).read_text()
    for secret in ("wang", "gao", "客户打不进热线", "监控探头", "华东"):
        assert secret not in text


def test_what_people_wrote_is_there_if_it_is_wanted_and_names_still_are_not(tmp_path):
    text = written(lived(FIRST), tmp_path, texts=True).read_text()
    assert "客户打不进热线" in text
    assert "wang" not in text


@pytest.mark.row("KNB-07")
def test_what_somebody_typed_that_no_document_may_hold_keeps_nothing_from_being_written(tmp_path):
    """A form takes what a keyboard or a copied line brings along: a bell, a mark that turns the direction."""
    run = lived(FIRST)
    told = next(index for index, event in enumerate(run.events) if isinstance(event, t.Noted))
    run.events[told] = replace(run.events[told], words="line\x07 7\u202e, \u2066and so on")
    file = written(run, tmp_path, texts=True)
    assert "line? 7?, ?and so on" in file.read_text()
    assert failures(replayed(file, run.program)) == []


def test_what_no_act_can_leave_is_named_at_the_top(tmp_path):
    run = lived(FIRST)
    told = next(index for index, event in enumerate(run.events) if isinstance(event, t.Noted))
    strange = t.Filed(at=run.events[told].at, by=run.events[told].by, inbox="plan_revision", cause="nobody knows")
    run.events.insert(told, strange)
    assert "# Not in here, since no act of a scenario leaves it: Filed at 1m." in written(run, tmp_path).read_text().splitlines()


def test_times_are_exact_to_the_microsecond(tmp_path):
    file = tmp_path / "fine.yaml"
    file.write_text(
        "tocsin_scenario: 1\nplan: hotline-outage\nstart: 2025-06-03T14:00:07.250001+08:00\n"
        "given: {people: {wang: [duty_manager]}}\nwhen:\n"
        "  - {at: 0m, by: wang, report: {}}\n  - {at: 4m0.5s, by: wang, note: x}\n  - {at: -1.25s, by: wang, sample: {complaints: 1}}\n"
        "then: [{at: 5m, phase: declared}]\n"
    )
    run = lived(file)
    noted = next(event for event in run.events if isinstance(event, t.Noted))
    assert (noted.at - run.story.start).total_seconds() == 240.5
    assert "{at: 4m0.5s, by: p1, note:" in written(run, tmp_path).read_text().replace('"4m0.5s"', "4m0.5s")


def test_under_a_newer_plan_the_answer_names_the_version_and_both_times(tmp_path):
    file = written(lived(FIRST), tmp_path)
    source = FIRST.parent.parent / "plan.yaml"
    newer = tmp_path / "newer.yaml"
    text = source.read_text().replace('version: "1.0"', 'version: "1.1"', 1)
    place = text.index("first_judgement:")
    newer.write_text(text[:place] + text[place:].replace("within: 5m", "within: 4m", 1))
    answer = CliRunner().invoke(command, [str(file), "--plan", str(newer)])
    assert answer.exit_code == 1
    assert "under version 1.1" in answer.output
    assert "due first_judgement: expected 0:05:00 after the start" in answer.output
    assert "found 0:04:00 after the start" in answer.output
