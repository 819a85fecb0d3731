"""`tocsin plan` on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.plan.example import PLAN
from tocsin.engine.compose import compose
from tocsin.engine.rules.audiences import served_by
from tocsin.plan.check import registry
from tocsin.plan.commands import plan
from tocsin.plan.read import read


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(plan, arguments)
    return result.exit_code, result.output


def test_check_says_every_finding_on_a_line_and_fails_on_errors(tmp_path: Path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(PLAN)
    bad.write_text(PLAN.replace("owes: helper, do", "owes: hepler, do"))
    code, output = run("check", str(good), str(bad))
    assert code == 1
    assert output.splitlines() == [
        f"{bad}:35:26 L04 error there is no role or group or department hepler",
        "    | call: {cite: §6, owes: hepler, do: {en: Call, ru: Позвонить, pl: Zadzwonić, zh: 致电}, within: 30m, of: judged}",
        "    document: §6",
        "    to do:    did you mean helper?",
        f"{good}: 0 errors, 0 warnings, 0 notes",
        f"{bad}: 1 error, 0 warnings, 0 notes",
    ]


ANNOUNCED = PLAN.replace("fields: {what: {}}", "fields: {what: {}}\n    announced: 2")


def test_a_warning_fails_only_where_it_is_asked_to(tmp_path: Path):
    (tmp_path / "plan.yaml").write_text(ANNOUNCED)
    assert run("check", str(tmp_path / "plan.yaml"))[0] == 0
    assert run("check", "--strict", str(tmp_path / "plan.yaml"))[0] == 1


def test_a_name_that_is_gone_is_said_beside_the_version_in_force(tmp_path: Path):
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(PLAN)
    after.write_text(PLAN.replace("  call: {cite: §6", "  telephone: {cite: §6"))
    code, output = run("check", "--strict", "--before", str(before), str(after))
    assert (code, "L14 warning the obligation call of version" in output) == (1, True)
    after.write_text(PLAN.replace("  call: {cite: §6", "  telephone: {was: call, cite: §6"))
    assert "L14" not in run("check", "--before", str(before), str(after))[1]


def test_nothing_is_compared_with_a_version_that_has_errors(tmp_path: Path):
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text("tocsin: 2")
    after.write_text(PLAN)
    code, output = run("check", "--before", str(before), str(after))
    assert (code, "nothing can be compared with it" in output) == (1, True)


@pytest.mark.row("X-62")
def test_two_plans_that_owe_one_audience_different_reports_are_told_that_the_shorter_decides(tmp_path: Path):
    around = Path(__file__).parent / "around" / "reporting.yaml"
    other = tmp_path / "weekly.yaml"
    other.write_text(around.read_text().replace("id: reporting", "id: weekly").replace("every: 1h", "every: 7d"))
    _, output = run("check", str(around), str(other))
    assert "reporting owes public hourly every 1h, here it is every 7d: on one incident the shorter decides" in output
    assert "weekly owes public hourly every 7d, here it is every 1h: on one incident the shorter decides" in output
    both = compose([program for file in (around, other) if (program := read(file.read_bytes(), file.name).program)])
    assert list(served_by(both, both.obligations["weekly~hourly"])) == ["news"]  # so whoever sends the hourly one owes no other


def test_notes_can_be_left_out(tmp_path: Path):
    (tmp_path / "plan.yaml").write_text(PLAN.replace("hold: 30m", "hold: 30m, assumed: [hold]"))
    assert "L09 note the document gives no number for hold: 30m is assumed" in run("check", str(tmp_path / "plan.yaml"))[1]
    assert "L09" not in run("check", "--quiet", str(tmp_path / "plan.yaml"))[1]


def test_a_program_reads_the_findings_as_json(tmp_path: Path):
    (tmp_path / "plan.yaml").write_text(ANNOUNCED)
    [checked] = json.loads(run("check", "--json", str(tmp_path / "plan.yaml"))[1])["plans"]
    assert checked["findings"] == [
        {
            "code": "L10",
            "name": "announced-count",
            "severity": "warning",
            "message": "the document announces 2 fields, it lists 1",
            "hint": "acknowledge it; all that are listed are required",
            "line": 44,
            "column": 16,
            "path": "messages.note.announced",
            "sentence": "announced: 2",
            "cites": ["§7"],
            "beside": [],
        }
    ]


def test_a_finding_is_explained_by_code_or_name():
    code, output = run("explain", "L52")
    assert code == 0
    assert output == run("explain", "uncovered-cell")[1]
    assert "no level rule speaks" in output
    assert "acknowledges it with a reason" in output
    assert "did you mean L52?" in run("explain", "L522")[1]


def test_check_is_content_with_a_clean_plan(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(PLAN)
    assert run("check", str(tmp_path / "good.yaml"))[0] == 0


def test_show_gives_the_outline_in_the_language_asked_for(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(PLAN)
    code, output = run("show", str(tmp_path / "good.yaml"), "--language", "pl")
    assert code == 0
    assert "level       high                     Wysoki  [§3]" in output
    assert "obligation  call                     Zadzwonić: helper, within 30m of judged  [§6]" in output


@pytest.mark.row("PLN-11", "X-30")
def test_show_says_which_elements_of_which_standard_a_plan_has(tmp_path: Path):
    standard = 'standard: {name: GB/T 29639, cited: "2013", in_force: "2020"}, elements: [general, organisation, support]'
    (tmp_path / "plan.yaml").write_text(PLAN.replace("status: in_force}", f"status: in_force, {standard}}}", 1))
    lines = run("show", str(tmp_path / "plan.yaml"), "--language", "ru")[1].splitlines()
    assert "standard    GB/T 29639 2013 (in force: 2020)" in lines
    assert "elements    Общие положения, Организация, Обеспечение" in lines
    [missing] = [line for line in lines if line.startswith("missing")]
    assert missing.split(maxsplit=1)[1].split(", ")[-2:] == ["Внешнее взаимодействие", "Последующие действия"]


def test_every_finding_can_be_looked_up():
    code, output = run("findings")
    assert code == 0
    assert [line[:3] for line in output.splitlines()] == [check.code for check in registry()]
    assert all(len(line) > 60 for line in output.splitlines())


def test_a_file_that_is_not_there_is_told():
    code, output = run("check", "nowhere.yaml")
    assert code == 2
    assert "nowhere.yaml" in output
