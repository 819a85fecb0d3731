"""Silences in Alertmanager's words: what amtool sends and reads back."""

import base64
from datetime import timedelta

import pytest
from django.test import Client

from tests.api.client import Program
from tests.ingest import bodies
from tocsin.api.wire import spell_instant
from tocsin.ingest.routing.models import Silence

POSTED = {
    "matchers": [
        {"name": "alertname", "value": "Queue.*", "isRegex": True, "isEqual": True},
        {"name": "region", "value": "a\"b, c", "isRegex": False, "isEqual": False},
    ],
    "startsAt": spell_instant(bodies.NOON),
    "endsAt": spell_instant(bodies.NOON + timedelta(hours=1)),
    "createdBy": "lina",
    "comment": "Planned work",
}  # fmt: skip


def call(who: Program, method: str, path: str, body: object = None, **headers: str):
    sent = headers or {"Authorization": f"Bearer {who.secret}"}
    return getattr(Client(), method)(f"/api/v2{path}", body, content_type="application/json", headers=sent)


@pytest.fixture(autouse=True)
def noon(clock):
    clock.freeze(bodies.NOON)


def test_a_silence_is_made_read_back_replaced_and_expired(world, chi):
    made = call(chi, "post", "/silences", POSTED).json()["silenceID"]
    said = call(chi, "get", f"/silence/{made}").json()
    assert (said["matchers"], said["status"]["state"], said["endsAt"]) == (POSTED["matchers"], "active", "2026-03-04T13:00:00.000Z")
    assert (said["createdBy"], said["comment"]) == ("Chi", "Planned work (lina)")
    later = call(chi, "post", "/silences", POSTED | {"id": made, "endsAt": spell_instant(bodies.NOON + timedelta(hours=2))}).json()[
        "silenceID"
    ]
    assert {one["id"]: one["status"]["state"] for one in call(chi, "get", "/silences").json()} == {made: "expired", later: "active"}
    assert call(chi, "delete", f"/silence/{later}").status_code == 200
    assert call(chi, "get", f"/silence/{later}").json()["status"]["state"] == "expired"
    assert Silence.objects.count() == 2, "a silence is never deleted"


def test_silences_are_found_by_a_matcher_that_they_have(chi):
    call(chi, "post", "/silences", POSTED)
    assert len(call(chi, "get", "/silences?filter=alertname%3D~%22Queue.*%22").json()) == 1
    assert call(chi, "get", "/silences?filter=alertname%3D%22Queue%22").json() == []
    assert call(chi, "get", "/silences?filter=alertname").status_code == 400


def test_a_key_may_stand_as_a_password(chi):
    basic = base64.b64encode(f"tocsin:{chi.secret}".encode()).decode()
    assert call(chi, "get", "/silences", Authorization=f"Basic {basic}").json() == []
    assert call(chi, "get", "/silences", Authorization="Basic eDp5").status_code == 401
    assert call(Program(""), "get", "/silences").status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"matchers": []},
        {"matchers": [{"name": "a", "value": "[", "isRegex": True}]},
        {"matchers": [{"name": "a b", "value": "c", "isRegex": False}]},
        {"matchers": [{"name": "a", "value": "", "isRegex": False}]},
        {"endsAt": spell_instant(bodies.NOON)},
        {"comment": ""},
    ],
)
def test_a_silence_that_cannot_be_is_refused_in_words(chi, wrong):
    answer = call(chi, "post", "/silences", POSTED | wrong)
    assert (answer.status_code, type(answer.json())) == (400, str)
    assert not Silence.objects.exists()


@pytest.mark.row("I8")
def test_strangers_find_nothing_and_those_who_look_change_nothing(world, chi, dov):
    made = call(chi, "post", "/silences", POSTED).json()["silenceID"]
    assert call(dov, "get", "/silences").json() == []
    assert {call(dov, method, f"/silence/{one}").status_code for method in ("get", "delete") for one in (made, "x")} == {404}
    assert call(dov, "post", "/silences", POSTED | {"id": made}).status_code == 404
    assert call(chi, "get", f"/silence/{made}").json()["status"]["state"] == "active"
