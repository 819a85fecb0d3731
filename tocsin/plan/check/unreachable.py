"""L75: a message to somebody whom nobody can reach: there is no person behind the name, or the numbers stand in no plan and nowhere else yet."""

from collections.abc import Iterator

from tocsin.plan.audiences import addressees
from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.standing import ResourceForm
from tocsin.plan.forms.words import MessageForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each role that is written to and never found, where the directory is known, and a note at each register of secrets."""
    yield from _nobody(draft)
    for path, register in draft.walk(ResourceForm):
        for name in register.confidential:
            empty = [item for item in register.items if not item.values.get(name)]
            if name in register.fields and (empty or not register.items):
                said = say("{name} is confidential and stands nowhere in {name_2}: nobody is reached by it yet", name=name, name_2=path[-1])
                yield Fault(
                    (*path, "confidential", name), said, say("fill it in where the organisation keeps it"), severity="note", at_key=True
                )


def _nobody(draft: Draft) -> Iterator[Fault]:
    directory, form = draft.directory, draft.form
    if directory is None or form is None:
        return
    told: set[str] = set()
    for path, message in draft.walk(MessageForm):
        for name in addressees(message):
            role = form.roles.get(name)
            if role and not role.outside and not role.appointed_by and name not in told and not directory.persons(draft, name):
                told.add(name)
                yield Fault(
                    (*path, "to"),
                    say("{name} is for {name_2}, and nobody holds it", name=path[-1], name_2=name),
                    say("name a holder"),
                    at_key=True,
                )


CHECK = Check("L75", "unreachable", "warning", find)
