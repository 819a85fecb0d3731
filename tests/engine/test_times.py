"""Spans: spelling, calendar arithmetic, gaps and folds of local time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tocsin.engine.business import Calendar
from tocsin.engine.texts import spell
from tocsin.engine.times import Span, add, instant, parse

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
        ("08:00,20:00", Span(clock=(480, 1200))),
        ("bd@09:00", Span(clock=(540,), working=True)),
        ("1bd@12:00", Span(open_days=1, clock=(720,))),
    ],
)
def test_a_span_is_read_as_plans_write_it(text, span):
    assert parse(text) == span


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "m30",
        "30m2h",
        "1h1h",
        "-5m",
        "1.5h",
        "99999999d",
        "1h ",
        "٣h",
        "24:00",
        "20:00,08:00",
        "2h@08:00",
        "1d@08:00,20:00",
        "@08:00",
        "0bd@08:00",
        "08:00@09:00",
        "1d@08:00@09:00",
    ],
)
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


AT = datetime(2025, 6, 3, 1, 5, tzinfo=UTC)  # 03:05 in Warsaw


@pytest.mark.parametrize(
    ("words", "last", "following"),
    [
        ("03:00", datetime(2025, 6, 3, 1, 0, tzinfo=UTC), datetime(2025, 6, 4, 1, 0, tzinfo=UTC)),
        ("3:05", AT, datetime(2025, 6, 4, 1, 5, tzinfo=UTC)),
        ("04:30", datetime(2025, 6, 2, 2, 30, tzinfo=UTC), datetime(2025, 6, 3, 2, 30, tzinfo=UTC)),
        ("04:30 (UTC)", datetime(2025, 6, 2, 4, 30, tzinfo=UTC), datetime(2025, 6, 3, 4, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_its_day_is_the_last_one_or_the_next(words, last, following):
    assert instant(words, AT, "Europe/Warsaw") == last
    assert instant(words, AT, "Europe/Warsaw", ahead=True) == following


@pytest.mark.parametrize(
    "words",
    [
        "2025-06-03 04:30",
        "2025-06-03T04:30 (Europe/Warsaw)",
        "2025-06-03 02:30 (UTC)",
        "2025-06-03T02:30:00Z",
        "2025-06-03 04:30+02:00 (Europe/Warsaw)",
        " 2025-06-03T10:30+08:00 ",
    ],
)
def test_a_date_with_its_time_is_read_where_it_says_to_be(words):
    assert instant(words, AT, "Europe/Warsaw") == datetime(2025, 6, 3, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        *("", "soon", "24:30", "2025-06-03", "2025-W23-2", "٠٤:30"),
        *("04:30 (approx.)", "04:30 ()", "04:30 (Europe)", "04:30 (../etc)", "(UTC)", "04:30 (UTC) or so"),
        *("2025-06-03 04:30+05:00 (UTC)", "0001-01-01 00:30", "9999-12-31T23:59+00:00"),
    ],
)
def test_what_is_no_instant_is_refused_and_never_guessed(words):
    with pytest.raises(ValueError, match=r".*"):
        instant(words, AT, "Europe/Warsaw")


def test_a_time_in_the_hour_that_comes_twice_is_the_nearest_of_both():
    between = datetime(2025, 10, 26, 0, 45, tzinfo=UTC)  # 02:45 in Warsaw for the first time
    assert instant("02:30", between, "Europe/Warsaw") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert instant("02:30", between, "Europe/Warsaw", ahead=True) == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


def test_a_time_that_its_night_leaves_out_is_the_first_after_it():
    before = datetime(2025, 3, 30, 0, 0, tzinfo=UTC)  # 01:00 in Warsaw; clocks go from 02:00 to 03:00
    assert instant("02:30", before, "Europe/Warsaw", ahead=True) == datetime(2025, 3, 30, 1, 0, tzinfo=UTC)
    assert instant("2025-03-30 02:30", before, "Europe/Warsaw") == datetime(2025, 3, 30, 1, 0, tzinfo=UTC)


@given(instants, st.sampled_from(ZONES))
def test_an_instant_reads_back_as_it_is_spelled_in_every_zone(at, zone):
    minute = at.replace(second=0, microsecond=0)
    offset = minute.astimezone(ZoneInfo(zone)).utcoffset()
    assume(offset is not None and not offset.seconds % 60)  # a few zones of the last century counted in seconds
    assert instant(spell(minute, "en", zone), at, "UTC") == minute


def test_a_span_is_a_length_unless_it_has_months():
    assert parse("1w1d2h").length() == timedelta(days=8, hours=2)
    with pytest.raises(ValueError, match="month"):
        parse("1mo").length()


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


@pytest.mark.parametrize(
    ("limit", "since", "then"),
    [
        ("08:00,20:00", "2026-03-06 07:59", "2026-03-06 08:00"),
        ("08:00,20:00", "2026-03-06 08:00", "2026-03-06 20:00"),
        ("08:00,20:00", "2026-03-06 20:00", "2026-03-07 08:00"),
        ("02:30", "2026-03-28 12:00", "2026-03-29 03:00"),  # the clocks go forward over it
        ("bd@09:00", "2026-03-06 09:00", "2026-03-09 09:00"),
        ("1bd@12:00", "2026-03-05 09:00", "2026-03-06 12:00"),
        ("1bd@12:00", "2026-03-07 15:00", "2026-03-09 12:00"),  # on a Saturday, Monday is the next working day
        ("1mo@09:00", "2026-01-31 18:00", "2026-02-28 09:00"),
    ],
)
def test_until_a_time_of_day_it_is_as_long_as_that_time_is_away(limit, since, then):
    week = (((8 * 60, 18 * 60),),) * 5 + ((), ())
    office = Calendar("Europe/Warsaw", week)
    warsaw = ZoneInfo("Europe/Warsaw")
    found = add(datetime.fromisoformat(since).replace(tzinfo=warsaw).astimezone(UTC), parse(limit), office)
    assert found.astimezone(warsaw).strftime("%Y-%m-%d %H:%M") == then
