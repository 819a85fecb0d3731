"""Who receives messages outside: the addresses of the roles that a plan marks as outside, such as an authority or the clients."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.comms import outside
from tocsin.comms.models import OutsideAddress
from tocsin.engine.program import Cases, Program, Roles, Text
from tocsin.web import languages, plan_words, ways
from tocsin.web.reply import Request
from tocsin.web.ways import Way


@dataclass(frozen=True, slots=True)
class Place:
    """An address as the page shows it."""

    row: OutsideAddress
    channel: str
    language: str
    tag: str


@dataclass(frozen=True, slots=True)
class Party:
    """A role outside. `without` are the channels that need an address, that its messages use, and for which none is entered."""

    plan: str
    role: str
    title: Text
    channels: tuple[str, ...]
    places: tuple[Place, ...]
    without: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.plan}/{self.role}"


def context(request: Request, known: Mapping[str, Way]) -> dict[str, Any]:
    """Return the parties outside, and what their messages may go over."""
    found = every(request, known)
    offered = dict.fromkeys(name for party in found for name in party.channels)
    return {"parties": found, "offered": [(name, plan_words.channel(name)) for name in offered]}


def every(request: Request, known: Mapping[str, Way]) -> list[Party]:
    """Return every role outside of the plans that matter now, once each."""
    found: dict[tuple[str, str], Party] = {}
    for program in ways.programs(request):
        roles = [name for name, rule in program.roles.items() if rule.outside]
        rows = outside.addresses(request.organisation.id, program.id, roles)
        for role in roles:
            if (program.id, role) not in found:
                found[program.id, role] = _party(program, role, [row for row in rows if row.role == role], known)
    return list(found.values())


def _party(program: Program, role: str, rows: list[OutsideAddress], known: Mapping[str, Way]) -> Party:
    used = dict.fromkeys(name for rule in program.messages.values() if role in _named(rule.to) for name in rule.channels)
    entered = {row.channel for row in rows}
    without = [name for name in used if name not in entered and _addressed(known, name)]
    return Party(
        plan=program.id,
        role=role,
        title=plan_words.name_of(program, role),
        channels=tuple(used),
        places=tuple(map(_place, rows)),
        without=tuple(plan_words.channel(name) for name in without),
    )


def _named(to: Roles) -> tuple[str, ...]:
    """Return every role of an audience, in whatever case."""
    return tuple(role for each in (*to.cases.values(), to.otherwise or ()) for role in each) if isinstance(to, Cases) else to


def _addressed(known: Mapping[str, Way], name: str) -> bool:
    adapter = known[name].adapter if name in known else None
    return adapter.addressed if adapter else name == ways.TOLD


def _place(row: OutsideAddress) -> Place:
    language = languages.LANGUAGES.get(row.locale)
    name, tag = (language.name, language.tag) if language else (row.locale, row.locale)
    return Place(row, plan_words.channel(row.channel), name, tag)
