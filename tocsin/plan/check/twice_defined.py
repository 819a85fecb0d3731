"""L05: one id for two rules of a kind, or for two kinds that share their names: facts, signals and records; roles, groups and departments."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.names import EVERYBODY, OWNERS
from tocsin.plan.nouns import noun
from tocsin.plan.sentences import say

_TOGETHER = (("fact", "signal", "record"), ("role", "group", "department"))
_RESERVED = {
    "fact": ("level", "phase", "proposed", "entry", "incident"),
    "signal": ("level", "phase", "proposed", "entry", "incident"),
    "record": ("level", "phase", "proposed", "entry", "incident"),
    "role": (*EVERYBODY, *OWNERS),
    "group": (*EVERYBODY, *OWNERS),
    "department": (*EVERYBODY, *OWNERS),
    "level": ("level",),
}


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the later of two definitions, and at every id that is a word of the language."""
    for kind, name, path, first in draft.names.twice:
        yield Fault(
            path,
            say("there are two of the {kind} {name}", kind=noun(kind), name=name),
            say("the first is in {names}; rename one", names=".".join(map(str, first))),
            at_key=True,
        )
    for kinds in _TOGETHER:
        seen: dict[str, str] = {}
        for kind in kinds:
            for name, path in draft.names.ids[kind].items():
                if name in seen:
                    yield Fault(path, say("{name} is a {value} already", name=name, value=seen[name]), say("rename one"), at_key=True)
                seen.setdefault(name, kind)
    for kind, words in _RESERVED.items():
        for name, path in draft.names.ids[kind].items():
            if name in words:
                yield Fault(path, say("{name} is a word of the language", name=name), say("rename it"), at_key=True)
    yield from _commanders(draft)
    yield from _options(draft)


def _commanders(draft: Draft) -> Iterator[Fault]:
    found = [name for name, role in draft.form.roles.items() if role.commander] if draft.form else []
    for name in found[1:]:
        yield Fault(
            ("roles", name, "commander"), say("{name} commands already", name=found[0]), say("one role has commander: true"), at_key=True
        )


def _options(draft: Draft) -> Iterator[Fault]:
    for identifier, decision in draft.form.decisions.items() if draft.form else ():
        for option in decision.options:
            if "level" in decision.options and draft.names.knows("level", option):
                yield Fault(
                    ("decisions", identifier, "options", option),
                    say("{option} is a level already", option=option),
                    say("rename the option"),
                    at_key=True,
                )


CHECK = Check("L05", "twice-defined", "error", find)
