"""Where working groups meet: links that the organisation enters, at hand for everybody whom the plan brings together (ACT-13)."""

import re

import pytest
from django.test import Client

from tests.web.room import Room, declare
from tests.world import PLAN, World
from tocsin.accounts.models import AuditEntry
from tocsin.comms import meetings
from tocsin.comms.models import Delivery, MeetingPlace
from tocsin.engine import terms as t
from tocsin.incidents import desk
from tocsin.incidents.models import Incident, TimelineRow
from tocsin.kit import ids

pytestmark = pytest.mark.django_db
HOME = "/o/hotline/channels"
OWN = f"chat/{PLAN}/command"
ROOMS = "https://meet.example.org/{number}-{secret}"
CHATS = "https://chat.example.org/{number}/{group}"


@pytest.fixture
def ana(world: World) -> Client:
    return world.browse(world.ana)


def enter(client: Client, meeting: str, link: str) -> int:
    return int(client.post(f"{HOME}/meetings", {"meeting": meeting, "link": link}).status_code)


def activate(room: Room) -> None:
    """Decide the gravest level: the response begins, and with it the groups come together."""
    command = t.Decide(decision="set_level", option="l1", reason="the whole country")
    answer = desk.handle(Incident.objects.get(number=room.number).id, command, actor=room.world.actor(room.world.ana))
    assert isinstance(answer, desk.Done), answer


def told(room: Room, cause: str) -> set[str]:
    """Return the bodies of what people are told of a gathering."""
    about = f"{ids.typed('inc', Incident.objects.get(number=room.number).pk)}:told:{cause}"
    return set(Delivery.objects.filter(about=about).values_list("body", flat=True))


def links(room: Room) -> list[str]:
    """Return the links among the working groups of the room, in order."""
    page = room.get(room.world.ana, "panels/roles").content.decode()
    found = re.search(r'<div[^>]*id="meetings">.*?</div>\s*<ul>', page, re.DOTALL)
    return re.findall(r'href="(https://[^"]+)"', found[0]) if found else []


@pytest.mark.row("ACT-13")
def test_when_the_plan_brings_its_groups_together_each_is_told_the_link_to_its_chat_and_all_that_to_the_conference(
    ana: Client, world: World
) -> None:
    for meeting, link in (("video", ROOMS), ("chat", CHATS), (OWN, "https://chat.example.org/the-command")):
        assert enter(ana, meeting, link) == 303
    room = declare(world)
    assert links(room) == []
    activate(room)
    (conference,) = told(room, "video:activated")
    assert re.search(rf"https://meet\.example\.org/{room.number}-[0-9a-f]{{16}}\n", conference)
    assert "https://chat.example.org/the-command\n" in next(iter(told(room, "chat:command")))
    other = next(name for name in world.program.groups if name != "command")
    assert all(f"https://chat.example.org/{room.number}/{other}\n" in body for body in told(room, f"chat:{other}"))


@pytest.mark.row("ACT-13")
def test_the_links_stand_in_the_room_beside_each_group_from_the_moment_that_the_plan_names(ana: Client, world: World) -> None:
    for meeting, link in (("video", ROOMS), ("chat", CHATS), (OWN, "https://chat.example.org/the-command")):
        enter(ana, meeting, link)
    room = declare(world)
    activate(room)
    video, *chats = links(room)
    assert video in next(iter(told(room, "video:activated")))
    expected = {f"https://chat.example.org/{room.number}/{name}" for name in world.program.groups if name != "command"}
    assert set(chats) == {"https://chat.example.org/the-command", *expected}
    assert links(declare(world)) == []


def test_each_incident_has_a_conference_that_nobody_can_guess_from_another(ana: Client, world: World) -> None:
    enter(ana, "video", ROOMS)
    rooms = [declare(world), declare(world)]
    for room in rooms:
        activate(room)
    first, second = (links(room)[0].rpartition("-")[2] for room in rooms)
    assert first != second


def test_where_no_link_is_entered_the_room_says_so_and_people_are_told_all_the_same(world: World) -> None:
    room = declare(world)
    activate(room)
    assert links(room) == []
    assert "no link is entered" in room.get(world.ana, "panels/roles").content.decode()
    assert told(room, "video:activated")


def test_a_link_is_in_no_journal(ana: Client, world: World) -> None:
    enter(ana, "video", ROOMS)
    room = declare(world)
    activate(room)
    lines = TimelineRow.objects.filter(incident__number=room.number, kind="Gathered")
    assert lines
    assert "meet.example.org" not in str(list(lines.values_list("data", flat=True)))


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://meet.example.org/x",
        "javascript:alert(1)",
        "https://",
        "https://ana:word@meet.example.org/",
        "https://meet.example.org/a b",
        'https://meet.example.org/"x',
        "https://{secret}.example.org/",
        "https://meet.example.org/{password}",
        "https://meet.example.org/{group}",
        "https://meet.example.org/{number",
        "https://meet.example.org:99999/",
        "https://meet.example.org/" + "x" * 500,
    ],
)
def test_what_is_no_whole_https_address_is_refused_and_what_was_typed_stays(ana: Client, link: str) -> None:
    answer = ana.post(f"{HOME}/meetings", {"meeting": "video", "link": link})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not MeetingPlace.objects.exists()


def test_a_link_is_changed_and_struck_out_and_both_are_audited(ana: Client, world: World) -> None:
    enter(ana, OWN, "https://chat.example.org/old")
    enter(ana, OWN, "https://chat.example.org/new")
    (place,) = meetings.places(world.organisation.id)
    assert place.link == "https://chat.example.org/new"
    assert "https://chat.example.org/new" in ana.get(HOME).content.decode()
    ana.post(f"{HOME}/meetings/{ids.typed('plc', place.id)}/removal")
    assert meetings.places(world.organisation.id) == ()
    acts = AuditEntry.objects.filter(act__startswith="meeting.").order_by("id").values_list("act", "subject", "person")
    assert list(acts) == [(f"meeting.{act}", "command", world.ana.pk) for act in ("entered", "entered", "struck")]


@pytest.mark.row("I8")
def test_nobody_enters_or_strikes_out_links_of_another_organisation_or_without_the_right(ana: Client, world: World) -> None:
    meetings.enter(world.elsewhere, meetings.VIDEO, "https://meet.example.net/", by=None)
    theirs = MeetingPlace.objects.get()
    assert "meet.example.net" not in ana.get(HOME).content.decode()
    assert ana.post(f"{HOME}/meetings/{ids.typed('plc', theirs.id)}/removal").status_code == 303
    assert MeetingPlace.objects.filter(pk=theirs.pk).exists()
    assert enter(world.browse(world.chi), "video", ROOMS) == 403
    assert enter(ana, "chat/another-plan/command", ROOMS) == 404
