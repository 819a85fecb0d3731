"""The table of proofs is made from the marks alone, and an invented row is an error."""

import textwrap

import pytest

from scripts import coverage_rows


@pytest.fixture
def tree(tmp_path):
    """Give a function that writes a file into a small project."""

    def write(place: str, text: str) -> None:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))

    write.root = tmp_path
    return write


def test_a_row_is_found_on_a_function_a_class_a_module_and_a_parameter(tree):
    tree(
        "tests/engine/test_clocks.py",
        """
        pytestmark = pytest.mark.row("I9")

        @pytest.mark.row("CLK-03", "I3")
        @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.row("CLK-04"))])
        def test_once(n): ...

        @pytest.mark.row("CLK-05")
        class TestLate:
            async def test_it(self): ...
        """,
    )
    place = "tests/engine/test_clocks.py"
    assert set(coverage_rows.tests(tree.root)) == {
        ("I9", place),
        ("CLK-03", f"{place}::test_once"),
        ("I3", f"{place}::test_once"),
        ("CLK-04", f"{place}::test_once"),
        ("CLK-05", f"{place}::TestLate"),
    }


def test_a_scenario_claims_what_it_proves(tree):
    tree("plans/hotline/scenarios/down.yaml", "id: down\nproves: [WC-H19, LVL-01]\n")
    tree("tests/plan/scenarios/other.yaml", "id: other\n")
    assert list(coverage_rows.scenarios(tree.root)) == [
        ("WC-H19", "plans/hotline/scenarios/down.yaml"),
        ("LVL-01", "plans/hotline/scenarios/down.yaml"),
    ]


def test_the_table_counts_and_lists_what_is_open():
    text = coverage_rows.table(["CLK-01", "CLK-02", "I1"], [("CLK-02", "a"), ("CLK-02", "b")])
    assert "1 of 3 rows." in text
    assert "| CLK-02 | `a`<br>`b` |" in text
    assert text.endswith("## Not yet proved\n\n- CLK: CLK-01\n- I: I1\n")


def test_what_no_scenario_notices_stands_below_the_rows(tree, monkeypatch):
    tree("docs/rows.txt", "CLK-01\n")
    tree("docs/unnoticed.txt", "small: 1 of 9 alterations go unnoticed (11.1 %)\n  unnoticed: number obligations.look.within: 30m → 33m\n")
    monkeypatch.setattr(coverage_rows, "ROOT", tree.root)
    monkeypatch.setattr(coverage_rows, "TABLE", tree.root / "docs" / "coverage.md")
    assert coverage_rows.main(["--write"]) == 0
    assert "unnoticed: number obligations.look.within: 30m → 33m\n```" in (tree.root / "docs" / "coverage.md").read_text()
    assert coverage_rows.main([]) == 0


def test_an_invented_row_is_named(tree, monkeypatch, capsys):
    tree("docs/rows.txt", "# ids\nCLK-01\n")
    tree("tests/test_x.py", "@pytest.mark.row('CLK-99')\ndef test_x(): ...\n")
    monkeypatch.setattr(coverage_rows, "ROOT", tree.root)
    monkeypatch.setattr(coverage_rows, "TABLE", tree.root / "docs" / "coverage.md")
    assert coverage_rows.main(["--write"]) == 1
    assert capsys.readouterr().err == "tests/test_x.py::test_x: there is no row CLK-99\n"


def test_a_table_out_of_step_is_an_error_until_it_is_written(tree, monkeypatch):
    tree("docs/rows.txt", "CLK-01\n")
    tree("tests/test_x.py", "@pytest.mark.row('CLK-01')\ndef test_x(): ...\n")
    monkeypatch.setattr(coverage_rows, "ROOT", tree.root)
    monkeypatch.setattr(coverage_rows, "TABLE", tree.root / "docs" / "coverage.md")
    assert coverage_rows.main([]) == 1
    assert coverage_rows.main(["--write"]) == 0
    assert coverage_rows.main([]) == 0
