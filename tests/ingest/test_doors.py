"""Doors: which call goes where, and where its key stands."""

from base64 import b64encode
from typing import Any

import pytest

from tocsin.ingest.doors import ANYWHERE, Call, Door, Doors, Header, Query
from tocsin.ingest.sources import Source


def source(name: str, *doors: str, **more: Any) -> Source:
    return Source(name=name, title=name, payload=Any, parse=lambda *_: (), doors=tuple(Door(path) for path in doors), **more)


PING = source("ping", r"/ping/{key}/{signal:start|\d+}", "/ping/{key}/{name}", "/ping/{key}/{name}/{signal}")
DOORS = Doors(
    [source("plain"), source("opsgenie", "/v2/alerts", "/v2/alerts/{alias}/close"), source("victor", "/alert/{key}/{routing}"), PING]
)


def found(path: str) -> Any:
    address = DOORS.find(path, path.encode())
    return address and (address.source.name, address.door.path, address.secret, dict(address.parts))


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/in/plain/k", ("plain", "", "k", {})),
        ("/in/plain/k/", ("plain", "", "k", {})),
        ("/in/plain", ("plain", "", "", {})),
        ("/in/opsgenie/k", ("opsgenie", "", "k", {})),
        ("/in/opsgenie/k/v2/alerts", ("opsgenie", "/v2/alerts", "k", {})),
        ("/in/opsgenie/v2/alerts", ("opsgenie", "/v2/alerts", "", {})),
        ("/v2/alerts", ("opsgenie", "/v2/alerts", "", {})),
        ("/v2/alerts/disk%2Fdb%201/close", ("opsgenie", "/v2/alerts/{alias}/close", "", {"alias": "disk/db 1"})),
        ("/alert/k/core", ("victor", "/alert/{key}/{routing}", "k", {"routing": "core"})),
        ("/in/victor/alert/k/core", ("victor", "/alert/{key}/{routing}", "k", {"routing": "core"})),
        ("/ping/k/start", ("ping", r"/ping/{key}/{signal:start|\d+}", "k", {"signal": "start"})),
        ("/ping/k/17", ("ping", r"/ping/{key}/{signal:start|\d+}", "k", {"signal": "17"})),
        ("/ping/k/backup", ("ping", "/ping/{key}/{name}", "k/backup", {})),
        ("/ping/k/backup/start", ("ping", "/ping/{key}/{name}/{signal}", "k/backup", {"signal": "start"})),
        ("/in/plain/k/v2/alerts", None),
        ("/in/none/k", None),
        ("/v2/alerts//close", None),
        ("/v2", None),
        ("/in", None),
        ("/", None),
        ("", None),
    ],
)
def test_a_call_goes_through_the_door_that_it_names(path, where):
    assert found(path) == where


def test_what_is_no_door_is_left_to_the_pages():
    assert DOORS.answers("/v2/alerts/disk/db 1/close", b"/v2/alerts/disk%2Fdb%201/close")
    answered = {path: DOORS.answers(path) for path in ("/in/any/thing", "/v2/alerts", "/v2/incidents", "/o/north/board", "/", "")}
    assert answered == {"/in/any/thing": True, "/v2/alerts": True, "/v2/incidents": False, "/o/north/board": False, "/": False, "": False}


def key(headers: dict[str, str], *places: Any) -> str:
    call = Call(id="1", headers=headers, query={"token": "q"})
    return next(filter(None, (place.find(call) for place in (*places, *ANYWHERE))), "")


@pytest.mark.parametrize(
    ("authorization", "secret"),
    [
        ("Bearer  k", "k"),
        ("bearer k", "k"),
        ("Basic " + b64encode(b"anybody:k:with:colons").decode(), "k:with:colons"),
        ("Basic no base64!", ""),
        ("Basic " + b64encode(b"\xff").decode(), ""),
        ("GenieKey k", ""),
        ("Bearer", ""),
        ("", ""),
    ],
)
def test_any_key_may_stand_where_http_has_its_own_place_for_one(authorization, secret):
    assert key({"authorization": authorization}) == secret


def test_a_source_names_the_places_of_its_clients_which_come_first():
    genie, plain = Header("authorization", ("geniekey",)), Header("x-api-key")
    assert key({"authorization": "GenieKey g", "x-api-key": "x"}, genie, plain) == "g"
    assert key({"x-api-key": "x"}, genie, plain) == "x"
    assert key({}, Query("token")) == "q"


@pytest.mark.row("F-22")
def test_a_form_has_the_first_of_what_comes_twice_and_not_endless_fields():
    assert Call(id="1", body=b"a=1&a=2&b=%E2%9C%93&c").form() == {"a": "1", "b": "✓", "c": ""}
    for wrong in (b"&".join([b"a=1"] * 101), b"a=\xff"):
        with pytest.raises(ValueError):  # noqa: PT011 - two kinds of it
            Call(id="1", body=wrong).form()
