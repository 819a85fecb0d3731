"""Plans that nobody ships, written from documents of other kinds: they check clean and their worked cases run, live and read back."""

from pathlib import Path

import pytest

from tocsin.plan.read import read
from tocsin.plan.scenarios.replay import program_for, replay

UNSEEN = Path(__file__).parent / "unseen"


@pytest.mark.parametrize("plan", sorted(UNSEEN.glob("*/plan.yaml")), ids=lambda plan: plan.parent.name)
def test_it_is_read_without_an_error_or_a_doubt(plan: Path):
    assert [str(each) for each in read(plan.read_bytes(), plan.name).findings if each.severity != "note"] == []


@pytest.mark.parametrize("file", sorted(UNSEEN.glob("*/scenarios/*.yaml")), ids=lambda file: f"{file.parents[1].name}/{file.stem}")
def test_its_worked_cases_hold(file: Path):
    _, failed = replay(file, program_for(file, None))
    assert failed == []
