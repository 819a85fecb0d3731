"""L11: a body or role that the document uses and never sets up: who stands for it is the plan's own idea."""

from collections.abc import Iterator
from typing import Any

from tocsin.plan.assumptions import assumed
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.leaves import Ref
from tocsin.plan.sentences import say

_KEYS = ("held_by", "aliases", "lead", "members", "deputies")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a note at each assumed holder, and at each name that is assumed to mean somebody."""
    for path, key, value in assumed(draft):
        if key in _KEYS and path[0] in ("roles", "organisation"):
            what = say("what these names mean") if key == "aliases" else say("who this is")
            yield Fault(
                (*path, key),
                say("the document does not say {what}: {said} is assumed", what=what, said=_said(value)),
                say("name who it is"),
                at_key=True,
            )


def _said(value: Any) -> str:
    match value:
        case Ref(name):
            return name
        case (str(kind), holder):
            return f"{kind} {_said(holder)}".strip()
        case list():
            return ", ".join(map(_said, value))
        case _:
            return str(value)


CHECK = Check("L11", "stand-in", "note", find)
