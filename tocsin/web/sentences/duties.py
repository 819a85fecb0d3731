"""Clocks and what was owed by them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from markupsafe import Markup

from tocsin.web import clocks, times
from tocsin.web.languages import gettext as _
from tocsin.web.languages import ngettext
from tocsin.web.sentences.event import Event, instant, tell


def _clock_opened(e: Event) -> Markup:
    if e.data.get("due_at"):
        return tell(
            _("Clock begun: %(what)s, %(role)s, due %(due)s"), what=e.what, role=e.role(e.data["owes"]), due=instant(e.data["due_at"])
        )
    return tell(_("Owed without a limit: %(what)s, %(role)s"), what=e.what, role=e.role(e.data["owes"]))


def _clock_moved(e: Event) -> Markup:
    due = instant(e.data["due_at"]) if e.data.get("due_at") else _("no limit")
    if e.data.get("reason") == "by_hand":
        return tell(_("%(who)s brought forward: %(what)s, now due %(due)s"), who=e.who, what=e.what, due=due)
    if e.data.get("reason") == "promised":
        return tell(_("Promised in a message: %(what)s, now due %(due)s"), what=e.what, due=due)
    if e.data.get("reason") == "zone_changed":
        return tell(_("The rules of the time zone changed: %(what)s, now due %(due)s"), what=e.what, due=due)
    return tell(_("Due time moved: %(what)s, now %(due)s"), what=e.what, due=due)


def _clock_reminded(e: Event) -> Markup:
    return tell(_("Reminder: %(what)s"), what=e.what)


def _clock_breached(e: Event) -> Markup:
    parts = {"what": e.what, "role": e.role(e.data["owes"]), "due": instant(e.data["due_at"])}
    if e.data.get("after_downtime"):
        late = times.lasting(timedelta(seconds=e.data["late_s"]))
        return tell(_("Missed: %(what)s, owed by %(role)s, due %(due)s. The server was down and saw it %(late)s late"), late=late, **parts)
    if e.data.get("clock_suspect"):
        sentence = _("Missed: %(what)s, owed by %(role)s, due %(due)s. The server's clock was set past this time, so it may not be late")
        return tell(sentence, **parts)
    return tell(_("Missed: %(what)s, owed by %(role)s, due %(due)s"), **parts)


def _occurrence_missed(e: Event) -> Markup:
    count = e.data["missed"]
    sentence = ngettext("Missed %(num)s time: %(what)s, owed by %(role)s", "Missed %(num)s times: %(what)s, owed by %(role)s", count)
    return tell(sentence, num=count, what=e.what, role=e.role(e.data["owes"]))


def _rung(e: Event) -> Markup:
    return tell(_("Escalated: %(what)s"), what=e.what)


def _clock_met(e: Event) -> Markup:
    margin = e.data.get("margin_s")
    if margin is None:
        return tell(_("Met: %(what)s"), what=e.what)
    span = Markup("<b>{}</b>").format(clocks.margin(margin))
    if e.data.get("late"):
        return tell(_("Met: %(what)s, %(span)s late"), what=e.what, span=span)
    return tell(_("Met: %(what)s, %(span)s early"), what=e.what, span=span)


def _clock_waived(e: Event) -> Markup:
    return tell(_("%(who)s waived what is owed: %(what)s"), who=e.who, what=e.what)


ENDED: Final[Mapping[str, Callable[[], str]]] = {
    "until": lambda: _("Clock ended, what it ran until has come: %(what)s"),
    "unless": lambda: _("Clock ended, what spares it has come: %(what)s"),
    "no_longer": lambda: _("Clock ended, its condition no longer holds: %(what)s"),
    "not_needed": lambda: _("%(who)s answered: not needed: %(what)s"),
    "handed_on": lambda: _("Clock ended, it was handed on: %(what)s"),
    "moved_on": lambda: _("Clock ended, the message went on to the next channel: %(what)s"),
    "withdrawn": lambda: _("Clock ended, what began it was withdrawn: %(what)s"),
    "level_changed": lambda: _("Clock ended, the level changed: %(what)s"),
    "closed": lambda: _("Clock ended, what it belongs to was closed: %(what)s"),
    "cancelled": lambda: _("Clock ended, the incident was cancelled: %(what)s"),
    "plan_changed": lambda: _("Clock ended, the plan changed: %(what)s"),
}
"""Why a clock ended unmet, by the `reason` of ClockEnded."""


def _clock_ended(e: Event) -> Markup:
    sentence = ENDED.get(e.data["reason"], lambda: _("Clock ended: %(what)s"))
    return tell(sentence(), who=e.who, what=e.what)


def _fulfilled(e: Event) -> Markup:
    return tell(_("%(who)s did: %(what)s"), who=e.who, what=e.what)


def _work_taken_up(e: Event) -> Markup:
    return tell(_("%(who)s works on %(what)s"), who=e.who, what=e.what)


def _work_put_down(e: Event) -> Markup:
    return tell(_("%(who)s does not work on %(what)s any more"), who=e.person(e.data["person"]), what=e.what)


SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    "ClockOpened": _clock_opened,
    "ClockMoved": _clock_moved,
    "ClockReminded": _clock_reminded,
    "ClockBreached": _clock_breached,
    "OccurrenceMissed": _occurrence_missed,
    "RungReached": _rung,
    "ClockMet": _clock_met,
    "ClockWaived": _clock_waived,
    "ClockEnded": _clock_ended,
    "Fulfilled": _fulfilled,
    "WorkTakenUp": _work_taken_up,
    "WorkPutDown": _work_put_down,
}
