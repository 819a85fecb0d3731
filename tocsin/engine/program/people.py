"""Who: roles, groups, departments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from tocsin.engine.program.rule import Rule, Text

RIGHTS: Final = ("assign_roles", "create_roles", "open_streams", "call_in")
"""What a role may be let do that is otherwise the commander's; `call_in` seats more people in a role that many may hold."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """
    How the directory finds the holder of a role: `kind` is person, schedule, department, role, who_marked (a moment) or nobody; with each
    every department has a holder of its own.
    """

    kind: Literal["person", "schedule", "department", "role", "who_marked", "each", "nobody"]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Rule):
    """A seat in the incident."""

    held_by: HeldBy = HeldBy("nobody")
    deputies: tuple[str, ...] = ()
    commander: bool = False
    many: bool = False
    """Several people may hold it, each in a seat of their own."""
    streams: bool = False
    """One holder for each work stream of the incident."""
    parts: tuple[str, ...] = ()
    """Named parts that may have holders of their own, such as internal and external."""
    outside: bool = False
    appointed_by: str = ""
    apart_from: tuple[str, ...] = ()
    """Roles that whoever holds this one may not hold besides."""
    aliases: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    """Rights beside those of its decisions: see `RIGHTS`."""
    main: Text = field(default_factory=dict)
    extra: Text = field(default_factory=dict)
    requires: tuple[Text, ...] = ()
    """What whoever is given the role should bring along; a warning, never a refusal."""
    limited: bool = False
    """Whoever is in the incident through this role alone sees its head and takes part in its stream, and sees nothing else of it."""
    called_from: tuple[str, ...] = ()
    """The lists of people, and the registers that name persons, from which more are called into it."""
    taken_by: tuple[str, ...] = ()
    """The roles of a role set laid over the plan that do what this one owes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Rule):
    """A working group: its lead is a role, its members roles, its departments those it draws on."""

    lead: str
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    under: str = ""
    attendance: tuple[str, ...] = ()
    """The ways in which one may attend where the group decides together."""


@dataclass(frozen=True, slots=True)
class EveryGroup:
    """What every working group gets: a chat, and a video conference together, each at these moments (ACT-13)."""

    chat_at: tuple[str, ...] = ()
    video_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parties:
    """
    What the plan keeps of an affected party beside its name: its `kind`, one of those that it names with their titles, and `marks`, each
    `yes_no` or `number`, which expressions read of all parties together as `parties.<mark>`.
    """

    kinds: Mapping[str, Text] = field(default_factory=dict)
    marks: Mapping[str, Literal["yes_no", "number"]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Department(Rule):
    """A department of the organisation; its head is found in the directory. Where it has none, it is a `part_of` another, whose head it has."""

    aliases: tuple[str, ...] = ()
    part_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList(Rule):
    """A list of people to call in, such as who is on call or a pool of experts; who is on it the directory says."""


@dataclass(frozen=True, slots=True)
class Takes:
    """
    What one role of a role set takes over in a plan that the set is laid over.

    `takes`: the duties of those roles. `authority`: the decisions and approvals that move along; all others stay. `parts`: messages
    that belong to one part of the role, such as the external one.
    """

    takes: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cite: tuple[str, ...] = ()
