"""L74: everybody who may hold a role lacks something that it requires. Told only where it is known what people bring along."""

from collections.abc import Collection, Iterator

from tocsin.engine.role_names import plain
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.leaves import Words
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each role whose requirements none of those who may hold it meets, with what the nearest to it still lacks."""
    directory = draft.directory
    if directory is None or directory.brings is None or draft.form is None:
        return
    for name, role in draft.form.roles.items():
        persons = directory.persons(draft, name)
        lacking = [[words for words in role.requires if not _known(words, directory.brings.get(person, ()))] for person in persons]
        if lacking and all(lacking):
            least = ", ".join(_said(words, draft.form.language) for words in min(lacking, key=len))
            yield Fault(
                ("roles", name, "requires"),
                say(
                    "everybody who may hold {role} lacks something that it requires: the nearest to it lacks {words}",
                    role=name,
                    words=least,
                ),
                say("train one of them, or record what they bring along"),
                at_key=True,
            )


def _known(required: Words, brings: Collection[str]) -> bool:
    return any(plain(words) in brings for words in required.by_locale.values())


def _said(required: Words, language: str) -> str:
    return required.by_locale.get(language) or next(iter(required.by_locale.values()))


CHECK = Check("L74", "untrained", "warning", find)
