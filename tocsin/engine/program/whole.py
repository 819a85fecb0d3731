"""The Program: a plan version, compiled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any, Literal, TypeVar

from tocsin.engine.business import Calendar
from tocsin.engine.namespaces import part_of
from tocsin.engine.program.document import Document
from tocsin.engine.program.duties import Decision, Message, Obligation
from tocsin.engine.program.effects import Ladder, Moment, Situation, Trigger
from tocsin.engine.program.figures import Figure
from tocsin.engine.program.help import Checklist, Help
from tocsin.engine.program.levels import Classify, Level
from tocsin.engine.program.people import Department, EveryGroup, Group, Parties, PeopleList, Role, Takes
from tocsin.engine.program.records import Record
from tocsin.engine.program.rule import Text
from tocsin.engine.program.scope import Scope
from tocsin.engine.program.standing import Resource
from tocsin.engine.program.values import Condition, Fact, Signal, Watch
from tocsin.engine.times import Place, Span

T = TypeVar("T")
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every rule that says nothing else."""

    remind: Fraction | Span = Fraction(2, 3)
    late: Ladder = ()
    silent_after: int = 3
    accept_within: timedelta = timedelta(minutes=5)
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """
    One plan of a composed Program: its own program as compiled, and how the whole calls what is its own.

    `name` is empty for the first plan. `moments` says for each common moment (`restored`) which one this plan goes by (`other~restored`).
    """

    name: str
    program: "Program"
    commander: str
    classify: Classify | None
    levels: tuple[str, ...]
    moments: Mapping[str, str]

    def moment(self, name: str) -> str:
        """Return the moment that this plan means by a common one."""
        return self.moments.get(name, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A plan version, compiled. `hash` is SHA-256 over its canonical form and names it; every mapping keeps the order of the plan.

    `tocsin.engine.compose` makes one of several: then `parts` are the plans it is made of, in order, and what is said of the whole (id,
    version, language, timezone, defaults) is the first plan's.
    """

    id: str
    version: str
    hash: str
    language: str
    timezone: str
    title: Text
    owner: str = ""
    status: str = "in_force"
    defaults: Defaults = Defaults()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    watches: Mapping[str, Watch] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    moments: Mapping[str, Moment] = field(default_factory=dict)
    """The built-in ones too, as this plan redefines them, and the derived ones that some rule refers to (`first_meeting.done`)."""
    departments: Mapping[str, Department] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    every_group: EveryGroup = field(default_factory=EveryGroup)
    parties: Parties = field(default_factory=Parties)
    roles: Mapping[str, Role] = field(default_factory=dict)
    lists: Mapping[str, PeopleList] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)
    classify: Classify | None = None
    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    situations: Mapping[str, Situation] = field(default_factory=dict)
    obligations: Mapping[str, Obligation] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    messages: Mapping[str, Message] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)
    figures: Mapping[str, Figure] = field(default_factory=dict)
    checklists: Mapping[str, Checklist] = field(default_factory=dict)
    help: Help = field(default_factory=Help)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    standing: "Program | None" = None
    """
    What the organisation owes between incidents, as a program of its own: registers are its records, standing duties its obligations. Empty
    where the plan has neither; a standing program has none in its turn.
    """
    document: Document = field(default_factory=Document)
    scope: Scope = field(default_factory=Scope)
    kind: Literal["plan", "role-set"] = "plan"
    maps: Mapping[str, Mapping[str, Takes]] = field(default_factory=dict)
    """Of a role set: by plan, what each of its roles takes over there."""
    parts: tuple[Part, ...] = ()

    plans: tuple[Part, ...] = field(init=False, repr=False, compare=False)
    """Every plan of this program, the first first; one that is alone is its own only part."""
    worked_out: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What the engine has found out about this plan, each once; see `once`."""

    def once(self, name: str, work_out: Callable[["Program"], T]) -> T:
        """Return what `work_out` finds out about this plan, under a `name` of its own; it is asked once. A plan never changes."""
        if name not in self.worked_out:
            self.worked_out[name] = work_out(self)
        found: T = self.worked_out[name]
        return found

    def once_for(self, name: str, thing: K, work_out: Callable[["Program", K], T]) -> T:
        """
        Return what `work_out` finds out about this plan and one `thing` of it, such as a rule's id; of each it is asked once.

        An expression goes by its identity, which is quicker than its value: what is found out has to keep it, so that it stays the same.
        """
        key = (name, thing if isinstance(thing, str) else id(thing))
        if key not in self.worked_out:
            self.worked_out[key] = work_out(self, thing)
        found: T = self.worked_out[key]
        return found

    def __post_init__(self) -> None:
        alone = Part("", self, self.commander, self.classify, tuple(self.levels), {})
        object.__setattr__(self, "plans", self.parts or (alone,))

    @property
    def commander(self) -> str:
        """Return the role that holds whatever nobody holds (ROL-10); that of a role set, where one is laid over the plan."""
        return self.once("commander", _commander)

    def part(self, name: str) -> Part:
        """Return the plan to which a rule, or anything else with this name, belongs."""
        if not self.parts:
            return self.plans[0]
        own = part_of(name)
        return next((part for part in self.parts if part.name == own), self.parts[0])

    def reckons(self, name: str) -> Place:
        """Return by what the plan of this rule counts time: its calendar of business time, else its time zone."""
        return self.part(name).program.defaults.calendar or self.zone(name)

    def zone(self, name: str) -> str:
        """Return the time zone in which the plan of this rule counts."""
        return self.part(name).program.timezone if self.parts else self.timezone


def _commander(program: Program) -> str:
    laid = [part.commander for part in program.parts if part.program.kind == "role-set" and part.commander]
    own = (role.id for role in program.roles.values() if role.commander)
    return laid[0] if laid else next(own, "")
