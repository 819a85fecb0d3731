"""Silences and maintenance windows for programs: made, listed by how they stand, ended, and never another organisation's."""

from datetime import timedelta

import pytest

from tests.api import client
from tests.api.test_routes import alert
from tests.incidents.test_declaring import arrive, declare, route
from tests.ingest import bodies
from tocsin.accounts.models import AuditEntry
from tocsin.api.wire import spell_instant
from tocsin.incidents.models import Incident
from tocsin.ingest.routing.models import MaintenanceWindow, Silence
from tocsin.kit import ids

WANTED = {"match": 'region="east"', "comment": "Planned work", "lasts_s": 3600}
WINDOW = {
    "name": "Billing", "match": "job=billing", "zone": "Europe/Warsaw", "begins": "2026-03-08T02:00", "lasts_s": 7200,
    "repeats": "FREQ=WEEKLY;BYDAY=SU",
}  # fmt: skip


def test_a_program_silences_reads_and_lifts(world, chi, clock):
    clock.freeze(bodies.NOON)
    answer = chi.post("/silences", WANTED)
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/silences/{made['id']}")
    assert (made["match"], made["state"], made["made_by"]) == ("region=east", "active", ids.typed("per", world.chi.id))
    assert made["ends_at"] == spell_instant(bodies.NOON + timedelta(hours=1))
    clock.shift(timedelta(minutes=5))
    lifted = chi.delete(f"/silences/{made['id']}").json()
    assert (lifted["state"], lifted["lifted_by"]) == ("ended", made["made_by"])
    assert lifted["ends_at"] == spell_instant(bodies.NOON + timedelta(minutes=5))
    assert chi.delete(f"/silences/{made['id']}").json() == lifted, "what has ended stays as it is"
    assert chi.get(f"/silences/{made['id']}").json() == lifted


@pytest.mark.django_db(transaction=True)
def test_what_a_program_silenced_declares_nothing_until_it_ends(world, ana, clock):
    clock.freeze(bodies.NOON)
    route(world.organisation)
    ana.post("/silences", WANTED | {"match": "alertname=HotlineQueue"})
    arrive(world.organisation, bodies.entry())
    declare()
    assert Incident.objects.count() == 0
    clock.shift(timedelta(hours=1))
    declare()
    assert Incident.objects.count() == 1


def test_silences_are_listed_by_how_they_stand_and_walked(ana, clock):
    clock.freeze(bodies.NOON)
    later = spell_instant(bodies.NOON + timedelta(days=1))
    names = {state: ana.post("/silences", WANTED | more).json()["id"] for state, more in (("active", {}), ("coming", {"starts_at": later}))}
    names["ended"] = ana.post("/silences", WANTED).json()["id"]
    ana.delete(f"/silences/{names['ended']}")
    for state, name in names.items():
        assert [(row["id"], row["state"]) for row in ana.get("/silences", state=state).json()["items"]] == [(name, state)]
    first = ana.get("/silences", limit="2").json()
    second = ana.get("/silences", limit="2", cursor=first["next"]).json()
    assert [row["id"] for row in first["items"] + second["items"]] == [names[state] for state in ("coming", "active", "ended")]
    assert ana.get("/silences", state="other").status_code == 422


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"match": "region"}, "/match"),
        ({"match": " , "}, "/match"),
        ({"comment": ""}, "/comment"),
        ({"lasts_s": None}, "/ends_at"),
        ({"ends_at": "2100-01-01T00:00:00Z"}, "/ends_at"),
        ({"lasts_s": None, "ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
        ({"lasts_s": None, "ends_at": "2100-01-01T00:00:00Z"}, "/ends_at"),
        ({"else": 1}, "/else"),
    ],
)
def test_a_silence_that_cannot_be_is_422_and_says_where(ana, wrong, place):
    answer = ana.post("/silences", {name: value for name, value in (WANTED | wrong).items() if value is not None})
    assert (answer.status_code, [one["place"] for one in answer.json()["errors"]]) == (422, [place])
    assert not Silence.objects.exists()


def test_a_text_that_is_too_long_or_too_short_is_told_in_characters(ana):
    for body, words in ((WINDOW | {"name": "n" * 1_000}, "at most"), (WINDOW | {"name": ""}, "at least 1 characters")):
        (fault,) = ana.post("/windows", body).json()["errors"]
        assert fault["place"] == "/name"
        assert words in fault["problem"]
        assert fault["problem"].endswith(" characters")


def test_an_editor_plans_maintenance_and_removes_it(world, ana, clock):
    clock.freeze(bodies.NOON)
    answer = ana.post("/windows", WINDOW)
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/windows/{made['id']}")
    assert made["coming"][0] == {"starts_at": "2026-03-08T01:00:00.000000Z", "ends_at": "2026-03-08T03:00:00.000000Z"}
    assert made["coming"][3 - 1]["starts_at"] == "2026-03-22T01:00:00.000000Z"
    assert ana.get("/windows").json() == [ana.get(f"/windows/{made['id']}").json()] == [made]
    assert ana.delete(f"/windows/{made['id']}").status_code == 204
    assert ana.get("/windows").json() == []
    assert ana.get(f"/windows/{made['id']}").status_code == 404
    assert {one.act for one in AuditEntry.objects.filter(person=world.ana)} >= {"window.planned", "window.removed"}


def test_maintenance_that_cannot_be_is_422_and_says_every_place(ana):
    answer = ana.post("/windows", WINDOW | {"zone": "Nowhere", "begins": "soon"})
    assert [one["place"] for one in answer.json()["errors"]] == ["/zone", "/begins"]
    assert [one["place"] for one in ana.post("/windows", WINDOW | {"repeats": "FREQ=SECONDLY"}).json()["errors"]] == ["/repeats"]
    assert ana.post("/windows", WINDOW | {"lasts_s": 1}).status_code == 422
    assert [one["place"] for one in ana.post("/windows", WINDOW | {"begins": "2020-03-08T02:00", "repeats": ""}).json()["errors"]] == [
        "/begins"
    ]
    assert not MaintenanceWindow.objects.exists()


@pytest.mark.row("I8")
def test_strangers_and_those_who_may_less_change_nothing(world, ana, chi, dov):
    silence, window = (ana.post(path, body).json()["id"] for path, body in (("/silences", WANTED), ("/windows", WINDOW)))
    for who, answer in ((dov, 404), (client.of(world, world.ana, "observer"), 403)):
        assert (who.delete(f"/silences/{silence}").status_code, who.delete(f"/windows/{window}").status_code) == (answer, answer)
    assert (chi.post("/windows", WINDOW).status_code, chi.delete(f"/windows/{window}").status_code) == (403, 403)
    assert dov.get("/silences").json()["items"] == dov.get("/windows").json() == []
    assert dov.get(f"/silences/{silence}").content == dov.get("/silences/sil_x").content
    assert ana.get(f"/silences/{silence}").json()["state"] == "active"


def test_what_a_silence_would_hold_back_is_what_the_list_of_alerts_finds(world, ana):
    alert(world.organisation, "a")
    assert [row["fingerprint"] for row in ana.get("/alerts", firing="true", match="alertname=Down").json()["items"]] == ["a"]
