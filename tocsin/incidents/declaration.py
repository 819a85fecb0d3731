"""What is said when an incident is declared, and what of it follows the declaration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from operator import attrgetter
from typing import Final
from uuid import UUID

from tocsin.engine import terms as t
from tocsin.engine.expressions import Value
from tocsin.engine.program import Program
from tocsin.incidents import served
from tocsin.incidents.elsewhere import Elsewhere
from tocsin.incidents.partners import Registers


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What is said when an incident is declared; the desk adds number, plan, seats, author and time."""

    words: str
    means: str = "manual"
    facts: Mapping[str, Value] = field(default_factory=dict)
    happened_at: datetime | None = None
    reported: bool = True
    seats: Mapping[str, str] | None = None
    """Who sits where at the start; whom the directory finds, if nobody says otherwise (a drill's cast)."""
    drill: bool = False
    drill_at: datetime | None = None
    """In which incident time a drill begins; the server's if none is given."""
    drill_speed: float = 1.0
    beside: tuple[str, ...] = ()
    """The hashes of the other plans that it runs by, and of the role sets laid over them."""
    affected: tuple[str, ...] = ()
    """The entries of the organisation's registers that it affects: clients, projects, services."""
    record: Elsewhere | None = None
    """The record of another system that it was registered for (REG-18); such a record is declared once."""
    reason: str = ""
    """Why it runs by another plan than the one whose scope speaks of it (PLN-04)."""

    def but_words(self) -> tuple[object, ...]:
        """Return all of it but the words, to be compared."""
        return _but_words(self)

    def further(self, organisation_id: UUID, program: Program) -> Iterator[t.AddParty | t.AddReport]:
        """Yield what follows the declaration: what it affects, as the registers have it now, and the record elsewhere that it stands for."""
        registers = Registers(organisation_id)
        for entry in self.affected:
            party = served.party(registers, program, t.AddParty(party=entry))
            if party.name:  # what stands in no register is nothing
                yield party
        if self.record:
            yield self.record.report(self.words)


_but_words: Final = attrgetter(*(each.name for each in fields(Declaration) if each.name != "words"))
