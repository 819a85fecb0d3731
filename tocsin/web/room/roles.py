"""Roles: who is named, who took it, on whom it falls, and the forms that give, accept, hand over and take back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from tocsin.engine.program import Text
from tocsin.engine.role_names import lacking, roles_named, split
from tocsin.incidents.models import ClockRow, RoleRow
from tocsin.web import clocks, plan_words
from tocsin.web.cases import Case
from tocsin.web.room import meetings
from tocsin.web.room.calls import calling

SHOWN: Final = 12
"""So many seats stand in the panel whatever they do; of more, those in which nothing happens are folded."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A role as a page shows it. `held_for`: nobody holds it, `person` answers for it. `passes`: open clocks that go along."""

    row: RoleRow
    name: Text
    key: str
    person: str
    mine: bool
    held_for: bool
    waits: bool
    waits_on_me: bool
    may_give: bool
    passes: int
    main: Text
    """The role's main duty, in the words of the plan."""
    works_on: tuple[Text, ...]
    """What its holder works on now."""
    lacks: tuple[Text, ...]
    """What the role requires and whoever was asked or holds it is not known to bring along."""
    cite: tuple[str, ...]
    """The place of the document that the role rests on."""
    taken_by: Markup
    """The roles of a role set that do what this one owes; empty where none is laid over it."""


def context(case: Case) -> dict[str, object]:
    """Return every seat, the commander first, those that wait for acceptance next."""
    rows = [row for row in case.rows(RoleRow) if row.shown and row.person]
    owed = [row.owes for row in case.seen(ClockRow) if row.status in clocks.RUNNING]
    works = _works(case)
    outside = {role.id for role in case.program.roles.values() if role.outside}
    seats = [_seat(case, row, owed.count(row.role), works) for row in rows if row.role not in outside]
    seats.sort(key=lambda seat: (not seat.row.commander, not seat.waits, seat.held_for))
    near, rest = seats, []
    if len(seats) > SHOWN:
        near, rest = [seat for seat in seats if _matters(seat)], [seat for seat in seats if not _matters(seat)]
    return {
        "seats": near,
        "rest": rest,
        "total": len(seats),
        "held": sum(1 for seat in seats if not seat.held_for),
        "people": case.people,
        "options": case.people.options(),
        "commands": case.commands,
        "commander": plan_words.name_of(case.program, case.program.commander),
        "meant": lambda name: roles_named(case.program, name),
        "name_of": lambda name: plan_words.name_of(case.program, name),
        "part_name": lambda part: plan_words.part(case.program, part),
        "has_streams": any(role.streams for role in case.program.roles.values()),
        "streams": _streams(case),
        "calling": calling(case) if case.board.open else [],
        "chats": meetings.chats(case) if case.board.open else [],
        "conference": meetings.conference(case) if case.board.open else None,
    }


def invitation(case: Case) -> dict[str, object]:
    """Return the seats to which the viewer was invited, for a view that shows no others."""
    rows = [row for row in case.rows(RoleRow) if row.assigned == case.people.viewer]
    return {"invited": [(row, row.title or plan_words.plain(row.role), f"role:{row.role}") for row in rows], "people": case.people}


def _matters(seat: Seat) -> bool:
    """Return whether a seat stands unfolded in a long list: the commander's, the viewer's, one that somebody took or owes something in."""
    return seat.row.commander or (seat.mine and not seat.held_for) or seat.waits or seat.row.accepted or bool(seat.passes) or seat.row.made


def _streams(case: Case) -> list[tuple[str, str]]:
    """Return the open work streams: id and name."""
    streaming = {role.id for role in case.program.roles.values() if role.streams}
    open_ = (row for row in case.rows(RoleRow) if row.shown and row.part and split(row.role)[0] in streaming)
    return list(dict.fromkeys((split(row.role)[1], row.part) for row in open_))


def _works(case: Case) -> dict[str, list[Text]]:
    """Return what each person works on now (ROL-15)."""
    found: dict[str, list[Text]] = {}
    for row in sorted((row for row in case.seen(ClockRow) if row.worker and row.status in clocks.RUNNING), key=clocks.by_due_time):
        found.setdefault(row.worker, []).append(row.title or plan_words.plain(row.obligation))
    return found


def _seat(case: Case, row: RoleRow, passes: int, works: Mapping[str, list[Text]]) -> Seat:
    rule = case.program.roles.get(split(row.role)[0])
    by_decision = bool(rule and rule.appointed_by)
    waits = bool(row.assigned) and not row.accepted
    held_for = row.via in ("group", "commander", "declarer")
    meant = row.assigned or ("" if held_for else row.person)
    return Seat(
        row=row,
        name=row.title or plan_words.plain(row.role),
        key=f"role:{row.role}",
        person=case.people.name(row.person),
        mine=row.person == case.people.viewer,
        held_for=held_for,
        waits=waits,
        waits_on_me=waits and row.assigned == case.people.viewer,
        may_give=not by_decision and (case.commands or row.role in case.mine),
        cite=rule.cite[:1] if rule else (),
        main=rule.main if rule and not row.part else {},
        passes=passes,
        works_on=() if held_for else tuple(works.get(row.person, ())),
        lacks=lacking(rule.requires, case.people.brings(meant)) if rule and meant else (),
        taken_by=plan_words.names(case.program, rule.taken_by if rule else ()),
    )
