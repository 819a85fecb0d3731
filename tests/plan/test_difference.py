"""What differs between two versions of a plan, in words: rules added, gone, renamed and changed, each limit with both values."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.engine.program import Program
from tocsin.plan import read, shipped
from tocsin.plan.commands import plan
from tocsin.plan.difference import difference, sentence

SMALL = Path(__file__).parents[1].joinpath("incidents", "small.yaml").read_text("utf-8")


def program(*changes: tuple[str, str]) -> Program:
    source = SMALL
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    result = read.read(source, "small.yaml")
    assert result.program is not None, result.findings
    return result.program


def said(*changes: tuple[str, str]) -> list[str]:
    return [sentence(change, "en") for change in difference(program(), program(*changes))]


@pytest.mark.row("PLN-07")
@pytest.mark.parametrize(
    ("change", "sentence_"),
    [
        (("within: 30m, of: reported", "within: 10m, of: reported"), "  obligation look (Look at it) within: 30m → 10m"),
        (
            ("within: 30m, of", "within: {by: level, high: 10m, low: 30m}, of"),
            "  obligation look (Look at it) within: 30m → by level: high 10m, low 30m",
        ),
        (("owes: tech, do", "owes: checker, do"), "  obligation look (Look at it) owes: tech → checker"),
        (("every: 15m", "every: 1h"), "  obligation summary (Summaries) every: 15m → 1h"),
        (("needs: [clean]", "needs: []"), "- decision close (Close) needs: clean"),
        (
            ("role: checker, does: checks, within: 20m", "role: lead, does: checks, within: 20m"),
            "  decision repair (Approve the repair) chain.checks.role: checker → lead",
        ),
        (('scope == "everywhere"', 'scope != "local"'), '  plan classify rules.everywhere.when: scope == "everywhere" → scope != "local"'),
        (("look: {cite", "glance: {was: look, cite"), "  obligation glance (Look at it) id: look → glance"),
        (("{en: Checker}", "{en: Auditor}"), "  role checker (Auditor) title.en: Checker → Auditor"),
    ],
)
def test_each_change_is_one_sentence_with_what_was_and_what_is(change: tuple[str, str], sentence_: str) -> None:
    assert said(change) == [sentence_]


@pytest.mark.row("PLN-07")
def test_a_rule_that_came_or_went_is_named_whole() -> None:
    look = "  look: {cite: S 6, owes: tech, do: {en: Look at it}, within: 30m, of: reported, late: [lead]}\n"
    assert said((look, "")) == ["- obligation look (Look at it)"]
    twice = look + look.replace("look:", "again:")
    assert said((look, twice)) == ["+ obligation again (Look at it)"]


def test_layout_comments_and_the_order_of_keys_make_no_difference() -> None:
    assert said(("cite: S 6, owes: tech,", "owes: tech,   cite: S 6,"), ("obligations:", "# duties\nobligations:")) == []


def test_the_order_of_the_levels_is_part_of_the_plan() -> None:
    high = "  high: {cite: S 2, title: {en: High}, colour: red}\n"
    low = "  low: {cite: S 2, title: {en: Low}, colour: amber}\n"
    assert said((high + low, low + high)) == ["  plan levels order: high, low → low, high"]


def test_a_default_that_changed_is_said_once_and_not_at_every_rule() -> None:
    source = shipped.sources()["hotline-outage"].read_text("utf-8")
    before, after = (read.read(text, "plan.yaml").program for text in (source, source.replace("remind: 2/3", "remind: 1/2")))
    assert before is not None
    assert after is not None
    assert [sentence(change) for change in difference(before, after)] == ["  plan defaults remind: 2/3 → 1/2"]


def test_from_the_command_line_the_difference_is_the_exit_code(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(SMALL, "utf-8")
    new.write_text(SMALL.replace("every: 15m", "every: 1h"), "utf-8")
    found = CliRunner().invoke(plan, ["diff", str(old), str(new)])
    assert (found.exit_code, found.stdout) == (1, "  obligation summary (Summaries) every: 15m → 1h\n")
    assert CliRunner().invoke(plan, ["diff", str(old), str(old)]).exit_code == 0
    new.write_text("tocsin: 1\n", "utf-8")
    assert CliRunner().invoke(plan, ["diff", str(old), str(new)]).exit_code == 2
