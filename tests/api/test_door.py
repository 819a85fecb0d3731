"""A key opens its own organisation and no other; without one nothing is said."""

import pytest

from tests.api import client
from tests.api.client import Program
from tocsin.accounts import keys, people
from tocsin.accounts.models import Access, Key, Membership
from tocsin.api.door import ApiKey
from tocsin.api.routes import api

PATHS = ("/incidents", "/alerts", "/plans", "/incidents/INC-1", "/incidents/INC-1/timeline", "/incidents/INC-1/clocks")


@pytest.mark.parametrize("path", PATHS)
def test_without_a_key_nothing_is_answered(world, path):
    for secret in ("", "api_" + "0" * 40, "nonsense"):
        answer = Program(secret).get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "no_key")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_for_sources_is_no_key_for_programs(world):
    secret = keys.create(world.organisation, keys.INGEST, "alerts", person=world.ana)[1]
    assert Program(secret).get("/incidents").status_code == 401


def test_a_revoked_key_is_no_key(world, ana):
    keys.revoke(Key.objects.get(), by=world.ana)
    assert ana.get("/incidents").status_code == 401


def test_a_key_ends_with_the_membership_of_its_person(world, chi):
    assert chi.get("/incidents").status_code == 200
    people.remove(Membership.objects.get(organisation=world.organisation, person=world.chi), by=world.ana)
    assert chi.get("/incidents").status_code == 401


def test_a_key_may_less_as_soon_as_its_person_may(world, chi):
    assert chi.get("/incidents").status_code == 200
    Membership.objects.filter(organisation=world.organisation, person=world.chi).update(access=Access.GUEST)
    assert chi.get("/incidents").status_code == 403


@pytest.mark.row("I8")
def test_another_organisation_sees_nothing_and_cannot_tell_what_is_there(ana, dov):
    done = ana.declare()
    for path in (f"/incidents/{done['incident']}", "/incidents/INC-1"):
        for part in ("", "/timeline", "/clocks"):
            theirs, nothing = dov.get(path + part), dov.get("/incidents/inc_" + "0" * 32 + part)
            assert theirs.status_code == nothing.status_code == 404
            assert theirs.content == nothing.content
    assert dov.command(done["incident"], "note", words="Hello").status_code == 404
    assert dov.get("/incidents").json()["items"] == []
    assert len(ana.get(f"/incidents/{done['incident']}/timeline").json()["items"]) == done["seq"]


@pytest.mark.row("I8")
def test_lists_hold_only_what_is_of_the_organisation(ana, dov):
    ana.declare()
    other = dov.declare()
    assert [row["id"] for row in dov.get("/incidents").json()["items"]] == [other["incident"]]
    assert other["number"] == "INC-1"
    assert dov.get("/incidents/INC-1").json()["id"] == other["incident"]


def test_every_address_is_behind_the_door_and_names_the_right_it_needs():
    operations = [operation for _, router in api._routers for view in router.path_operations.values() for operation in view.operations]
    assert len(operations) >= 8
    assert all(hasattr(operation.view_func, "needs") for operation in operations)
    assert all(isinstance(callback, ApiKey) for operation in operations for callback in operation.auth_callbacks)


@pytest.mark.row("I8")
def test_a_program_that_may_only_look_changes_nothing(world, ana):
    bodies = {
        "/incidents": {"words": "x"},
        "/incidents/{incident}/commands": {"command": "note", "words": "x"},
        "/alerts/{alert}/acknowledgement": {"taken": True},
        "/samples": {"samples": [{"signal": "cpu", "value": 1}]},
        "/baselines": {"signal": "cpu", "mean": 1},
        "/samples/remote-write": b"",
        "/samples/openmetrics": b"",
        "/samples/csv": b"",
        "/silences": {"match": "a=b", "comment": "x", "lasts_s": 60},
        "/windows": {"name": "x", "match": "a=b", "zone": "UTC", "begins": "2026-01-01T00:00", "lasts_s": 60},
        "/routes": {"name": "x", "match": "a=b", "plan": "hotline-outage"},
        "/routes/trial": {"match": "a=b"},
        "PUT /routes/{alert}": {"name": "x", "match": "a=b", "plan": "hotline-outage"},
        "DELETE /routes/{alert}": b"",
        "DELETE /silences/{alert}": b"",
        "DELETE /windows/{alert}": b"",
    }
    number, looking = ana.declare()["number"], client.of(world, world.ana, "observer")
    answers = {where: looking.send(where.format(incident=number, alert="alr_0"), body).status_code for where, body in bodies.items()}
    assert set(answers.values()) == {403}
    writing = [
        (path, method)
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for one in view.operations
        for method in one.methods
        if method != "GET"
    ]
    assert len(writing) == len(bodies), "each address that changes something is here"
