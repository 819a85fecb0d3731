"""Refusals in the viewer's language. The engine says them in English under a stable code; the code is what is translated, the detail stays."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from tocsin.engine.program import Program
from tocsin.engine.terms import Refused
from tocsin.web import plan_words
from tocsin.web.jinja import text
from tocsin.web.languages import gettext as _

_IDS: Final = re.compile(
    r"^(?:[a-z0-9-]+~)?[a-z][a-z0-9_]*\b|\b[a-z0-9-]+~[a-z0-9_]+\b|\b[a-z]+(?:_[a-z0-9]+)+\b|(?:(?<=\bby )|(?<=\bonly ))[a-z]+\b"
)
"""Ids of a plan as they stand in an English sentence: what begins it, and whoever does it. Elsewhere one of one word may be the word itself."""

_WORDS: Final[Mapping[str, tuple[Callable[[], str], Callable[[], str]]]] = {
    "E101": (lambda: _("This is for another role."), lambda: _("Ask that role or its deputy.")),
    "E102": (lambda: _("This cannot be done now."), lambda: _("It is done already, or what it waits for has not come.")),
    "E103": (lambda: _("The plan does not know this."), lambda: _("Load the page again.")),
    "E104": (lambda: _("This value does not fit."), lambda: _("Choose or write one that does.")),
    "E105": (lambda: _("A reason is missing."), lambda: _("Say why in a sentence. It goes into the record.")),
    "E106": (lambda: _("Evidence is missing."), lambda: _("Name the report, picture or log that shows it.")),
    "E201": (lambda: _("A condition does not hold yet."), lambda: _("Wait, attest, or waive it where the plan allows.")),
    "E202": (lambda: _("Something is left empty."), lambda: _("Fill it in.")),
    "E203": (lambda: _("This condition cannot be waived."), lambda: _("It must hold.")),
    "E204": (lambda: _("This message must not speak of that."), lambda: _("Leave it out.")),
    "E205": (lambda: _("This entry is out of order."), lambda: _("Say why in a sentence.")),
    "E206": (
        lambda: _("The text names what nobody has recorded yet."),
        lambda: _("Record it under Facts, then draft the message anew. Outside, nothing goes with a gap."),
    ),
    "E301": (lambda: _("An earlier signature is missing."), lambda: _("Ask for it first.")),
    "E302": (
        lambda: _("Nobody signs a later link of what he or she submitted."),
        lambda: _("Ask the deputy, or hand the role over."),
    ),
    "E303": (lambda: _("More people have to sign."), lambda: _("Ask another holder or the deputy.")),
    "E304": (lambda: _("The text has changed since you saw it."), lambda: _("Read it again, then sign or send.")),
    "E305": (
        lambda: _("One person may not hold these roles together."),
        lambda: _("Name somebody else, or hand the other role over first."),
    ),
    "E402": (lambda: _("Several roles bear this name."), lambda: _("Say which is meant.")),
    "E403": (lambda: _("Somebody does this already."), lambda: _("Join in there, or say why this is another.")),
    "E401": (lambda: _("Only the authorised voice publishes this."), lambda: _("Ask that role.")),
    "E501": (lambda: _("This plan is not in force."), lambda: _("Choose a plan that is.")),
    "E502": (
        lambda: _("The incident is read-only here."),
        lambda: _("A newer release wrote an entry of it. Update Tocsin."),
    ),
    "E503": (
        lambda: _("This release cannot read the plan."),
        lambda: _("Load a version of it that this release can read, or run the release that loaded it."),
    ),
    "key_reused": (lambda: _("This form was sent before, with other content."), lambda: _("Load the page again, then send.")),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A refusal as a page shows it. `detail` is the engine's own English sentence with the plan's names in place of its ids."""

    code: str
    message: str
    hint: str
    detail: Markup
    details: tuple[Markup, ...]


def said(refused: Refused, program: Program | None = None) -> Said:
    """Return the refusal in the viewer's language. One without a translation is a sentence of ours already, and stays."""
    details = tuple(_named(program, detail) for detail in refused.details)
    if refused.code not in _WORDS or refused.message == "":
        return Said(refused.code, refused.message, refused.hint, Markup(), details)
    message, hint = _WORDS[refused.code]
    return Said(refused.code, message(), hint(), _named(program, refused.message), details)


def _named(program: Program | None, sentence: str) -> Markup:
    if program is None:
        return escape(sentence)
    whole = plan_words.find(program, sentence)
    if whole is not None:
        return text(plan_words.titled(whole))
    shown, end = Markup(), 0
    for match in _IDS.finditer(sentence):
        rule = plan_words.find(program, match[0])
        if rule is not None:
            shown += escape(sentence[end : match.start()]) + text(plan_words.titled(rule))
            end = match.end()
    return shown + escape(sentence[end:])
