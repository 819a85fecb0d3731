"""L71: a chain of signatures that today's holders and deputies are too few for. Told only where the organisation's directory is known."""

from collections.abc import Iterator

from tocsin.plan.check import Check
from tocsin.plan.draft import Draft
from tocsin.plan.findings import Fault
from tocsin.plan.forms.duties import DecisionForm
from tocsin.plan.sentences import say


def find(draft: Draft) -> Iterator[Fault]:
    """Yield a fault at each chain that fewer people can sign than it asks for. A link that nobody can sign is told at its role."""
    directory = draft.directory
    for path, decision in draft.walk(DecisionForm) if directory else ():
        able = [directory.persons(draft, link.role.name) for link in decision.chain or ()] if directory else []
        if len(able) < 2 or not all(able):
            continue
        asked = decision.different or 2
        possible = _most(able)
        if possible < asked:
            names = ", ".join(link.role.name for link in decision.chain or ())
            people = say("one person") if possible == 1 else say("{count} people", count=possible)
            said = say("today {people} would sign for all of {names}, and {asked} must", people=people, names=names, asked=asked)
            yield Fault((*path, "chain"), said, say("delegate one of the links upward, or name deputies"), at_key=True)


def _most(able: list[tuple[str, ...]]) -> int:
    """Return how many different people can sign a chain at most, each link by one of those who are able to."""
    signs: dict[str, int] = {}

    def seat(link: int, tried: set[str]) -> bool:
        for person in able[link]:
            if person not in tried:
                tried.add(person)
                if person not in signs or seat(signs[person], tried):
                    signs[person] = link
                    return True
        return False

    return sum(seat(link, set()) for link in range(len(able)))


CHECK = Check("L71", "own-signature", "warning", find)
