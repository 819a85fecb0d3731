"""Periods: what is counted over many incidents in a month, a quarter or a year, held against the period before (KPI-10, KPI-13). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tocsin.engine.expressions import Known
from tocsin.engine.figures import change
from tocsin.engine.times import first_instant, zone_of

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
"""How many months each period has."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much was counted in the period that runs, and in the one before."""

    now: Decimal
    before: Decimal

    @property
    def change(self) -> Known:
        """Return the change in per cent; unknown where nothing was counted before."""
        return change(self.before, self.now)


def begin(at: datetime, per: str, zone: str) -> datetime:
    """Return when the period began in which `at` lies, by the wall clock of the zone."""
    local = at.astimezone(zone_of(zone))
    month = local.month - (local.month - 1) % MONTHS[per]
    return first_instant(datetime(local.year, month, 1), zone)  # noqa: DTZ001 - the wall clock of the zone


def before(at: datetime, per: str, zone: str) -> datetime:
    """Return when the period before began."""
    return begin(begin(at, per, zone) - timedelta(days=1), per, zone)
