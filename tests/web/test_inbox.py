"""The inbox: what a person was told, in the own language, with the way to the incident, and marked as read."""

import re

import pytest

from tests.web.room import Room, declare
from tests.world import World
from tocsin.comms import delivery, inbox
from tocsin.comms.models import InboxItem
from tocsin.incidents import notices, outcomes
from tocsin.kit import ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world: World) -> Room:
    """Give an incident in which a deadline has passed and everyone was told who had to be."""
    room = declare(world)
    room.speak(world.chi, "ru")
    room.pass_minutes(6)
    while delivery.run_once(outcomes.still_wanted):
        pass
    outcomes.run_once()
    return room


def get(room: Room, person: object, path: str = "inbox", *, htmx: bool = False) -> str:
    answer = room.world.browse(person).get(f"/o/hotline/{path}", headers={"HX-Request": "true"} if htmx else {})  # type: ignore[arg-type]
    assert answer.status_code == 200
    return str(answer.content.decode())


def unread(room: Room, person: object) -> int:
    return inbox.unread(room.world.organisation.id, ids.typed("per", person.id))  # type: ignore[attr-defined]


def first(person: object) -> InboxItem:
    found = InboxItem.objects.filter(person=ids.typed("per", person.id)).order_by("-at", "-id").first()  # type: ignore[attr-defined]
    assert found
    return found


def test_what_a_person_was_told_stands_there_with_the_way_to_its_incident(told: Room) -> None:
    assert unread(told, told.world.chi) > 0
    page = get(told, told.world.chi)
    assert f"[{told.number}]" in page
    assert f"Открыть {told.number}" in page
    assert "Просрочено:" in page
    assert 'lang="ru"' in page
    assert '<span class="tag" lang="ru">' not in page
    told.speak(told.world.chi, "en")
    later = get(told, told.world.chi)
    assert "Просрочено:" in later, "it stays as it was sent, and says in which language"
    assert '<span class="tag" lang="ru">Русский</span>' in later


def test_the_count_stands_in_the_top_bar_of_every_page(told: Room) -> None:
    count = unread(told, told.world.chi)
    assert re.search(rf'id="unread"[^>]*>.*?<span class="count" aria-hidden="true">{count}</span>', get(told, told.world.chi, "people"))
    assert f'aria-hidden="true">{count}</span>' in get(told, told.world.chi, "inbox/unread", htmx=True)
    assert '<span class="count"' not in get(told, told.world.bea, "inbox/unread", htmx=True)


def test_the_link_in_what_is_told_leads_to_the_room(told: Room) -> None:
    link = first(told.world.chi).body.splitlines()[-1]
    assert link.endswith(f"/o/hotline/incidents/{told.number}")
    assert told.world.browse(told.world.chi).get(link).status_code == 200


def test_one_item_is_marked_as_read_and_leads_on(told: Room) -> None:
    chi, before = told.world.chi, unread(told, told.world.chi)
    answer = told.world.browse(chi).post(f"/o/hotline/inbox/{first(chi).pk}/reading", {"open": "1"})
    assert answer["Location"] == f"/o/hotline/incidents/{told.number}"
    assert unread(told, chi) == before - 1


def test_everything_is_marked_as_read(told: Room) -> None:
    assert told.world.browse(told.world.chi).post("/o/hotline/inbox/all/reading")["Location"] == "/o/hotline/inbox"
    assert unread(told, told.world.chi) == 0
    assert '<span class="count"' not in get(told, told.world.chi)


@pytest.mark.row("I8")
def test_nobody_reads_the_inbox_of_another(told: Room) -> None:
    item = first(told.world.chi)
    assert told.world.browse(told.world.bea).post(f"/o/hotline/inbox/{item.pk}/reading").status_code == 404
    assert told.world.browse(told.world.dov).post(f"/o/elsewhere/inbox/{item.pk}/reading").status_code == 404
    assert f"[{told.number}]" not in get(told, told.world.bea)
    assert unread(told, told.world.chi) > 0


def test_pages_hear_that_somebody_was_told(told: Room) -> None:
    topics = [news.topics for news in notices.since(told.world.organisation.id, 0)]
    assert any("inbox" in each for each in topics)


def test_an_empty_inbox_says_what_will_stand_there(world: World) -> None:
    assert "Nothing yet" in get(declare(world), world.bea)
