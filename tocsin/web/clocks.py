"""Clocks as pages show them: weight grows as time runs out, and a drill's clocks run in the drill's time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from babel.units import format_unit
from markupsafe import Markup

from tocsin.engine.program import Text
from tocsin.incidents.models import ClockRow, Incident
from tocsin.incidents.times import incident_time
from tocsin.web import languages, plan_words, times
from tocsin.web.languages import gettext as _

RUNNING: Final = ("open", "breached")
FAR: Final = timedelta(hours=10)
"""Beyond this a clock says only its largest unit; nobody counts its seconds."""
SOON: Final = 5
"""A clock is framed when less than this part of its time is left."""


@dataclass(frozen=True, slots=True)
class Shown:
    """
    One clock. `state` is running, soon, late, far, paused or met; `count` the large words on the left, `small` those below.

    `allowed_s` and `left_s` fill the bar; no bar where nothing is allowed.
    """

    row: ClockRow
    title: Text
    number: str
    owner: str
    mine: bool
    state: str
    count: Markup
    small: str
    late: bool
    allowed_s: int
    left_s: int


def incident_now(incident: Incident) -> datetime:
    """Return the present instant in the incident's own time."""
    return incident_time(incident, times.now())


def show(row: ClockRow, now: datetime, *, number: str, owner: str, mine: bool, over: bool = False) -> Shown:
    """Return a clock as it stands at `now` (the incident's own time); nothing is counted any more once its incident is `over`."""
    state, count, small, late = (
        ("late", Markup("{}").format(_("missed")), "", True) if over and row.status == "breached" else _words(row, now)
    )
    allowed = int((row.due_at - row.began_at).total_seconds()) if row.due_at else 0
    left = int((row.due_at - now).total_seconds()) if row.due_at else 0
    title = {locale: f"{said}: {plan_words.deed(row.object)}" for locale, said in row.title.items()} if row.verb == "sign" else row.title
    return Shown(row, title, number, owner, mine, state, count, small, late, max(allowed, 0), max(left, 0))


def order(clocks: Iterable[Shown]) -> list[Shown]:
    """Return clocks by due time; those without a limit last."""
    return sorted(clocks, key=lambda clock: (clock.row.due_at is None, clock.row.due_at or clock.row.began_at))


def by_due_time(row: ClockRow) -> tuple[bool, datetime, str]:
    """Return by what rows are sorted that are to stand by due time; those without a limit last."""
    return row.due_at is None, row.due_at or row.began_at, row.clock


def count(due_at: datetime, now: datetime) -> Markup:
    """Return how long is left from `now` until `due_at`; the page's script counts on from there."""
    left = int((due_at - now).total_seconds() // 1)
    return Markup('<time data-left="{}" datetime="{}">{}</time>').format(left, due_at.isoformat(timespec="seconds"), times.counted(left))


def margin(seconds: int) -> str:
    """Return how early or late something was: in minutes, below one in seconds."""
    span = timedelta(seconds=abs(seconds))
    return times.lasting(span - span % timedelta(minutes=1) or span)


def _words(row: ClockRow, now: datetime) -> tuple[str, Markup, str, bool]:
    """Return state, count, the words below it, and whether it was or is late."""
    if row.status in ("met", "late"):
        return _met(row)
    if row.status not in RUNNING:
        return "met", Markup("{}").format(_ended(row)), "", False
    if row.due_at is None:
        return "paused", Markup("{}").format(_("no limit")), "", False
    left = row.due_at - now
    if row.status == "breached" or left < timedelta():
        return "late", count(row.due_at, now), _("late"), True
    if left > FAR:
        return "far", Markup("{}").format(_roughly(left)), "", False
    soon = left * SOON < row.due_at - row.began_at
    return ("soon" if soon else "running"), count(row.due_at, now), "", False


def _roughly(left: timedelta) -> str:
    name, unit = ("day", timedelta(days=1)) if left >= timedelta(days=3) else ("hour", timedelta(hours=1))
    return format_unit(left // unit, f"duration-{name}", length="short", locale=languages.active().locale)


def _met(row: ClockRow) -> tuple[str, Markup, str, bool]:
    if row.margin_s is None:
        return "met", Markup("{}").format(_("met")), "", False
    span = margin(row.margin_s)
    late = row.status == "late"
    words = _("%(span)s late") if late else _("%(span)s early")
    return "met", Markup("{}").format(words % {"span": span}), "", late


def _ended(row: ClockRow) -> str:
    words = {
        "waived": _("waived"),
        "until": _("over"),
        "unless": _("not needed"),
        "not_needed": _("not needed"),
        "no_longer": _("no longer owed"),
        "level_changed": _("level changed"),
        "closed": _("ended at the closing"),
        "plan_changed": _("plan changed"),
    }
    return words.get(row.ended or row.status, _("ended"))
