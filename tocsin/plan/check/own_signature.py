"""L71: a chain of signatures that today's holders and deputies are too few for. Told only where the organisation's directory is known."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import DecisionForm
from tocsin.plan.people import most_signers
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each chain that fewer people can sign than it asks for. A link that nobody can sign is told at its role."""
    directory = draft.directory
    for path, decision in draft.walk(DecisionForm) if directory else ():
        able = [directory.persons(draft, link.role.name) for link in decision.chain or ()] if directory else []
        if len(able) < 2 or not all(able):
            continue
        asked = decision.different or 2
        possible = most_signers(able)
        if possible < asked:
            names = ", ".join(link.role.name for link in decision.chain or ())
            people = say("one person") if possible == 1 else say("{count} people", count=possible)
            said = say("today {people} would sign for all of {names}, and {asked} must", people=people, names=names, asked=asked)
            yield Fault((*path, "chain"), said, say("delegate one of the links upward, or name deputies"), at_key=True)


CHECK = Check("L71", "own-signature", "warning", find)
