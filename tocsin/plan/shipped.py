"""The plans that come with the product."""

from functools import cache
from pathlib import Path

from tocsin.engine.program import Program
from tocsin.plan.read import read

_PACKAGED = Path(__file__).parent.parent / "shipped_plans"
_IN_REPOSITORY = Path(__file__).parent.parent.parent / "plans"


def sources() -> dict[str, Path]:
    """Return the plan files by plan id. In a wheel they are package data, in a checkout they stand in `plans/`."""
    home = _PACKAGED if _PACKAGED.is_dir() else _IN_REPOSITORY
    return {path.parent.name: path for path in sorted(home.glob("*/plan.yaml"))}


@cache
def program(plan_id: str) -> Program | None:
    """Return the compiled plan of this id as it comes with the product; None if there is none. Read once."""
    source = sources().get(plan_id)
    return read(source.read_bytes(), str(source)).program if source else None


def scenarios(plan_id: str) -> list[Path]:
    """Return the scenario files that come with a plan, in order; none for one that is not shipped."""
    source = sources().get(plan_id)
    return sorted((source.parent / "scenarios").glob("*.yaml")) if source else []
