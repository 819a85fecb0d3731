"""Plans are loaded from the command line: files, or those that come with the product."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.accounts import founding
from tocsin.accounts.models import AuditEntry
from tocsin.cli.plans import plan
from tocsin.incidents.models import Plan

pytestmark = pytest.mark.django_db
SMALL = Path(__file__).parents[1].joinpath("incidents", "small.yaml").read_text("utf-8")


def said(*arguments: str, code: int = 0) -> str:
    answer = CliRunner().invoke(plan, ["load", *arguments])
    assert answer.exit_code == code, answer.output
    return answer.output


@pytest.fixture(autouse=True)
def organisation() -> None:
    founding.found("Hotline", "ana@example.org", "Ana", "en")


@pytest.mark.row("PLN-01")
def test_a_file_is_loaded_as_a_draft_or_in_force(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(SMALL, "utf-8")
    assert said(str(file)).startswith("small 1.0 ")
    assert Plan.objects.get().status == "draft"
    assert said(str(file), "--in-force").rstrip().endswith("in force")
    assert Plan.objects.get().status == "in_force"
    assert {"plan.loaded", "plan.published"} <= set(AuditEntry.objects.values_list("act", flat=True))


@pytest.mark.row("PLN-01")
def test_a_plan_that_comes_with_the_product_is_loaded_by_its_id() -> None:
    assert said("hotline-outage").startswith("hotline-outage ")
    assert "no such file" in said("hotline-outgae", code=1)


@pytest.mark.row("PLN-06")
def test_an_open_warning_keeps_a_plan_from_being_in_force(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(SMALL.replace("fields: {what: {type: text}}", "fields: {what: {type: text}}\n    announced: 3"), "utf-8")
    assert "L10" in said(str(file), "--in-force", code=1)
    assert Plan.objects.get().status == "draft"


def test_a_file_with_errors_loads_nothing_and_says_where(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(SMALL.replace("owes: tech", "owes: nobody_knows"), "utf-8")
    assert f"{file}:" in said(str(file), code=1)
    assert not Plan.objects.exists()


def test_a_file_that_is_not_utf_8_is_a_finding_and_loads_nothing(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_bytes(SMALL.replace("Small outage", "小故障").encode("gb18030"))
    assert "is not UTF-8" in said(str(file), code=1)
    assert not Plan.objects.exists()
