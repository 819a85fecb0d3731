"""`tocsin plan` on the command line."""

from pathlib import Path

from click.testing import CliRunner

from tests.plan.example import PLAN
from tocsin.plan.check import registry
from tocsin.plan.commands import plan


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
        f"{bad}:35:26 L04 error there is no role or group or department hepler — did you mean helper?",
        f"{good}: 0 errors, 0 warnings, 0 notes",
        f"{bad}: 1 errors, 0 warnings, 0 notes",
    ]


def test_check_is_content_with_a_clean_plan(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(PLAN)
    assert run("check", str(tmp_path / "good.yaml"))[0] == 0


def test_show_gives_the_outline_in_the_language_asked_for(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(PLAN)
    code, output = run("show", str(tmp_path / "good.yaml"), "--language", "pl")
    assert code == 0
    assert "level       high                     Wysoki" in output
    assert "obligation  call                     Zadzwonić: helper, within 30m of judged  [§6]" in output


def test_every_finding_can_be_looked_up():
    code, output = run("findings")
    assert code == 0
    assert [line[:3] for line in output.splitlines()] == [check.code for check in registry()]
    assert all(len(line) > 60 for line in output.splitlines())


def test_a_file_that_is_not_there_is_told():
    code, output = run("check", "nowhere.yaml")
    assert code == 2
    assert "nowhere.yaml" in output
