"""Which roles a name means: an id, a title or an alias in any language; where it means several, nothing is picked silently (ROL-18, X-41)."""

import unicodedata

from tocsin.engine.program import Program


def roles_named(program: Program, name: str) -> tuple[str, ...]:
    """Return the roles that bear `name`, in the order in which to offer them: whose own name it is, then in the order of the plan. Pure."""
    wanted = plain(name)
    own = [role.id for role in program.roles.values() if wanted in {plain(title) for title in role.title.values()}]
    also = [role.id for role in program.roles.values() if wanted in {plain(alias) for alias in role.aliases}]
    return tuple(dict.fromkeys([*own, *also]))


def plain(name: str) -> str:
    """Return a name without what people leave out when they look for it: case, accents, doubled spaces."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def seat_of(role: str, part: str) -> str:
    """Return the name of the seat that one part of a role has."""
    return f"{role}[{part}]"


def split(role: str) -> tuple[str, str]:
    """Return the role and the part of a seat such as `tech_lead[database]`; no part for a whole role."""
    base, _, part = role.partition("[")
    return base, part.removesuffix("]")
