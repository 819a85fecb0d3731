"""Bodies from outside as lines of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.accounts.models import Key
from tocsin.ingest import received
from tocsin.ingest.received import Kept
from tocsin.web.languages import gettext as _
from tocsin.web.languages import pgettext
from tocsin.web.reply import Request


@dataclass(frozen=True, slots=True)
class Row:
    """A body as a line: `key` is what the key that it came by is called."""

    body: Kept
    key: str
    state: str
    tone: str
    reason: str
    """Why it was not read: in the viewer's language where the sentence is ours, else as it was kept."""


def rows(request: Request, bodies: Sequence[Kept]) -> list[Row]:
    """Return bodies as lines."""
    names = dict(Key.objects.filter(organisation=request.organisation, id__in={one.key for one in bodies}).values_list("id", "name"))
    words = {
        received.WAITING: (_("waits to be read"), "none"),
        received.SETTLED: (_("read"), "ok"),
        received.PARKED: (_("set aside"), "fault"),
        received.REFUSED: (pgettext("body", "refused"), "fault"),
    }
    return [Row(one, names.get(one.key, ""), *words[one.state], _(one.reason) if one.reason else "") for one in bodies]
