"""Plan mutation: one thing altered at a time, and a scenario that fails. What no scenario notices is listed."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.engine.program import Defaults, Program
from tocsin.plan import shipped
from tocsin.plan.commands import plan
from tocsin.plan.coverage import count, idle, rehearse, survives
from tocsin.plan.mutation import Mutant, mutants
from tocsin.plan.read import read
from tocsin.plan.scenarios.story import BadScenarioError

SMALL = Path(__file__).parents[1].joinpath("incidents", "small.yaml").read_text("utf-8")
STORY = """\
tocsin_scenario: 1
id: look
plan: small
start: 2026-03-02T09:00+00:00
given: {people: {ana: [lead], lin: [tech], bea: [checker]}}
when:
  - {at: 0m, by: ana, report: {scope: everywhere}}
  - {at: 5m, by: ana, decide: set_level, option: high}
then:
  - {at: 6m, due: {look: 30m, summary: 20m}, owes: {look: lin, summary: ana}, proposed: {level: high}}
  - {at: 31m, breaches: {look: 1}, told: {lead: 1800s}}
"""


def program() -> Program:
    found = read(SMALL, "small.yaml").program
    assert found is not None
    return found


def written(folder: Path, story: str = STORY) -> Path:
    folder.joinpath("plan.yaml").write_text(SMALL, "utf-8")
    folder.joinpath("scenarios").mkdir()
    file = folder / "scenarios" / "look.yaml"
    file.write_text(story, "utf-8")
    return file


def by_place(of: Program) -> dict[str, Mutant]:
    return {".".join(map(str, mutant.path)): mutant for mutant in mutants(of)}


def test_every_number_comparator_role_moment_and_approver_is_altered_once() -> None:
    found = by_place(program())
    assert len(found) == len(list(mutants(program())))
    assert str(found["obligations.look.within"]) == "obligations.look.within: 30m → 33m"
    assert found["classify.rules.0.when.op"].after == "!="
    assert (found["obligations.look.owes"].sort, found["obligations.look.owes"].after) == ("role", "checker")
    assert found["obligations.summary.anchors.0"].sort == "moment"
    assert (found["messages.notice.approvals.0.role"].sort, found["messages.notice.approvals.0.role"].before) == ("approver", "checker")
    assert {mutant.sort for mutant in found.values()} == {"number", "comparator", "role", "moment", "approver"}


def test_a_mutant_differs_in_exactly_one_place_and_the_plan_itself_stays() -> None:
    before = program()
    mutant = by_place(before)["obligations.look.within"]
    assert mutant.program.obligations["look"].within != before.obligations["look"].within
    assert mutant.program.obligations["summary"] == before.obligations["summary"]
    assert before == program()


def test_names_words_and_places_of_the_document_are_left_alone() -> None:
    assert not any("title" in place or "cite" in place or ".text." in place for place in by_place(program()))


def test_a_moment_is_altered_to_one_that_comes_at_another_instant() -> None:
    before = program()
    assert by_place(before)["obligations.look.anchors.0"].after == "verified"  # `registered` is recorded with `reported`
    verified = replace(before.moments["verified"], with_="reported")
    together = replace(before, moments={**before.moments, "verified": verified})
    assert by_place(together)["obligations.look.anchors.0"].after == "warned"


def test_a_default_is_altered_in_every_rule_that_took_it_over() -> None:
    before = program()
    mutant = by_place(before)["defaults.remind"]
    taken_over = [name for name, rule in before.obligations.items() if rule.remind == before.defaults.remind]
    assert taken_over
    assert {mutant.program.obligations[name].remind for name in taken_over} == {mutant.program.defaults.remind} != {before.defaults.remind}


def test_a_value_that_equals_the_one_built_in_is_altered_all_the_same() -> None:
    before = program()
    assert before.defaults.accept_within == Defaults().accept_within
    assert by_place(before)["defaults.accept_within"].program.defaults.accept_within > before.defaults.accept_within
    assert ("defaults.silent_after" in by_place(before)) == bool(before.signals)


def test_the_end_of_a_duty_is_altered_unless_the_incident_is_over_either_way() -> None:
    before = program()
    summary = replace(before.obligations["summary"], until=("terminated", "closed"))
    altered = by_place(replace(before, obligations={**before.obligations, "summary": summary}))
    assert altered["obligations.summary.until.0"].after == "analysed"
    assert "obligations.summary.until.1" not in altered  # closed or cancelled: nothing is owed after either


def test_what_was_only_refused_is_asked_too(tmp_path: Path) -> None:
    """A refusal leaves nothing in the journal; whoever may not do a thing is rehearsed by trying."""
    small = program()
    refused = STORY.replace("then:", "  - {at: 6m, by: lin, decide: close, refused: E101}\nthen:")
    (rehearsal,) = rehearse(small, [written(tmp_path, refused)])
    assert "close" in rehearsal.named


def test_a_role_set_is_rehearsed_over_the_plan_that_its_scenarios_name() -> None:
    source = shipped.sources()["incident-roles"]
    found = read(source.read_bytes(), str(source)).program
    assert found is not None
    rehearsals = rehearse(found, [source.parent / "scenarios" / "customers.yaml"])
    altered = by_place(found)
    assert not survives(altered["obligations.answer_customer.owes"], found, rehearsals)


@pytest.mark.row("PLN-12")
def test_what_a_scenario_asserts_is_noticed_and_what_it_does_not_survives(tmp_path: Path) -> None:
    small = program()
    rehearsals = rehearse(small, [written(tmp_path)])
    found = by_place(small)
    for noticed in ("obligations.look.within", "obligations.look.owes", "obligations.summary.every", "classify.rules.0.when.op"):
        assert not survives(found[noticed], small, rehearsals), noticed
    for unnoticed in ("decisions.repair.chain.1.within", "messages.notice.publisher", "conditions.clean.attest"):
        assert survives(found[unnoticed], small, rehearsals), unnoticed


def test_a_rule_that_took_no_part_is_named(tmp_path: Path) -> None:
    small = program()
    unused = [each.rule.id for each in idle(small, rehearse(small, [written(tmp_path)]))]
    assert {"clean", "repair", "notice"} <= set(unused)
    assert not {"look", "set_level", "scope", "high"} & set(unused)
    assert len(unused) < count(small)


def test_a_scenario_that_fails_proves_nothing(tmp_path: Path) -> None:
    small = program()
    file = written(tmp_path, STORY.replace("look: 30m", "look: 29m"))
    with pytest.raises(BadScenarioError, match="due look"):
        rehearse(small, [file])


def test_from_the_command_line_any_plan_says_what_was_never_rehearsed(tmp_path: Path) -> None:
    written(tmp_path)
    found = CliRunner().invoke(plan, ["coverage", str(tmp_path / "plan.yaml"), "--mutate"])
    assert found.exit_code == 0, found.output
    assert "never exercised: messages notice [S 8]" in found.output
    assert "alterations go unnoticed" in found.output
    assert "unnoticed: approver messages.notice.approvals.0.role: checker → lead" in found.output
