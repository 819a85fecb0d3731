"""Whom a name means: an id, a title or an alias in any language; where it means several, nothing is picked silently (PLN-13, ROL-18, X-41)."""

import unicodedata
from collections.abc import Collection, Iterable, Iterator

from tocsin.engine.program import Department, Group, Program, Role, Text

Body = Role | Group | Department


def roles_named(program: Program, name: str) -> tuple[str, ...]:
    """
    Return the roles that bear `name`, in the order in which to offer them: whose own name it is, then in the order of the plan. Pure.

    The name of a group means its lead.
    """
    found = (body.lead if isinstance(body, Group) else body.id for body in _bearing(program, name) if not isinstance(body, Department))
    return tuple(dict.fromkeys(found))


def bodies_named(program: Program, name: str) -> tuple[str, ...]:
    """Return the roles, groups and departments that bear `name`, in the same order. Pure."""
    return tuple(dict.fromkeys(body.id for body in _bearing(program, name)))


def _bearing(program: Program, name: str) -> Iterator[Body]:
    wanted = plain(name)
    bodies: tuple[Body, ...] = (*program.roles.values(), *program.groups.values(), *program.departments.values())
    yield from (body for body in bodies if wanted in {plain(title) for title in body.title.values()})
    yield from (body for body in bodies if wanted in {plain(alias) for alias in body.aliases})


def plain(name: str) -> str:
    """Return a name without what people leave out when they look for it: case, accents, doubled spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def lacking(requires: Iterable[Text], brings: Collection[str]) -> tuple[Text, ...]:
    """Return what a role requires and `brings` (as `plain` words) has in no language of the plan: a warning, never a bar (ROL-36)."""
    return tuple(words for words in requires if not any(plain(each) in brings for each in words.values()))


def seat_of(role: str, part: str) -> str:
    """Return the name of the seat that one part of a role has."""
    return f"{role}[{part}]"


def split(role: str) -> tuple[str, str]:
    """Return the role and the part of a seat such as `tech_lead[database]`; no part for a whole role."""
    base, _, part = role.partition("[")
    return base, part.removesuffix("]")
