"""What a page asks of the database: a bounded number of statements, the same for one incident and for many."""

import pytest
from django.db import connection
from django.test import Client

from tests.web.room import Room, declare
from tests.web.test_alerts import alert
from tests.world import World

pytestmark = pytest.mark.django_db

MOST = {
    "": 25,
    "incidents": 15,
    "incidents/{number}": 39,
    "incidents/{number}/record": 20,
    "incidents/{number}/review": 27,
    "alerts": 20,
    "alerts?q=service%3Dweb": 22,
    "alerts?by=service": 22,
    "messages": 25,
    "inbox": 20,
    "readiness": 25,
    "signals": 20,
    "figures": 20,
    "knowledge": 15,
    "plans": 15,
    "people": 15,
}
"""The most statements for each page of the navigation and what stands behind it."""


def grow(world: World, room: Room) -> None:
    """Let there be more of everything: incidents, lines, messages, roles, alerts."""
    for number in range(3):
        another = declare(world)
        another.post(world.ana, "decisions/set_level/choice", option="l2", reason="many calls")
        alert(world, fingerprint=f"more-{number}-{another.number}", labels={"service": "web", "host": f"h{number}"})
        room.post(world.ana, "notes", words=f"note {number}")
        room.post(world.ana, "stream", words=f"said {number}")
        room.post(world.ana, "messages", template="urgent_to_command")


def asked(browser: Client, room: Room) -> dict[str, int]:
    """Return how many statements each page takes, once it was shown before."""
    found: dict[str, int] = {}
    for page in MOST:
        address = f"/o/{room.world.organisation.slug}/{page.format(number=room.number)}"
        assert browser.get(address).status_code == 200, address
        said: list[str] = []
        with connection.execute_wrapper(lambda execute, sql, *rest, said=said: (said.append(sql), execute(sql, *rest))[1]):
            browser.get(address)
        found[page] = len(said)
    return found


def test_no_page_asks_more_of_many_incidents_than_of_few(world: World) -> None:
    room, browser = declare(world), world.browse(world.ana)
    room.post(world.ana, "decisions/set_level/choice", option="l2", reason="many calls")
    grow(world, room)
    few = asked(browser, room)
    grow(world, room)
    many = asked(browser, room)
    assert {page: most for page, most in few.items() if most > MOST[page]} == {}
    assert {page: (few[page], most) for page, most in many.items() if most > few[page]} == {}
