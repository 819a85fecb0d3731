"""L76: two roles may publish to the same audience outside (warning), or the only one that may has no account to do it with (error)."""

from collections.abc import Iterator

from tocsin.plan.audiences import leaves_the_house
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault, Path
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at the first message of each further publisher."""
    voices: dict[str, dict[str, Path]] = {}
    for path, message in draft.walk(MessageForm):
        if message.publisher is None:
            continue
        role = draft.form.roles.get(message.publisher.name) if draft.form else None
        if role and role.outside:
            yield Fault(
                (*path, "publisher"),
                say("{publisher} is outside and has no account: nobody can publish this", publisher=message.publisher.name),
                say("name one of yours"),
                severity="error",
            )
        if not leaves_the_house(draft, message):
            continue
        known = voices.setdefault(message.audience, {})
        if message.publisher.name not in known and known:
            other, where = next(iter(known.items()))
            said = say(
                "{publisher} and {other} both publish to {audience}",
                publisher=message.publisher.name,
                other=other,
                audience=message.audience,
            )
            yield Fault((*path, "publisher"), said, say("name one owner of what this audience hears"), beside=(where,))
        known.setdefault(message.publisher.name, path)


CHECK = Check("L76", "two-voices", "warning", find)
