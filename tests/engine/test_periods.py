"""Periods: by the wall clock, each beside the one before."""

from datetime import datetime
from decimal import Decimal

import pytest

from tocsin.engine import periods
from tocsin.engine.expressions import UNKNOWN
from tocsin.engine.periods import Counted


@pytest.mark.parametrize(
    ("per", "began", "before"),
    [("month", "2026-01-01", "2025-12-01"), ("quarter", "2026-01-01", "2025-10-01"), ("year", "2026-01-01", "2025-01-01")],
)
def test_a_period_begins_at_local_midnight_and_the_one_before_where_that_began(per, began, before):
    at = datetime.fromisoformat("2025-12-31T23:30:00+00:00")  # the new year has begun in Warsaw
    assert periods.begin(at, per, "Europe/Warsaw") == datetime.fromisoformat(f"{began}T00:00:00+01:00")
    summer = "+02:00" if before == "2025-10-01" else "+01:00"
    assert periods.before(at, per, "Europe/Warsaw") == datetime.fromisoformat(f"{before}T00:00:00{summer}")


@pytest.mark.row("KPI-13")
def test_the_change_is_computed_and_from_nothing_there_is_none():
    assert Counted(Decimal(3), Decimal(10)).change == -70
    assert Counted(Decimal(3), Decimal(0)).change is UNKNOWN
