"""The rules of time zones in any edition: what was to be shown at an instant is shown at the one that takes its place."""

import importlib
import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.engine.times import add, parse
from tocsin.kit import zones
from tocsin.kit.zones import Offsets

ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 1), timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0))
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
WARSAW = "Europe/Warsaw"


def shown(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@pytest.mark.row("F-12")
@given(st.sampled_from(ZONES), INSTANTS, st.timedeltas(timedelta(), zones.AHEAD))
def test_rules_that_stay_as_they_are_move_nothing(zone: str, since: datetime, span: timedelta) -> None:
    at = (since + span).replace(microsecond=0)
    assert zones.same_time(at, zones.offsets(zone, since), zone) == at


@pytest.mark.row("F-12")
@given(st.sampled_from(ZONES), INSTANTS, st.integers(-12, 14))
def test_under_other_rules_the_same_time_is_shown_or_the_first_after_one_that_is_left_out(zone: str, at: datetime, hours: int) -> None:
    before = Offsets(((at - DAY, hours * 3600),))
    wanted = (at + hours * HOUR).replace(tzinfo=None)
    moved = zones.same_time(at, before, zone)
    if shown(moved, zone) != wanted:
        assert shown(moved - SECOND, zone) < wanted < shown(moved, zone), "it was left out"
    elif moved != at:
        assert ZoneInfo(zone).utcoffset(wanted) == moved.astimezone(ZoneInfo(zone)).utcoffset(), "the first of both"


@pytest.mark.row("F-12")
@given(st.sampled_from(ZONES), INSTANTS, st.sampled_from(["1d", "2d", "1mo", "1y"]))
def test_a_calendar_span_in_any_zone_ends_at_the_same_time_of_day_or_the_first_after_it(zone: str, at: datetime, span: str) -> None:
    due = add(at, parse(span), zone)
    if shown(due, zone).time() != shown(at, zone).time():
        assert shown(due - SECOND, zone).time() != shown(due, zone).time()
        assert shown(due, zone) - shown(due - SECOND, zone) > SECOND, "the time of day was left out"
    else:
        earlier = due - DAY / 8
        assert shown(due, zone) not in {shown(earlier + HOUR / 2 * step, zone) for step in range(6)}, "it is the first of both"


def test_what_is_known_of_a_zone_is_when_it_turns_and_to_what() -> None:
    known = zones.offsets(WARSAW, datetime(2026, 1, 10, tzinfo=UTC))
    assert known.steps[:3] == (
        (datetime(2026, 1, 10, tzinfo=UTC), 3600),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), 7200),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), 3600),
    )
    assert known.at(datetime(2026, 7, 1, tzinfo=UTC)) == 2 * HOUR
    assert len(known.steps) == 13


def test_the_edition_is_the_systems_or_the_packages(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
    assert zones.edition() == importlib.import_module("tzdata").IANA_VERSION
    (tmp_path / "tzdata.zi").write_text("# version 2031c\n# redo\n")
    assert zones.edition() == "2031c"
