"""What the checks about people may know: who stands in the organisation's directory, and when its schedules have gaps. Nothing is guessed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.plan.draft import Draft
from tocsin.plan.forms.leaves import Ref

Gap = tuple[datetime, datetime]
"""From an instant to another, aware, the end not included."""


@dataclass(frozen=True, slots=True)
class Directory:
    """
    The people of an organisation as a plan asks for them.

    `holders` are persons by the name of a role, department, post or schedule: whoever holds it, then the deputies. `gaps` are the stretches
    of the horizon in which a schedule has nobody. A name that is not there has nobody.
    """

    holders: Mapping[str, tuple[str, ...]]
    gaps: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    brings: Mapping[str, Collection[str]] | None = None
    """By person: what he or she has learned or may use, as `plain` words; None where nobody keeps that."""

    def persons(self, draft: Draft, role: str) -> tuple[str, ...]:
        """Return who can act as `role`: its holder, the deputies on record, and the holders of the roles that the plan names as deputies."""
        found = list(self.seat(draft, role))
        rule = draft.form.roles.get(role) if draft.form else None
        for deputy in rule.deputies if rule else ():
            found += self.seat(draft, deputy.name)[:1]
        return tuple(dict.fromkeys(found))

    def seat(self, draft: Draft, role: str) -> tuple[str, ...]:
        """Return the holder and the deputies on record of a role, along `held_by`; empty if there is nobody."""
        return next((self.holders[name] for name in _chain(draft, role) if self.holders.get(name)), ())

    def gaps_of(self, draft: Draft, role: str) -> tuple[Gap, ...]:
        """Return when nobody is on duty for a role that a schedule holds."""
        for name in _chain(draft, role):
            if name in self.gaps:
                return self.gaps[name]
            if self.holders.get(name):
                return ()
        return ()


def seat_name(draft: Draft, role: str) -> str:
    """Return the last name on the way along `held_by`: the post, schedule or department that a role falls to."""
    *_, last = _chain(draft, role)
    return last


def _chain(draft: Draft, role: str) -> Iterator[str]:
    """Yield the names under which the directory is asked for a role: its own, then what it is held by."""
    seen: set[str] = set()
    name = role
    while name and name not in seen:
        seen.add(name)
        yield name
        rule = draft.form.roles.get(name) if draft.form else None
        holder = rule.held_by[1] if rule and rule.held_by[0] != "nobody" else _larger(draft, name)
        name = holder.name if isinstance(holder, Ref) else str(holder)


def _larger(draft: Draft, name: str) -> Ref | str:
    """Return the department that one is a part of, or nothing."""
    organisation = draft.form.organisation if draft.form else None
    department = organisation.departments.get(name) if organisation else None
    return (department.part_of if department else None) or ""


def most_signers(able: Sequence[tuple[str, ...]]) -> int:
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
