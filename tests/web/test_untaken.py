"""What cannot be stored now: whoever asked is told so, and when to come again, and nobody takes a fault of ours for it."""

import sqlite3
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError

from tests.world import World
from tocsin.accounts import keys
from tocsin.accounts.models import Access
from tocsin.incidents import desk
from tocsin.kit.readonly import readonly
from tocsin.web import board

pytestmark = pytest.mark.django_db


def raised(cause: Exception, code: int = 0) -> Any:
    def fails(*_: object, **__: object) -> None:
        if code:
            cause.sqlite_errorcode = code
        raise OperationalError("not now") from cause

    return fails


CAUSES = {
    "the disk is full": raised(sqlite3.OperationalError("full"), sqlite3.SQLITE_FULL),
    "the disk is read-only": raised(sqlite3.OperationalError("readonly"), sqlite3.SQLITE_READONLY),
    "the database is away": raised(psycopg.OperationalError("connection refused")),
    "the database is a copy that nobody writes": raised(psycopg.errors.ReadOnlySqlTransaction("read-only")),
}


@pytest.mark.row("F-7", "F-18", "F-28")
@pytest.mark.parametrize("fails", CAUSES.values(), ids=CAUSES)
def test_what_the_database_does_not_take_is_503_with_a_time_to_come_again(fails: Any, world: World, monkeypatch) -> None:
    monkeypatch.setattr(board, "context", fails)
    monkeypatch.setattr(desk, "declare", fails)
    person, secret = world.browse(world.ana), keys.create(world.organisation, keys.API, "script", access=Access.MEMBER, person=world.ana)[1]
    page = person.get("/o/hotline/")
    call = person.post(
        "/api/v1/incidents", {"words": "Silence"}, content_type="application/json", headers={"authorization": f"Bearer {secret}"}
    )
    assert [(answer.status_code, answer["Retry-After"]) for answer in (page, call)] == [(503, "5")] * 2
    assert "This could not be stored" in page.content.decode()
    assert call.json()["code"] == "not_stored"


def test_a_fault_of_ours_stays_one(world: World, monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise IntegrityError("twice")

    monkeypatch.setattr(board, "context", fails)
    with pytest.raises(IntegrityError):
        world.browse(world.ana).get("/o/hotline/")


@pytest.mark.row("F-7")
def test_while_the_disk_is_read_only_pages_say_so_and_no_deed_is_begun(world: World, monkeypatch) -> None:
    assert "data-read-only" not in world.browse(world.ana).get("/o/hotline/").content.decode()
    monkeypatch.setattr(readonly, "now", True)
    page = world.browse(world.ana).get("/o/hotline/", headers={"accept-language": "ru"}).content.decode()
    assert "data-read-only" in page
    deed = world.browse(world.ana).post("/o/hotline/declare", {"words": "Silence"})
    assert (deed.status_code, deed["Retry-After"]) == (503, "5")
