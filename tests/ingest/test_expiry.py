"""Alerts that fire only as long as their sender says so: Prometheus falls silent, and they end."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.ingest.bodies import NOON
from tocsin.accounts import founding
from tocsin.accounts.models import Organisation
from tocsin.ingest import expiry, log
from tocsin.ingest.expiry import Expirer
from tocsin.ingest.follower import Follower
from tocsin.ingest.matchers import Matcher, write
from tocsin.ingest.models import Alert, Expiry, Match, Route
from tocsin.kit import ids

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
LABELS = {"alertname": "HotlineQueue", "region": "north"}


@pytest.fixture
def north(clock: Any) -> Organisation:
    clock.freeze(NOON)
    made, _ = founding.found("North", "ana@example.org", "Ana", "en")
    Route.objects.create(
        organisation=made, name="queue", rule={"wanted": write(Matcher(name, "=", value) for name, value in LABELS.items())}, plan="any"
    )
    return made


def posted(organisation: Organisation, at: datetime, ends_at: datetime | None) -> None:
    entry = {"labels": LABELS, "startsAt": NOON.isoformat()} | ({"endsAt": ends_at.isoformat()} if ends_at else {})
    log.append([log.Arrived(organisation.id, "prometheus", ids.new(), at, json.dumps([entry]).encode())])


def read() -> None:
    follower = Follower()
    while follower.run_once():
        pass


def turns() -> list[tuple[int, bool]]:
    return list(Match.objects.order_by("id").values_list("turn", "firing"))


def test_an_alert_goes_on_as_long_as_it_is_spoken_for_and_ends_when_it_was_said_to(north, clock):
    posted(north, NOON, NOON + 4 * MINUTE)
    read()
    clock.freeze(NOON + 3 * MINUTE)
    posted(north, NOON + 3 * MINUTE, NOON + 7 * MINUTE)
    read()
    clock.freeze(NOON + 5 * MINUTE)
    Expirer(grace_s=0).run_once()
    assert Alert.objects.get().firing
    clock.freeze(NOON + 8 * MINUTE)
    Expirer(grace_s=0).run_once()
    alert = Alert.objects.get()
    assert (alert.firing, alert.ends_at, alert.turned_at) == (False, NOON + 7 * MINUTE, NOON + 8 * MINUTE)
    assert (turns(), Expiry.objects.count()) == ([(1, True), (2, False)], 0)


def test_a_sender_that_says_no_end_is_waited_for_five_minutes_as_alertmanager_waits(north, clock):
    posted(north, NOON, None)
    read()
    for minutes, firing in ((4, True), (5, False)):
        clock.freeze(NOON + minutes * MINUTE)
        Expirer(grace_s=0).run_once()
        assert Alert.objects.get().firing is firing


def test_nothing_ends_while_what_came_before_is_still_to_be_read(north, clock):
    posted(north, NOON, NOON + MINUTE)
    read()
    posted(north, NOON + MINUTE, NOON + 5 * MINUTE)
    clock.freeze(NOON + 2 * MINUTE)
    Expirer(grace_s=0).run_once()
    read()
    Expirer(grace_s=0).run_once()
    assert Alert.objects.get().firing


@pytest.mark.row("I10")
def test_whoever_still_has_to_be_read_keeps_no_other_organisations_alerts_from_ending(north, clock, monkeypatch):
    monkeypatch.setattr(expiry, "AT_ONCE", 1)
    south = Organisation.objects.create(slug="south", name="South")
    for one in (north, south):
        posted(one, NOON, NOON + MINUTE)
    read()
    backlogged, other = sorted((north, south), key=lambda one: one.id)
    posted(backlogged, NOON + MINUTE, NOON + 5 * MINUTE)
    clock.freeze(NOON + 2 * MINUTE)
    Expirer(grace_s=0).run_once()
    assert dict(Alert.objects.values_list("organisation", "firing")) == {backlogged.id: True, other.id: False}


def test_nothing_ends_right_after_a_start_since_nobody_could_reach_us(north, clock):
    posted(north, NOON, NOON + MINUTE)
    read()
    clock.freeze(NOON + 60 * MINUTE)
    Expirer().run_once()
    assert Alert.objects.get().firing


@pytest.mark.row("F-21")
def test_a_sender_that_comes_back_fires_again_at_once(north, clock):
    posted(north, NOON, NOON + MINUTE)
    read()
    clock.freeze(NOON + 2 * MINUTE)
    Expirer(grace_s=0).run_once()
    posted(north, NOON + 2 * MINUTE, NOON + 6 * MINUTE)
    read()
    assert Alert.objects.get().firing
    assert turns() == [(1, True), (2, False), (3, True)]
