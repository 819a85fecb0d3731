"""Where the working groups of an incident meet, once the plan has brought them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.comms import meetings
from tocsin.comms.models import MeetingPlace
from tocsin.engine.namespaces import bare
from tocsin.engine.program import Text
from tocsin.web import plan_words
from tocsin.web.cases import Case
from tocsin.web.rows import Heading


@dataclass(frozen=True, slots=True)
class Gathered:
    """Groups that came together at a moment: one in its chat, all of them by video. `link` is empty where none is entered."""

    name: Text
    link: str
    at: datetime


def chats(case: Case) -> list[Gathered]:
    """Return each group whose chat is open, in the order of the plan, with the link to it."""
    opened: dict[str, datetime] = {}
    for line in _lines(case, meetings.CHAT):
        for group in line.data["groups"]:
            opened.setdefault(group, line.happened_at)
    return [
        Gathered(plan_words.name_of(case.program, name), _chat(case, name), opened[name]) for name in case.program.groups if name in opened
    ]


def conference(case: Case) -> Gathered | None:
    """Return the conference to which the groups were called last, or None."""
    lines = _lines(case, meetings.VIDEO)
    if not lines:
        return None
    link = meetings.conference(_places(case), incident=case.id, number=case.number)
    return Gathered(plan_words.name_of(case.program, lines[-1].data["moment"]), link, lines[-1].happened_at)


def _lines(case: Case, way: str) -> list[Heading]:
    return [line for line in case.headings("Gathered") if line.data["way"] == way]


def _places(case: Case) -> Sequence[MeetingPlace]:
    return case.memory((MeetingPlace,), lambda: meetings.places(case.board.organisation_id))


def _chat(case: Case, group: str) -> str:
    plan = case.program.part(group).program.id
    return meetings.chat(_places(case), plan, bare(group), incident=case.id, number=case.number)
