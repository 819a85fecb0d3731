"""A character that no database holds is turned away, wherever it is sent, by whomever."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.web.room import declare
from tests.world import World

pytestmark = pytest.mark.django_db
ACTS: dict[str, tuple[int, Callable[[Client, str], Any]]] = {
    "declaring": (400, lambda browser, _: browser.post("/o/hotline/declare", {"what": "a\x00b", "plan": "hotline-outage"})),
    "a note": (400, lambda browser, room: browser.post(f"{room}/notes", {"words": "a\x00b", "key": "k"})),
    "a field of that name": (400, lambda browser, room: browser.post(f"{room}/notes", {"words": "x", "key": "k", "a\x00": "b"})),
    "a search": (400, lambda browser, _: browser.get("/o/hotline/knowledge?q=%00")),
    "an incident": (404, lambda browser, _: browser.get("/o/hotline/incidents/%00")),
    "a plan": (404, lambda browser, _: browser.get("/o/hotline/plans/a%00b")),
    "a link": (404, lambda browser, _: browser.get("/sign-in/a%00b")),
    "signing in": (400, lambda _browser, _: Client().post("/sign-in", {"email": "a\x00@example.org", "password": "x"})),
}


@pytest.mark.parametrize("what", ACTS)
def test_what_no_database_holds_goes_no_further(world: World, what: str) -> None:
    status, act = ACTS[what]
    browser = world.browse(world.ana)
    browser.raise_request_exception = False
    answer = act(browser, f"/o/hotline/incidents/{declare(world).number}")
    assert answer.status_code == status
    assert "<h1>" in answer.content.decode()
