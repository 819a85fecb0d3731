"""What begins and feeds the record of what an organisation owes between incidents, what its directory says, and its rosters to an incident."""

from collections.abc import Mapping
from datetime import datetime

from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.program.standing import PEOPLE
from tocsin.plan.scenarios.story import DEPUTY, Act, Story


def seats(story: Story) -> dict[str, str]:
    """Return who holds which role or department at the start."""
    return {role: person for person, roles in story.people.items() for role in roles if not role.startswith(DEPUTY)}


def begin_standing(program: Program, story: Story) -> t.Declare:
    """Return the command with which the record begins."""
    return t.Declare(
        incident=story.id,
        number=program.id,
        plan=program.id,
        plan_hash=program.hash,
        means="standing",
        words="",
        seats=seats(story),
        by=t.Actor(t.SYSTEM),
        at=story.start,
    )


def of_the_directory(program: Program, story: Story, state: t.State, at: datetime) -> t.ReadDirectory:
    """Return what the directory says at the start: everybody whom the story names was there before."""
    people = {person: {"joined": story.start.isoformat()} for person in story.people}
    return t.ReadDirectory(seats=seats(story), people=people, by=t.Actor(t.SYSTEM), at=at)


def directed(act: Act, state: t.State) -> t.ReadDirectory:
    """Return what the directory says after somebody joined (`join`, `department`), left, or was given a seat (`seat: {role: person}`)."""
    people, seated = _people(state), dict(state.seats)
    match act.what:
        case "join":
            department = {"department": str(act.body["department"])} if "department" in act.body else {}
            people[str(act.body["join"])] = {"joined": act.at.isoformat(), **department}
        case "leave":
            people.pop(str(act.body["leave"]), None)
        case _:
            seated |= {str(role): str(person) for role, person in act.body["seat"].items()}
            seated = {role: person for role, person in seated.items() if person != "nobody"}
    return t.ReadDirectory(seats=seated, people=people, by=t.Actor(t.SYSTEM), at=act.at)


def relieved(act: Act) -> t.TurnDuty:
    """Return what the roster says to an incident that runs on over a change of shifts (`on_duty: {role: person}`, or `nobody`)."""
    seated = {str(role): "" if person == "nobody" else str(person) for role, person in act.body["on_duty"].items()}
    return t.TurnDuty(seats=seated, by=t.Actor(t.SYSTEM), at=act.at)


def _people(state: t.State) -> dict[str, Mapping[str, str]]:
    known = (state.open_fields[entry] for entry in state.open_entries.get(PEOPLE, ()))
    return {about["person"]: {name: about[name] for name in ("joined", "department") if name in about} for about in known}
