"""Business time: days and hours of a calendar, against a count of minutes one by one, over both clock changes of the year."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t
from tocsin.engine.business import Calendar
from tocsin.engine.times import Span, add, parse
from tocsin.plan.read import read

ZONE = "Europe/Warsaw"
DAY = ((9 * 60, 17 * 60),)
SPLIT = ((8 * 60, 12 * 60), (13 * 60, 16 * 60 + 30))
NIGHTS = ((0, 3 * 60), (22 * 60, 24 * 60))
OFFICE = Calendar(ZONE, (DAY, DAY, DAY, DAY, SPLIT, (), ()), {date(2026, 5, 1): (), date(2026, 5, 2): DAY})
WATCH = Calendar(ZONE, (NIGHTS,) * 7, {date(2026, 3, 30): ()})
MINUTE = timedelta(minutes=1)


def warsaw(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@cache
def shown(day: date) -> tuple[tuple[datetime, int], ...]:
    """Every minute of a local day with what the wall clock shows then, in minutes."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    found = ((start + n * MINUTE, (start + n * MINUTE).astimezone(ZoneInfo(ZONE))) for n in range(26 * 60))
    return tuple((at, local.hour * 60 + local.minute) for at, local in found if local.date() == day)


def open_minutes(calendar: Calendar, day: date) -> Iterator[datetime]:
    """The minutes that count: from the first at which the wall clock has reached the opening, to the first at which it has the closing."""
    clock = shown(day)
    for opens, shuts in calendar.days.get(day, calendar.week[day.weekday()]):
        begins = next(at for at, minute in clock if minute >= opens)
        ends = next((at for at, minute in clock if minute >= shuts), clock[-1][0] + MINUTE)
        yield from (at for at, _minute in clock if begins <= at < ends)


def days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += timedelta(days=1)


def counted(calendar: Calendar, at: datetime, hours: int) -> datetime:
    """The end of the last of so many open minutes after `at`."""
    left = hours * 60
    for day in days_from(at.astimezone(ZoneInfo(ZONE)).date()):
        for minute in open_minutes(calendar, day):
            if minute >= at:
                left -= 1
                if not left:
                    return minute + MINUTE
    raise AssertionError


INSTANTS = st.integers(0, 60 * 24 * 30).map(lambda minutes: warsaw("2026-03-15T00:00") + minutes * MINUTE) | st.integers(
    0, 60 * 24 * 30
).map(lambda minutes: warsaw("2026-10-10T00:00") + minutes * MINUTE)


@settings(deadline=None)  # the minutes of a day are counted once, and the first time takes a while
@given(st.sampled_from([OFFICE, WATCH]), INSTANTS, st.integers(1, 40))
def test_business_hours_are_the_open_minutes_counted_one_by_one(calendar: Calendar, at: datetime, hours: int) -> None:
    due = add(at, Span(open_hours=hours), calendar)
    assert due == counted(calendar, at, hours)
    assert calendar.between(at, due) == timedelta(hours=hours)


@settings(deadline=None)  # the minutes of a day are counted once, and the first time takes a while
@given(st.sampled_from([OFFICE, WATCH]), INSTANTS, st.integers(1, 12))
def test_a_business_day_later_is_the_same_time_on_the_next_day_that_counts(calendar: Calendar, at: datetime, count: int) -> None:
    due = add(at, Span(open_days=count), calendar)
    local = due.astimezone(ZoneInfo(ZONE))
    start = next(
        minute for day in days_from(at.astimezone(ZoneInfo(ZONE)).date()) for minute in open_minutes(calendar, day) if minute + MINUTE > at
    )
    start = max(at, start)
    first = start.astimezone(ZoneInfo(ZONE))
    between = [
        day for day, _n in zip(days_from(first.date() + timedelta(days=1)), range(25), strict=False) if any(open_minutes(calendar, day))
    ]
    opens = list(open_minutes(calendar, between[count - 1]))
    meant = next((minute for minute, shows in shown(between[count - 1]) if shows >= first.hour * 60 + first.minute), None)
    assert (due - MINUTE in opens) or (due in opens)
    assert local.date() in (between[count - 1], between[count - 1] + timedelta(days=1))
    if meant in opens:
        assert due == meant


@pytest.mark.parametrize(
    ("begins", "limit", "due"),
    [
        ("2026-04-27T10:00", "4bh", "2026-04-27T14:00"),
        ("2026-04-27T15:00", "4bh", "2026-04-28T11:00"),  # two hours today, two tomorrow
        ("2026-04-27T13:00", "4bh", "2026-04-27T17:00"),  # at closing, not at the next opening
        ("2026-04-24T10:00", "4bh", "2026-04-24T15:00"),  # Friday's lunch does not count
        ("2026-04-24T23:00", "1bh", "2026-04-27T10:00"),  # the week ends in between
        ("2026-04-30T16:00", "2bh", "2026-05-02T10:00"),  # the first of May is shut, the Saturday after it is worked
        ("2026-04-27T10:00", "1bd", "2026-04-28T10:00"),
        ("2026-04-24T10:00", "1bd", "2026-04-27T10:00"),
        ("2026-04-24T22:00", "1bd", "2026-04-28T09:00"),  # it begins on Monday morning
        ("2026-04-30T16:45", "1bd", "2026-05-02T16:45"),
        ("2026-04-23T12:30", "1bd", "2026-04-24T13:00"),  # Friday at noon is lunch
        ("2026-04-23T16:45", "1bd", "2026-04-24T16:30"),  # Friday shuts earlier
        ("2026-04-27T10:00", "1bd4bh", "2026-04-28T14:00"),
    ],
)
def test_what_a_limit_in_business_time_means(begins: str, limit: str, due: str) -> None:
    assert add(warsaw(begins), parse(limit), OFFICE) == warsaw(due)


def test_the_hour_that_spring_skips_and_the_one_that_autumn_has_twice_count_as_long_as_they_are() -> None:
    assert WATCH.between(warsaw("2026-03-29T00:00"), warsaw("2026-03-29T12:00")) == timedelta(hours=2)
    assert WATCH.between(warsaw("2026-10-25T00:00"), warsaw("2026-10-25T12:00")) == timedelta(hours=4)


@pytest.mark.parametrize("words", ["2bd", "4bh", "1bd4bh"])
def test_business_time_reads_as_it_is_spelled(words: str) -> None:
    assert str(parse(words)) == words
    with pytest.raises(ValueError, match="calendar"):
        parse(words).length()


@pytest.mark.parametrize("words", ["1d4bh", "4bh30m", "4bh1bd", "10001bd", "100001bh"])
def test_business_time_is_not_mixed_with_time_round_the_clock_nor_longer_than_a_working_life(words: str) -> None:
    with pytest.raises(ValueError, match=r"duration|business|longer"):
        parse(words)


def test_a_clock_that_outlives_the_calendar_of_its_plan_runs_round_the_clock() -> None:
    assert add(warsaw("2026-04-24T10:00"), parse("1bd4bh"), ZONE) == warsaw("2026-04-25T14:00")


def office() -> Story:
    found = read(Path(__file__).with_name("office.yaml").read_text("utf-8"), "office.yaml")
    assert found.program is not None, found.findings
    return Story(cast={"eva": ("clerk",)}, program=found.program)


def at(story: Story, words: str) -> float:
    """The minutes of the story at which clocks in Warsaw show so."""
    return (warsaw(words) - story.at(0)) / MINUTE


def test_limits_and_recurring_duties_of_a_plan_run_in_business_time() -> None:
    story = office()
    declared = at(story, "2026-04-29T15:00")
    story.declare(declared, person="eva")
    assert story.clock("answer").due_at == warsaw("2026-05-02T13:00")  # Thursday, then the Saturday that is worked, until it shuts
    assert story.clock("look").due_at == warsaw("2026-04-30T13:00")
    assert story.clock("report").due_at == warsaw("2026-04-30T11:00")
    story.tick(at(story, "2026-04-30T11:00") + 1)
    assert story.clock("report").missed == 1
    assert story.clock("report").due_at == warsaw("2026-04-30T15:00")
    story.tick(at(story, "2026-04-30T15:00") + 1)
    assert story.clock("report").due_at == warsaw("2026-05-02T11:00")  # the grid passes over the holiday


def test_a_reminder_comes_after_two_thirds_of_the_business_time() -> None:
    story = office()
    story.declare(at(story, "2026-04-29T15:00"), person="eva")
    assert story.clock("look").remind_at == warsaw("2026-04-30T11:00")
    assert story.clock("report").remind_at == warsaw("2026-04-30T09:40")


def test_business_time_that_a_calendar_draws_out_beyond_all_dates_is_as_good_as_never() -> None:
    rare = Calendar("Europe/Warsaw", ((),) * 6 + (((540, 541),),))
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    assert 2120 < add(begun, parse("100000bh"), rare).year < 2200


LOOK = """
defaults: {calendar: {cite: O 1, hours: {mon-fri: "09:00-17:00"}}}
obligations:
  look:
    cite: O 3
    owes: clerk
    do: {en: Look}
    within: 8bh
    of: reported
    until: closed
    late: [{after: -50%, tell: [clerk]}, {after: 50%, tell: [clerk]}]
"""


def test_a_rung_at_a_part_of_a_limit_in_business_time_comes_in_business_time() -> None:
    story = Story(cast={"chi": ("clerk",)}, program=written(LOOK))
    friday = at(story, "2025-06-06T15:00")
    story.declare(friday)
    assert story.clock("look").due_at == warsaw("2025-06-09T15:00")
    for minute in range(0, 4 * 24 * 60, 30):
        story.tick(friday + minute)
    early, late = story.of(t.RungReached)
    assert early.at == warsaw("2025-06-09T11:00")
    assert late.at == warsaw("2025-06-10T11:30")  # the first tick after 11:00, by a moment
