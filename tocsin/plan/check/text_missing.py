"""L15: no text in the plan's own language (error), or none in a language of the installation (one note for each language)."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.leaves import Words
from tocsin.plan.sentences import say

LOCALES = ("en", "ru", "pl", "zh")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each text that the plan's own readers could not read, and a count for each other language."""
    if draft.form is None:
        return
    own = draft.form.language
    without: dict[str, list[Path]] = {}
    for path, words in draft.walk(Words):
        said = {locale or own for locale in words.by_locale}
        if own not in said:
            yield Fault(path, say("the text is not there in {own}, the language of the plan", own=own), say("add {own}: …", own=own))
        for locale in LOCALES:
            if locale not in said and locale != own:
                without.setdefault(locale, []).append(path)
    for locale, paths in without.items():
        counted = say("texts without {locale}: {count}; this is the first", locale=locale, count=len(paths))
        yield Fault(paths[0], counted, say("add {locale}: …", locale=locale), severity="note")


CHECK = Check("L15", "text-missing", "error", find)
