"""The plan itself, its figures, and the server that runs it."""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup

from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _
from tocsin.web.languages import ngettext
from tocsin.web.sentences.event import Event, instant, tell


def _filed(e: Event) -> Markup:
    return tell(_("Filed for the revision of the plan"))


def _figures_kept(e: Event) -> Markup:
    standings = [reading["standing"] for reading in e.data["readings"]]
    judged = [standing for standing in standings if standing != "shown"]
    if not judged:
        return tell(ngettext("%(num)s figure was read", "%(num)s figures were read", len(standings)), num=len(standings))
    met = sum(standing == "green" for standing in judged)
    return tell(_("Figures were read: %(met)s of %(total)s targets met"), met=met, total=len(judged))


def _plan_moved(e: Event) -> Markup:
    return tell(_("%(who)s moved the incident to plan version %(version)s"), who=e.who, version=e.data["version"])


def _plan_added(e: Event) -> Markup:
    added = e.data["added"]["plan"]
    plan = next((text(part.program.title) for part in e.program.parts if part.program.id == added), Markup.escape(added))
    return tell(_("%(who)s let the incident run by %(plan)s %(version)s too"), who=e.who, plan=plan, version=e.data["version"])


def _downtime(e: Event) -> Markup:
    return tell(_("The server was down from %(since)s"), since=instant(e.data["since"]))


def _time_leapt(e: Event) -> Markup:
    return tell(_("The server's clock was set from %(since)s to %(until)s"), since=instant(e.data["since"]), until=instant(e.data["until"]))


SENTENCES: Final[Mapping[str, Callable[[Event], Markup]]] = {
    "Filed": _filed,
    "FiguresKept": _figures_kept,
    "PlanMoved": _plan_moved,
    "PlanAdded": _plan_added,
    "DowntimeNoted": _downtime,
    "TimeLeapt": _time_leapt,
}
