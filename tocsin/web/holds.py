"""Why an alert has not reached an incident, in words."""

from datetime import datetime

from tocsin.ingest.routing.models import RouteRun
from tocsin.ingest.routing.runs import Why
from tocsin.web.languages import gettext as _
from tocsin.web.times import spoken


def hold(run: RouteRun) -> str:
    """Return what a run waits for."""
    at = spoken(run.due_at) if run.due_at else ""
    match run.why:
        case Why.HELD:
            return _("counts once it has fired until %(at)s") % {"at": at}
        case Why.SILENCED | Why.MAINTENANCE if run.due_at:
            return quiet((Why(run.why), run.due_at))
        case Why.INHIBITED:
            return _("waits while its cause fires")
        case Why.MORE:
            return _("waits for more alerts, or for the next report")
        case _:
            return ""


def quiet(kept: tuple[Why, datetime] | None) -> str:
    """Return what keeps an alert quiet, and until when; nothing if nothing does."""
    if kept is None:
        return ""
    why, until = kept
    if why is Why.MAINTENANCE:
        return _("maintenance until %(at)s") % {"at": spoken(until)}
    return _("silenced until %(at)s") % {"at": spoken(until)}


def kept(why: Why) -> str:
    """Return why a route kept an alert from an incident, as one says it of many."""
    words = {
        Why.HELD: _("had ended before they had fired long enough"),
        Why.SILENCED: _("had ended, or still fire, while silenced"),
        Why.MAINTENANCE: _("had ended, or still fire, during maintenance"),
        Why.INHIBITED: _("waited for their cause to end"),
        Why.MORE: _("were too few"),
    }
    return words.get(why, "")
