"""L81: a first report, or a public text, with a field for the cause and nothing that bars it until the cause is known."""

import re
from collections.abc import Iterator

from tocsin.plan.audiences import leaves_the_house
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.sentences import say

_CAUSE = re.compile(r"(^|_)(cause|causes|reason|reasons|culprit)($|_)")


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each such field of a message that leaves the house; one that supplements an earlier report may name it."""
    for path, message in draft.walk(MessageForm):
        if message.supplements or not leaves_the_house(draft, message):
            continue
        barred = {str(name) for name in (*message.forbids, *_until(message))}
        for name in message.fields:
            if _CAUSE.search(name) and name not in barred:
                said = say("{name} may be said before the cause is known", name=name)
                yield Fault(
                    (*path, "fields", name), said, say("forbids: [{name}], or forbids_until: {{{name}: fact}}", name=name), at_key=True
                )


def _until(message: MessageForm) -> list[str]:
    until = getattr(message, "forbids_until", None)
    return list(until) if until else []


CHECK = Check("L81", "cause-too-early", "warning", find)
