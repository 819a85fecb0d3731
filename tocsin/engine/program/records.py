"""Records: forms filled during the incident, entry by entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.engine.program.duties import Field
from tocsin.engine.program.effects import Effects, Ladder
from tocsin.engine.program.rule import Rule
from tocsin.engine.program.standing import Item
from tocsin.engine.times import Span


@dataclass(frozen=True, slots=True)
class Order:
    """
    In which order the entries are begun: by the values of these fields, the first first, and after what the field `after` names. An entry
    begins when `at` is filled, or when it is entered. Out of order it begins only with a reason (E205).
    """

    by: tuple[str, ...]
    after: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """
    Conditions that must hold and fields that must be filled before an entry is made, handed over, or closed; of the fields in `either` at
    least one before it is made.
    """

    enter: tuple[str, ...] = ()
    transfer: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    either: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tracked:
    """An entry that somebody owes until it is closed: the fields that name who and by when, and who besides is told when it is late."""

    by: str
    due: str
    late: Ladder = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Rule):
    """
    A form. An entry is open until the field `open_until` is filled (with one of `until_values`, where there are any).

    `custody` is the field that says who has the thing: each change of it is a hand-over. `into` is the inbox that a closed entry is filed
    into, or `stream`: every entry is said there as it is made. `of` are the registers whose entries the first field names. `filled_by`
    publication: the server enters what is published.

    A `register` is what an organisation keeps between incidents: it begins with the `items` of the document, is kept by `owner`, and an entry
    stays until it is removed.
    """

    fields: tuple[Field, ...] = ()
    open_until: str = ""
    until_values: tuple[str, ...] = ()
    calls_at: str = ""
    """An entry calls upon what stands in the register: the time field that says when, from which what was promised counts."""
    then: Effects = ()
    prefill: tuple[str, ...] = ()
    needs: Needs = Needs()
    order: Order | None = None
    custody: str = ""
    into: str = ""
    of: tuple[str, ...] = ()
    visible_to: tuple[str, ...] = ()
    confidential: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    retained: Span | None = None
    evidence: bool = False
    filled_by: str = ""
    tracked: Tracked | None = None
    alike: tuple[str, ...] = ()
    """No two open entries say the same in all of these fields before somebody says why (ROL-14)."""
    tag: str = ""
    """Groups what its entries ask of persons with the obligations of that tag."""
    review: str = ""
    """What it is in the review of an incident: theories or causes."""
    register: bool = False
    items: tuple[Item, ...] = ()
    owner: str = ""
