"""The plans that come with the product."""

from pathlib import Path

_PACKAGED = Path(__file__).parent.parent / "shipped_plans"
_IN_REPOSITORY = Path(__file__).parent.parent.parent / "plans"


def sources() -> dict[str, Path]:
    """Return the plan files by plan id. In a wheel they are package data, in a checkout they stand in `plans/`."""
    home = _PACKAGED if _PACKAGED.is_dir() else _IN_REPOSITORY
    return {path.parent.name: path for path in sorted(home.glob("*/plan.yaml"))}
