"""L10: the number that the document announces is not the number that it lists."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each announcement that is not kept, at the announcement."""
    if draft.form is None:
        return
    for identifier, message in draft.form.messages.items():
        if message.announced is not None and message.announced != len(message.fields):
            said = say(
                "the document announces {announced} fields, it lists {count}", announced=message.announced, count=len(message.fields)
            )
            yield Fault(("messages", identifier, "announced"), said, say("acknowledge it; all that are listed are required"))
    organisation = draft.form.organisation
    announced = organisation.announced if organisation else None
    if organisation and announced and announced.groups is not None:
        commanders = {name for name, role in draft.form.roles.items() if role.commander}
        working = sum(group.lead.name not in commanders for group in organisation.groups.values())
        listed = announced.listed if announced.listed is not None else working
        if announced.groups != listed:
            said = say("the document announces {groups} groups and lists {listed}", groups=announced.groups, listed=listed)
            yield Fault(("organisation", "announced"), said, say("acknowledge it; all that are listed are required"), at_key=True)


CHECK = Check("L10", "announced-count", "warning", find)
