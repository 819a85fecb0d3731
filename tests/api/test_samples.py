"""Programs hand in samples; what they turn is seen in the incident, and what cannot be is said by place."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.api import client
from tocsin.incidents import signals
from tocsin.incidents.models import Sample
from tocsin.kit import clock, ids


def test_samples_are_kept_under_the_organisation_of_the_key(world, ana, dov):
    at = (clock.now() - timedelta(minutes=5)).isoformat()
    answer = ana.post(
        "/samples",
        {"samples": [{"signal": "complaints", "value": 120, "at": at, "over_s": 300}, {"signal": "call_success", "value": "98.7"}]},
    )
    assert (answer.status_code, answer.json()) == (201, {"taken": 2})
    kept = {row.signal: row for row in Sample.objects.filter(organisation=world.organisation)}
    assert (kept["complaints"].value, kept["complaints"].over_s, kept["complaints"].by) == (120, 300, ids.typed("per", world.ana.id))
    assert kept["call_success"].value == Decimal("98.7")
    assert not Sample.objects.exclude(organisation=world.organisation).exists()


@pytest.mark.row("DET-01")
def test_every_line_and_node_has_samples_of_its_own(world, ana):
    at = clock.now().isoformat()
    samples = [
        {"signal": "queue_wait", "value": value, "at": at, "labels": {"line": line}} for value, line in ((100, "a"), (300, "b"), (400, "b"))
    ]
    assert ana.post("/samples", {"samples": samples}).json() == {"taken": 2}
    assert sorted((row.labels, row.value) for row in Sample.objects.all()) == [('{"line":"a"}', 100), ('{"line":"b"}', 400)]
    answer = ana.post("/samples", {"samples": [{"signal": "queue_wait", "value": 1, "labels": {"planet": "mars"}}]})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["place"] == "/samples/0/labels/planet"
    assert "line" in error["problem"]


@pytest.mark.row("DET-01")
def test_labels_count_in_whatever_order_they_are_written(ana):
    at = clock.now().isoformat()
    for value, labels in ((10, {"region": "east", "line": "3"}), (20, {"line": "3", "region": "east"})):
        sample = {"signal": "complaints", "value": value, "at": at, "labels": labels}
        assert ana.post("/samples", {"samples": [sample]}).status_code == 201
    row = Sample.objects.get()
    assert (row.value, row.labels) == (20, '{"line":"3","region":"east"}')


def test_the_same_sample_again_is_one_sample(ana):
    sample = {"signal": "complaints", "value": 1, "at": clock.now().isoformat()}
    ana.post("/samples", {"samples": [sample]})
    ana.post("/samples", {"samples": [{**sample, "value": 2}]})
    assert Sample.objects.get().value == 2


@pytest.mark.row("CLS-11")
def test_a_sample_reaches_the_running_incident(ana, clock):
    clock.freeze(clock.now().replace(microsecond=0))
    done = ana.declare()
    assert ana.post("/baselines", {"signal": "complaints", "mean": 100}).status_code == 201
    now = clock.now()
    given = [
        {"signal": "complaints", "value": 10, "at": (now - timedelta(minutes=minute)).isoformat(), "over_s": 60} for minute in range(5)
    ]
    ana.post("/samples", {"samples": given})
    signals.run_once()
    kinds = {line["kind"] for line in ana.get(f"/incidents/{done['incident']}/timeline").json()["items"]}
    assert "Observed" in kinds


def test_everything_that_cannot_be_kept_is_named_and_nothing_is(ana):
    ahead = (clock.now() + timedelta(hours=1)).isoformat()
    answer = ana.post("/samples", {"samples": [{"signal": "colour", "value": 1}, {"signal": "complaints", "value": 1, "at": ahead}]})
    assert answer.status_code == 422
    assert [error["place"] for error in answer.json()["errors"]] == ["/samples/0/signal", "/samples/1/at"]
    assert "complaints" in answer.json()["errors"][0]["problem"]
    for value in ("NaN", "1e40", True, None):
        assert ana.post("/samples", {"samples": [{"signal": "complaints", "value": value}]}).status_code == 422
    assert ana.post("/baselines", {"signal": "colour", "mean": 1}).status_code == 422
    assert not Sample.objects.exists()


def test_an_observer_hands_nothing_in(world):
    observer = client.of(world, world.ana, "observer")
    assert observer.post("/samples", {"samples": [{"signal": "complaints", "value": 1}]}).status_code == 403


def test_what_signals_stand_at_is_read_back_and_what_is_silent_is_unknown(ana, dov, clock):
    clock.freeze(clock.now().replace(microsecond=0))
    for ago in (3, 2, 1, 0):
        at = (clock.now() - timedelta(minutes=ago)).isoformat()
        ana.post("/samples", {"samples": [{"signal": "call_success", "value": 90 + ago, "at": at, "labels": {"region": "east"}}]})
    (whole, east) = [one for one in ana.get("/signals").json() if one["signal"] == "call_success"]
    assert (whole["plan"], whole["label"], whole["value"]) == ("hotline-outage", "", "90.000000")
    assert (east["label"], east["of"], east["value"]) == ("region", "east", "90.000000")
    clock.shift(timedelta(minutes=5))
    (whole, _) = [one for one in ana.get("/signals").json() if one["signal"] == "call_success"]
    assert whole["value"] is None
    assert whole["silent_since"] is not None
    assert {one["at"] for one in dov.get("/signals").json()} == {None}


def test_an_instant_beyond_all_years_is_named_by_its_place(ana):
    for at in ("0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59-03:00"):
        answer = ana.post("/samples", {"samples": [{"signal": "complaints", "value": 1, "at": at}]})
        assert (answer.status_code, [error["place"] for error in answer.json()["errors"]]) == (422, ["/samples/0/at"])
