"""Times as a person reads them: in the viewer's zone, in the viewer's language. A page states the zone once (`zone()`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from babel.units import format_unit
from markupsafe import Markup

from tocsin.engine.times import instant, stamped, zone_of
from tocsin.kit import clock as time_now
from tocsin.web import languages
from tocsin.web.languages import Language
from tocsin.web.markup import filled

_zone: ContextVar[str] = ContextVar("zone", default="UTC")
_today: ContextVar[datetime | None] = ContextVar("today", default=None)


@contextmanager
def in_zone(name: str) -> Iterator[None]:
    """Show times in this zone for as long as the block runs; UTC if there is no such zone."""
    token = _zone.set(name if is_zone(name) else "UTC")
    try:
        yield
    finally:
        _zone.reset(token)


@contextmanager
def as_on(day: datetime) -> Iterator[None]:
    """Speak of days as one did at `day` for as long as the block runs: a document must read the same next year."""
    token = _today.set(day)
    try:
        yield
    finally:
        _today.reset(token)


def is_zone(name: str) -> bool:
    """Return whether `name` is a zone of the tz database."""
    try:
        return bool(name) and bool(zone_of(name))
    except ValueError:
        return False


def zones() -> list[str]:
    """Return the zones that a person may choose."""
    odd = ("Etc/", "SystemV/", "posix/", "right/")
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith(odd))]


def zone() -> str:
    """Return the viewer's zone as the page names it, such as `Warsaw`."""
    name = _zone.get()
    return name if name == "UTC" else get_timezone_location(ZoneInfo(name), locale=languages.active().locale, return_city=True)


def zone_id() -> str:
    """Return the viewer's zone as the tz database names it."""
    return _zone.get()


def now() -> datetime:
    """Return the present instant."""
    return time_now.now()


def local(at: datetime) -> datetime:
    """Return `at` in the viewer's zone."""
    return at.astimezone(ZoneInfo(_zone.get()))


def read(typed: str) -> datetime:
    """
    Return the instant that a person typed in the zone of the page; a time without its day is the last such time.

    :raises ValueError: it is no time.
    """
    return instant(typed, now(), _zone.get())


def named(typed: str) -> str:
    """Return a time that a person typed with the zone of the page beside it, for whoever reads it elsewhere; what is no time as it is."""
    try:
        read(f"{typed} ({_zone.get()})")
    except ValueError:
        return typed
    return typed if _has_offset(typed) else f"{typed} ({_zone.get()})"


def _has_offset(typed: str) -> bool:
    try:
        return bool(stamped(typed))
    except ValueError:
        return False


def typed(words: str) -> str:
    """Return a time as an input of the page takes it, in its zone; what is no time as it is."""
    try:
        return f"{local(read(words)):%Y-%m-%dT%H:%M}"
    except ValueError:
        return words


def today() -> date:
    """Return the day on which days are spoken of."""
    return local(_today.get() or now()).date()


def spoken(at: datetime) -> str:
    """Return `14:35` for today, `19 Nov, 14:35` for another day of this year, with the year otherwise. Plain text."""
    here = local(at)
    return _spoken(here.date(), here.hour, here.minute, today(), languages.active())


@lru_cache(4096)
def _spoken(day: date, hour: int, minute: int, spoken_on: date, language: Language) -> str:
    """Return a time of a day as it is said on another. A page says the same one many times."""
    of_day = format_time(time(hour, minute), "HH:mm", locale=language.locale)
    if day == spoken_on:
        return of_day
    return f"{format_date(day, _day_pattern(language, day.year == spoken_on.year), locale=language.locale)}, {of_day}"


def moment(at: datetime | None) -> Markup:
    """Return an instant as `<time>`; nothing for None."""
    if at is None:
        return Markup()
    return _moment(at.isoformat(timespec="seconds"), spoken(at))


@lru_cache(4096)
def _moment(at: str, said: str) -> Markup:
    return filled('<time datetime="{}">{}</time>', at, said)


def stamp(at: datetime) -> Markup:
    """Return an instant to the second, with its day: for a document."""
    return filled('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), f"{local(at):%Y-%m-%d %H:%M:%S}")


def day(at: datetime) -> str:
    """Return the day of an instant in words, with the year."""
    return format_date(local(at), "long", locale=languages.active().locale)


def month(at: datetime) -> str:
    """Return the month of an instant in words, with the year."""
    return format_skeleton("yMMMM", local(at), locale=languages.active().locale)


def clock(due_at: datetime) -> Markup:
    """Return how long is left until `due_at` (`+` once it is past), counted on by the page's script from here."""
    left = int((due_at - now()).total_seconds() // 1)
    return filled('<time data-left="{}" datetime="{}">{}</time>', left, due_at.isoformat(timespec="seconds"), counted(left))


def since(at: datetime) -> Markup:
    """Return how long ago `at` was, counted on by the page's script from here."""
    passed = max(0, int((now() - at).total_seconds()))
    return filled('<time data-since="{}" datetime="{}">{}</time>', passed, at.isoformat(timespec="seconds"), counted(passed))


def counted(left_s: int) -> str:
    """Return `03:48`, `1:11:12` or, past it, `+11:12`, as the page's script writes it."""
    hours, rest = divmod(abs(left_s), 3600)
    minutes, seconds = divmod(rest, 60)
    return ("+" if left_s < 0 else "") + (f"{hours}:{minutes:02}" if hours else f"{minutes:02}") + f":{seconds:02}"


def lasting(span: timedelta) -> str:
    """Return a duration in its largest fitting unit, with the next one if that is not nothing: `9 min`, `1 hr 30 min`, `3 days`."""
    seconds, locale = int(abs(span.total_seconds())), languages.active().locale
    units = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
    counts = []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        counts.append((count, unit))
    first = next((index for index, (count, _) in enumerate(counts) if count), len(counts) - 1)
    shown = [(count, unit) for count, unit in counts[first : first + 2] if count] or counts[-1:]
    return " ".join(format_unit(count, f"duration-{unit}", length="short", locale=locale) for count, unit in shown)


def _day_pattern(language: Language, this_year: bool) -> str:
    if language.code == "zh":
        return "M月d日" if this_year else "y年M月d日"
    return "d MMM" if this_year else "d MMM y"
