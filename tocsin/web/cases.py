"""One incident as its pages see it: its rows, its plan, the people, and for what the viewer speaks."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from tocsin.accounts import directory
from tocsin.accounts.directory import Contact
from tocsin.engine.program import Program, Record, Text
from tocsin.engine.terms import SYSTEM, Actor, State
from tocsin.incidents import plans
from tocsin.incidents.measured import Measured
from tocsin.incidents.models import BoardRow, MomentRow, Plan, RoleRow, TimelineRow
from tocsin.incidents.models.row import Row
from tocsin.incidents.partners import Registers
from tocsin.incidents.readers import NOBODY, Eyes, Viewer, eyes_of
from tocsin.incidents.times import incident_time
from tocsin.kit.memory import Memory
from tocsin.web import times
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request
from tocsin.web.rows import Heading, Rows, lines

STAND_IN: Final = "drill_"
"""How the ids of those begin who exist in a drill alone."""


IN_TURN: Final = ("place", "-declared_at")
"""The order of every list of incidents: what is worked out of turn stands before all else, and nothing sorts it down (REG-09)."""


T = TypeVar("T", bound=Row)


@dataclass(frozen=True, slots=True)
class Case:
    """
    What every part of an incident's page reads. A kind of rows is read once for all of them, whole; each part picks what it shows.

    It lives as long as one view. Whoever acts makes a new one to show what came of it.
    """

    board: BoardRow
    program: Program
    people: "People"
    actor: Actor
    eyes: Eyes
    viewer: Viewer = NOBODY
    read: Rows = field(default_factory=lambda: Rows(()), repr=False, compare=False)
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    def rows(self, kind: type[T]) -> list[T]:
        """Return the incident's rows of one kind, in the order in which they came into being."""
        return self.read.of(self.id, kind)

    def seen(self, kind: type[T]) -> list[T]:
        """Return those of the rows that the viewer sees."""
        return self.memory(("seen", kind), lambda: self.eyes.seen(self.rows(kind)))

    def came(self) -> list[MomentRow]:
        """Return the moments that came and were not taken back, as far as the viewer sees them; a later time of one behind an earlier."""
        return sorted((row for row in self.seen(MomentRow) if row.withdrawn_at is None), key=attrgetter("generation"))

    def headings(self, *kinds: str) -> list[Heading]:
        """Return what the lines of these kinds on the timeline are about, as far as the viewer sees them; of every kind, if none is said."""
        found = self.memory(("headings",), lambda: [each for each in self.read.headings(self.id) if self.eyes.reads_line(each)])
        return [each for each in found if each.kind in kinds] if kinds else found

    def lines(self, headings: Iterable[Heading]) -> list[TimelineRow]:
        """Return the whole lines below these headings, as the viewer sees them."""
        wanted, known = list(headings), self.memory((TimelineRow,), dict[int, TimelineRow])
        known |= {row.pk: row for row in lines(self.eyes, (each for each in wanted if each.id not in known))}
        return [known[each.id] for each in wanted if each.id in known]

    @property
    def state(self) -> State:
        """The state in which the engine has the incident."""
        return self.read.state(self.board.incident)

    @property
    def measured(self) -> Measured:
        """What the organisation measured, as the plan reads it."""
        return self.memory(("measured",), lambda: Measured(self.board.organisation_id, self.program))

    @property
    def registers(self) -> Registers:
        """The registers of the organisation."""
        return self.memory(("registers",), lambda: Registers(self.board.organisation_id, self.program.resources))

    @property
    def in_force(self) -> Mapping[str, Plan]:
        """The plans under which an incident may start, by id."""
        return self.memory(("in_force",), lambda: plans.in_force(self.board.organisation_id))

    @property
    def now(self) -> datetime:
        """The instant of this view."""
        return self.memory(("now",), times.now)

    @property
    def incident_now(self) -> datetime:
        """The same in the incident's own time."""
        return incident_time(self.board.incident, self.now)

    @property
    def mine(self) -> frozenset[str]:
        """The roles, groups and departments for which the viewer may speak now."""
        return self.eyes.mine

    @property
    def id(self) -> UUID:
        return self.board.incident_id

    @property
    def number(self) -> str:
        return self.board.number

    @property
    def commands(self) -> bool:
        """Whether the viewer is in command: holds whatever nobody holds."""
        return self.program.commander in self.mine

    @property
    def limited(self) -> bool:
        """Whether the viewer sees no more than the head and the stream."""
        return self.eyes.limited

    def plan_of(self, name: str) -> Text:
        """Return the title of the plan that has a rule of this name, where the incident runs by several; else nothing."""
        return self.program.part(name).program.title if self.program.parts else {}

    def sees(self, rule: Record, field: str = "") -> bool:
        """Return whether the viewer sees entries of a record, or one field of them: what a plan keeps for some roles is theirs alone."""
        return self.eyes.are_of(rule.confidential.get(field, ()) if field else rule.visible_to)

    def speaks(self, roles: Iterable[str]) -> bool:
        """Return whether the viewer speaks for one of `roles`."""
        return any(role in self.mine or role == "anyone" for role in roles)


class People:
    """The people of the organisation by typed id, and how a page calls them."""

    def __init__(self, contacts: Mapping[str, Contact], viewer: str) -> None:
        self._contacts = contacts
        self.viewer = viewer

    def name(self, person: str) -> str:
        """Return the name of a person, of the server, or that the person has left."""
        if person == SYSTEM:
            return "Tocsin"
        known = self._contacts.get(person)
        if known:
            return known.name
        if person.startswith(STAND_IN):
            return _("%(name)s (stand-in)") % {"name": person.removeprefix(STAND_IN).replace("_", " ").title()}
        return _("someone who has left") if person else _("nobody")

    def tag(self, person: str) -> str:
        """Return the language of a person, for the script of the name."""
        known = self._contacts.get(person)
        return known.language if known else ""

    def brings(self, person: str) -> frozenset[str]:
        """Return what is recorded that a person has learned or may use, as `plain` words."""
        known = self._contacts.get(person)
        return known.brings if known else frozenset()

    def options(self) -> list[tuple[str, str]]:
        """Return everyone of the organisation, as a form offers them."""
        return [(contact.id, contact.name) for contact in self._contacts.values() if not contact.guest]

    def guests(self) -> list[tuple[str, str]]:
        """Return the guests of the organisation, as an invitation offers them."""
        return [(contact.id, contact.name) for contact in self._contacts.values() if contact.guest]


def find(request: Request, number: str) -> Case:
    """Return the incident with this number, for this viewer; 404 if the organisation has none that the viewer sees."""
    board = seen(request).filter(number=number).select_related("incident__head").first()
    if board is None:
        raise Http404
    return _case(request, board, people_of(request), Rows([board.incident_id]))


def attend(request: Request, number: str) -> Case:
    """Return the incident with this number for a viewer who may see no more than a part of it (COM-30): see `Case.limited`; 404 as `find`."""
    board = request.viewer.attended().filter(number=number).select_related("incident__head").first()
    if board is None:
        raise Http404
    return _case(request, board, people_of(request), Rows([board.incident_id]))


def _case(request: Request, board: BoardRow, people: People, rows: Rows) -> Case:
    program = plans.program(request.organisation.id, board.plan_hash)
    actor = replace(request.actor, standing=request.viewer.standing(board.plan_hash))
    held = [(row.role, row.person) for row in rows.of(board.incident_id, RoleRow)]
    sight = eyes_of(held, program, actor, limited=request.viewer.limited(board))
    return Case(board, program, people, actor, sight, request.viewer, rows)


def seen(request: Request) -> QuerySet[BoardRow]:
    """Return the incidents of the organisation that the viewer sees."""
    return request.viewer.incidents()


def all_open(request: Request) -> list[Case]:
    """Return every open incident in turn that the viewer sees and whose plan this release can read. The board shows the others too."""
    boards = list(seen(request).filter(open=True).select_related("incident__head").order_by(*IN_TURN))
    people, rows = people_of(request), Rows([board.incident_id for board in boards])
    found = []
    for board in boards:
        with suppress(plans.Uncompilable):
            found.append(_case(request, board, people, rows))
    return found


def people_of(request: Request) -> People:
    """Return the people of the viewer's organisation."""
    return People(directory.contacts(request.organisation.id), request.actor.person)
