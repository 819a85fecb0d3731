"""Chinese text from another system: readings behind traditional characters go, what was lost is named and never guessed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.cli.plans import plan
from tocsin.plan.glosses import Kind, clean


@pytest.mark.row("PLN-09")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("服務(wù)熱(rè)线", "服务热线"),
        ("應（yīng）急預(yù)案", "应急预案"),
        ("啟(qǐ)動(dòng)綠(lǜ)色通道", "启动绿色通道"),
        ("響(xiang)應", "响應"),
    ],
)
def test_a_traditional_character_with_its_reading_becomes_the_simplified_one(written: str, meant: str) -> None:
    found = clean(written)
    assert found.text == meant
    assert found.doubts == ()


@pytest.mark.row("PLN-09", "X-32")
def test_every_lost_character_is_named_with_its_place_and_left_as_it_is() -> None:
    found = clean("第一行\n热线?断,立即？报")
    assert found.text == "第一行\n热线?断,立即？报"
    assert [(doubt.line, doubt.column, doubt.around) for doubt in found.doubts] == [(2, 3, "热线?断,立即？报"), (2, 8, "热线?断,立即？报")]


def test_what_is_no_gloss_stays_and_what_might_have_been_meant_is_asked() -> None:
    assert clean("系统(CPU)与线(DDoS攻击)").text == "系统(CPU)与线(DDoS攻击)"
    found = clean("行(háng)业")
    assert (found.text, found.glosses, [doubt.kind for doubt in found.doubts]) == ("行(háng)业", 0, [Kind.READING])
    assert [doubt.kind for doubt in clean("热?线").doubts] == [Kind.LOST]


@pytest.mark.row("PLN-09")
def test_the_command_writes_the_clean_text_and_fails_while_somebody_must_look(tmp_path: Path) -> None:
    source, out = tmp_path / "document.txt", tmp_path / "clean.txt"
    source.write_text("服務(wù)热线", "utf-8")
    done = CliRunner().invoke(plan, ["clean", str(source), "--out", str(out)])
    assert (done.exit_code, out.read_text("utf-8")) == (0, "服务热线")
    source.write_text("服務(wù)热?", "utf-8")
    done = CliRunner().invoke(plan, ["clean", str(source)])
    assert done.exit_code == 1
    assert f"{source}:1:4 a character was lost here" in done.output


def test_a_document_in_another_encoding_is_named_with_what_to_do(tmp_path: Path) -> None:
    source = tmp_path / "document.txt"
    source.write_bytes("服务热线".encode("gb18030"))
    done = CliRunner().invoke(plan, ["clean", str(source)])
    assert done.exit_code == 1
    assert "is not UTF-8: convert it first" in done.output
