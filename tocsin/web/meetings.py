"""Where working groups meet: links entered by way and group, and struck out."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from tocsin.comms import meetings
from tocsin.comms.models import MeetingPlace
from tocsin.engine.namespaces import SEPARATOR, bare
from tocsin.engine.program import Text
from tocsin.web import channels, languages, plan_words, reply, typed_ids, ways
from tocsin.web.languages import gettext as _
from tocsin.web.reply import Request, needs


@dataclass(frozen=True, slots=True)
class Meeting:
    """What can have a link: the conference of all groups, the chats of all of them, or the chat of one group of a plan."""

    way: str
    title: Text
    plan: str = ""
    group: str = ""
    place: MeetingPlace | None = None

    @property
    def key(self) -> str:
        return "/".join(filter(None, (self.way, self.plan, self.group)))


def every(request: Request) -> list[Meeting]:
    """Return everything that can have a link under the plans that matter now, and whatever has one."""
    places = {(row.way, row.plan, row.group): row for row in meetings.places(request.organisation.id)}
    found = {(each.way, each.plan, each.group): each for each in (*_general(), *_groups(request))}
    for way, plan, group in places:
        found.setdefault((way, plan, group), Meeting(way, plan_words.plain(group), plan, group))
    return [Meeting(each.way, each.title, each.plan, each.group, places.get(where)) for where, each in found.items()]


@require_POST
@needs("plan.edit")
def entry(request: Request) -> HttpResponse:
    """Enter where groups meet."""
    form = request.POST
    meeting = next((one for one in every(request) if one.key == form.get("meeting")), None)
    if meeting is None:
        raise Http404
    link = form.get("link", "")
    wrong = meetings.enter(request.organisation, meeting.way, link, plan=meeting.plan, group=meeting.group, by=request.person)
    return channels.overview(request, wrong=wrong, form="meetings") if wrong else _back(request)


@require_POST
@needs("plan.edit")
def removal(request: Request, place_id: str) -> HttpResponse:
    """Strike a link out."""
    meetings.strike(request.organisation, typed_ids.untyped("plc", place_id), by=request.person)
    return _back(request)


def _general() -> tuple[Meeting, ...]:
    here = languages.active().code
    return (
        Meeting(meetings.VIDEO, {here: _("Video conference of all groups")}),
        Meeting(meetings.CHAT, {here: _("Chat of every group that has no link of its own")}),
    )


def _groups(request: Request) -> Iterator[Meeting]:
    for program in ways.programs(request):
        if not program.every_group.chat_at:
            continue
        for name in program.groups:
            if SEPARATOR not in name:
                yield Meeting(meetings.CHAT, plan_words.name_of(program, name), program.id, bare(name))


def _back(request: Request) -> HttpResponse:
    return reply.see(reverse("channels", kwargs={"slug": request.organisation.slug}) + "#meetings")
