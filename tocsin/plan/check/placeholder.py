"""L16: a placeholder that names nothing (error), languages that differ in theirs (warning), a field that no text uses (note)."""

import re
from collections.abc import Iterator
from itertools import islice

from tocsin.engine.measured import SLOTS
from tocsin.engine.texts import OF_INCIDENT, PERSONAL, SLOT
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path, brief, nearest
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.sentences import say

ALWAYS = (*OF_INCIDENT, *PERSONAL, "level.title", *SLOTS)
"""Names that every text may use besides the message's fields, the facts and the moments."""

_EACH_MAX = 50
_BRACES = re.compile(r"\{\{|\}\}|\{%|\{#")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield the faults of every message's text, each at its placeholder."""
    for identifier, message in draft.form.messages.items() if draft.form else ():
        yield from _message(draft, ("messages", identifier), message)


def _message(draft: Draft, path: Path, message: MessageForm) -> Iterator[Fault]:
    used: dict[str, set[str]] = {}
    misspelt: set[str] = set()
    for locale, text in message.text.by_locale.items():
        place = (*path, "text", locale) if locale else (*path, "text")
        used[locale] = set(SLOT.findall(text))
        for found in islice(SLOT.finditer(text), _EACH_MAX):
            if not _known(draft, message, found[1]):
                misspelt.add(locale)
                candidates = [*message.fields, *draft.names.types, *draft.names.all("moment"), *ALWAYS]
                hint = nearest(found[1], candidates) or say("a field, a fact or a moment")
                yield Fault(place, say("{part} is neither field, fact nor moment", part=brief(found[1])), hint, offset=found.start(1))
        # What is left of braces is no placeholder, and would be sent as it stands.
        blanked = SLOT.sub(lambda found: " " * len(found[0]), text)
        for found in islice(_BRACES.finditer(blanked), _EACH_MAX):
            yield Fault(place, say("{name} is no placeholder", name=found[0]), say("{{ name }} and nothing else"), offset=found.start())
    # A text with a misspelt name lacks what was meant: that is no news.
    yield from _differences(path, {locale: names for locale, names in used.items() if locale not in misspelt})
    for field in message.fields:
        if not any(field in names for names in used.values()):
            yield Fault(
                (*path, "fields", field),
                say("no text uses the field {field}", field=field),
                say("use it, or remove it"),
                severity="note",
                at_key=True,
            )


def _known(draft: Draft, message: MessageForm, name: str) -> bool:
    return name in message.fields or name in ALWAYS or draft.names.knows("fact", name) or draft.names.knows("moment", name)


def _differences(path: Path, used: dict[str, set[str]]) -> Iterator[Fault]:
    everywhere = set[str]().union(*used.values())
    for locale, names in used.items():
        missing = sorted(everywhere - names)
        if missing:
            said = say("the text in {language} lacks {names}", language=locale or say("this language"), names=", ".join(missing))
            yield Fault((*path, "text", locale), said, say("say the same in every language"), severity="warning")


CHECK = Check("L16", "placeholder", "error", find)
