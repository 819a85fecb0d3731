"""The words of a message on a page: what was filled in is marked, what differs from reader to reader is named."""

from collections.abc import Mapping

from markupsafe import Markup, escape

from tocsin.engine.letters import UNSAID
from tocsin.web.languages import gettext as _


def marked(words: str, fields: Mapping[str, str]) -> Markup:
    """Return the words of one language with what `fields` hold marked in them, and the gaps."""
    body = escape(words).replace(UNSAID, Markup('<span class="slot" data-missing>{}</span>').format(UNSAID))
    for slot, said in (("party.name", _("the reader's name")), ("sender.name", _("the sender's name"))):
        body = body.replace(escape(f"{{{{ {slot} }}}}"), Markup('<span class="slot">{}</span>').format(said))
    for filled in sorted({value for value in fields.values() if value}, key=len, reverse=True):
        # Only where it stands once can it be marked without doubt.
        if body.count(str(escape(filled))) == 1:
            body = body.replace(escape(filled), Markup('<span class="slot">{}</span>').format(filled))
    return body
