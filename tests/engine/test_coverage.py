"""Coverage: shifts that follow one another, and where the first gap is."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.engine.coverage import until

NOON = datetime(2025, 6, 3, 12, tzinfo=UTC)


def shift(begins: float, ends: float) -> tuple[datetime, datetime]:
    return NOON + timedelta(hours=begins), NOON + timedelta(hours=ends)


@pytest.mark.parametrize(
    ("shifts", "hours"),
    [
        ([], 0),
        ([shift(0, 8)], 8),
        ([shift(-2, 8), shift(8, 16)], 16),
        ([shift(4, 12), shift(-2, 8)], 12),
        ([shift(0, 8), shift(8.5, 16)], 8),
        ([shift(1, 8)], 0),
        ([shift(-8, -1)], 0),
        ([shift(0, 8), shift(1, 4)], 8),
    ],
    ids=["none", "one", "in turn", "overlapping", "a gap", "not yet", "over", "one within another"],
)
@pytest.mark.row("REC-06")
def test_it_reaches_to_the_first_gap(shifts, hours):
    assert until(shifts, NOON) == NOON + timedelta(hours=hours)
