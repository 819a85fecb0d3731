"""One incident as its pages see it: its rows, its plan, the people, and for what the viewer speaks."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from tocsin.accounts import directory
from tocsin.accounts.directory import Contact
from tocsin.engine.program import Program, Record, Text
from tocsin.engine.terms import SYSTEM, Actor
from tocsin.incidents import plans
from tocsin.incidents.models import BoardRow
from tocsin.incidents.readers import Eyes, eyes
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request

STAND_IN: Final = "drill_"
"""How the ids of those begin who exist in a drill alone."""


IN_TURN: Final = ("place", "-declared_at")
"""The order of every list of incidents: what is worked out of turn stands before all else, and nothing sorts it down (REG-09)."""


@dataclass(frozen=True, slots=True)
class Case:
    """What every part of an incident's page reads."""

    board: BoardRow
    program: Program
    people: "People"
    actor: Actor
    eyes: Eyes

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

    def options(self) -> list[tuple[str, str]]:
        """Return everyone of the organisation, as a form offers them."""
        return [(contact.id, contact.name) for contact in self._contacts.values() if not contact.guest]

    def guests(self) -> list[tuple[str, str]]:
        """Return the guests of the organisation, as an invitation offers them."""
        return [(contact.id, contact.name) for contact in self._contacts.values() if contact.guest]


def find(request: Request, number: str) -> Case:
    """Return the incident with this number, for this viewer; 404 if the organisation has none that the viewer sees."""
    board = seen(request).filter(number=number).first()
    if board is None:
        raise Http404
    return _case(request, board)


def attend(request: Request, number: str) -> Case:
    """Return the incident with this number for a viewer who may see no more than a part of it (COM-30): see `Case.limited`; 404 as `find`."""
    board = request.viewer.attended().filter(number=number).first()
    if board is None:
        raise Http404
    return _case(request, board)


def _case(request: Request, board: BoardRow) -> Case:
    program = plans.program(request.organisation.id, board.plan_hash)
    actor = replace(request.actor, standing=request.viewer.standing(board.plan_hash))
    return Case(board, program, people_of(request), actor, eyes(board.incident_id, program, actor, limited=request.viewer.limited(board)))


def seen(request: Request) -> QuerySet[BoardRow]:
    """Return the incidents of the organisation that the viewer sees."""
    return request.viewer.incidents()


def all_open(request: Request) -> list[Case]:
    """Return every open incident in turn that the viewer sees and whose plan this release can read. The board shows the others too."""
    found = []
    for board in seen(request).filter(open=True).order_by(*IN_TURN):
        with suppress(plans.Uncompilable):
            found.append(_case(request, board))
    return found


def people_of(request: Request) -> People:
    """Return the people of the viewer's organisation."""
    return People(directory.contacts(request.organisation.id), request.actor.person)
