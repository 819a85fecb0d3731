"""What keeps alerts quiet, over every change of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest.matchers import parse
from tocsin.ingest.quiet import Keeper, Planned, Silenced, Unreadable, recurrence
from tocsin.ingest.routing.runs import Why

BILLING, MADE = parse("job=billing"), datetime(2026, 1, 1, tzinfo=UTC)
H = timedelta(hours=1)


def window(begins: str, lasts: timedelta, repeats: str = "", zone: str = "Europe/Warsaw") -> Planned:
    return Planned(BILLING, zone, datetime.fromisoformat(begins), lasts, repeats, MADE)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def test_a_silence_holds_from_its_beginning_until_its_end():
    keeper = Keeper((Silenced(BILLING, utc("2026-03-04T12:00"), utc("2026-03-04T13:00")),))
    assert keeper({"job": "billing"}, utc("2026-03-04T12:00")) == (Why.SILENCED, utc("2026-03-04T13:00"))
    assert keeper({"job": "billing"}, utc("2026-03-04T13:00")) is None
    assert keeper({"job": "mail"}, utc("2026-03-04T12:30")) is None


def test_of_several_the_one_that_lasts_longest_says_until_when():
    until = [utc("2026-03-04T13:00"), utc("2026-03-04T15:00")]
    keeper = Keeper(tuple(Silenced(BILLING, utc("2026-03-04T12:00"), end) for end in until))
    assert keeper({"job": "billing"}, utc("2026-03-04T12:30")) == (Why.SILENCED, until[1])


@pytest.mark.row("F-12")
@pytest.mark.parametrize(
    ("day", "begin", "end"),
    [
        ("2026-03-22", "2026-03-22T00:30", "2026-03-22T03:30"),
        ("2026-03-29", "2026-03-29T00:30", "2026-03-29T02:30"),  # the clocks go forward at 02:00: an hour less
        ("2026-10-25", "2026-10-24T23:30", "2026-10-25T03:30"),  # and back at 03:00: an hour more
    ],
)
def test_work_by_the_clocks_on_the_wall_moves_with_them(day, begin, end):
    every_sunday = window("2026-01-04T01:30", 3 * H, "FREQ=WEEKLY;BYDAY=SU")
    (found,) = every_sunday.coming(utc(f"{day}T00:00") - 2 * H, 1)
    assert found == (utc(begin), utc(end))
    assert every_sunday.until(found[0]) == found[1]
    assert every_sunday.until(found[0] - timedelta(seconds=1)) is None
    assert every_sunday.until(found[1]) is None


@pytest.mark.row("F-12")
def test_a_time_that_the_clocks_leave_out_is_the_first_after_it_and_a_double_one_the_first_of_both():
    assert window("2026-03-29T02:15", 2 * H).coming(MADE, 1) == [(utc("2026-03-29T01:00"), utc("2026-03-29T03:00"))]
    assert window("2026-10-25T02:15", 2 * H).coming(MADE, 1) == [(utc("2026-10-25T00:15"), utc("2026-10-25T03:15"))]


@pytest.mark.row("F-12")
@pytest.mark.parametrize("begins", ["02:00", "02:15"])
def test_work_that_was_to_begin_in_the_hour_left_out_is_done_whole_after_it(begins):
    """By the clocks alone it would begin and end at the same instant: nothing would be kept quiet that night."""
    nightly = window(f"2026-01-04T{begins}", 45 * H / 60, "FREQ=DAILY")
    (found,) = nightly.coming(utc("2026-03-29T00:30"), 1)
    assert found == (utc("2026-03-29T01:00"), utc("2026-03-29T01:45"))
    assert nightly.until(utc("2026-03-29T01:30")) == found[1]
    assert nightly.until(found[1]) is None


def test_it_counts_from_when_it_was_planned_until_it_was_removed():
    daily = window("2026-01-01T00:00", 24 * H, "FREQ=DAILY", "UTC")
    removed = Planned(BILLING, "UTC", daily.begins, daily.lasts, daily.repeats, MADE, utc("2026-01-05T06:00"))
    assert daily.until(MADE - H) is None
    assert removed.until(utc("2026-01-05T05:00")) == utc("2026-01-05T06:00")
    assert removed.until(utc("2026-01-05T06:00")) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC, microsecond=0)),
    st.sampled_from(["Europe/Warsaw", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "UTC"]),
    st.integers(1, 30),
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,SU", "FREQ=MONTHLY;BYMONTHDAY=1,29", "FREQ=MONTHLY;BYDAY=-1SU"]),
)
def test_whoever_asks_when_it_comes_and_whether_it_is_open_hears_the_same(at, zone, hours, repeats):
    one = window("2026-01-01T01:30", hours * H, repeats, zone)
    open_now = [end for begin, end in one.coming(at, 40) if begin <= at < end]
    assert one.until(at) == (max(open_now) if open_now else None)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1",
        "FREQ=NEVER",
        "FREQ=DAILY;UNTIL=20200101T000000",
        "x\nFREQ=DAILY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=1;INTERVAL=0",
        "FREQ=WEEKLY;BYEASTER=400",
        "FREQ=MONTHLY;BYDAY=1MO,8MO",
        "FREQ=MONTHLY;BYDAY=99MO",
    ],
)
def test_what_is_no_recurrence_is_refused(written):
    with pytest.raises(Unreadable):
        recurrence(written, datetime(2026, 1, 4, 1, 30))


def test_a_recurrence_is_kept_as_calendars_write_it():
    assert recurrence("rrule:freq=weekly;byday=su", datetime(2026, 1, 4, 1, 30)) == "FREQ=WEEKLY;BYDAY=SU"
