"""Spans: spelling, calendar arithmetic, gaps and folds of local time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.engine.times import Span, add, parse

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
spans = st.builds(
    Span, months=st.integers(0, 30), days=st.integers(0, 90), exact=st.integers(0, 400_000).map(lambda s: timedelta(seconds=s))
)
instants = st.datetimes(datetime(1975, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", Span(exact=timedelta(seconds=90))),
        ("30m", Span(exact=timedelta(minutes=30))),
        ("30min", Span(exact=timedelta(minutes=30))),
        ("72h", Span(exact=timedelta(hours=72))),
        ("3d4h12m", Span(days=3, exact=timedelta(hours=4, minutes=12))),
        ("2w", Span(days=14)),
        ("1mo", Span(months=1)),
        ("1y", Span(months=12)),
    ],
)
def test_a_span_is_read_as_plans_write_it(text, span):
    assert parse(text) == span


@pytest.mark.parametrize("text", ["", "30", "m30", "30m2h", "1h1h", "-5m", "1.5h", "99999999d", "1h ", "٣h"])
def test_what_is_not_a_span_is_refused(text):
    with pytest.raises(ValueError, match=r"duration|100 years"):
        parse(text)


@given(spans)
def test_a_span_is_spelled_so_that_it_reads_back(span):
    assert parse(str(span)) == span


@given(instants, st.integers(1, 10**6), st.sampled_from(ZONES))
def test_hours_and_minutes_are_absolute_in_every_zone(at, seconds, zone):
    assert add(at, Span(exact=timedelta(seconds=seconds)), zone) == at + timedelta(seconds=seconds)


@given(instants, st.integers(1, 400), st.sampled_from(ZONES))
def test_days_keep_the_local_time_unless_it_does_not_exist(at, days, zone):
    tz = ZoneInfo(zone)
    then = add(at, Span(days=days), zone)
    wanted = at.astimezone(tz).replace(tzinfo=None) + timedelta(days=days)
    found = then.astimezone(tz).replace(tzinfo=None)
    assert found == wanted or wanted.replace(tzinfo=tz).astimezone(UTC).astimezone(tz).replace(tzinfo=None) != wanted
    assert found >= wanted
    if found == wanted:
        assert then.astimezone(tz).fold == 0


def test_a_month_end_is_clamped():
    start = datetime(2025, 1, 31, 12, tzinfo=UTC)
    assert add(start, Span(months=1), "UTC") == datetime(2025, 2, 28, 12, tzinfo=UTC)
    assert add(start.replace(year=2028), Span(months=1), "UTC") == datetime(2028, 2, 29, 12, tzinfo=UTC)


def test_a_local_time_that_does_not_exist_moves_to_the_first_that_does():
    start = datetime(2025, 3, 29, 1, 30, tzinfo=UTC)  # 02:30 in Warsaw; on the 30th clocks go from 02:00 to 03:00
    assert add(start, Span(days=1), "Europe/Warsaw") == datetime(2025, 3, 30, 1, 0, tzinfo=UTC)


def test_a_local_time_that_exists_twice_is_the_first():
    start = datetime(2025, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Warsaw; on the 26th it comes twice
    assert add(start, Span(days=1), "Europe/Warsaw") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
