"""Somebody at the sender's side takes an alert on, and ends it in few words: through the log, as it is written down."""

import json
from typing import Any

import pytest

from tests.ingest.bodies import NOON
from tocsin.accounts import founding
from tocsin.ingest import log
from tocsin.ingest.follower import Follower
from tocsin.ingest.models import Acknowledgement, Alert, Match, Route
from tocsin.kit import ids

pytestmark = pytest.mark.django_db(transaction=True)

TRIGGER = {"payload": {"summary": "Disk full", "source": "db-1", "severity": "critical"}}


def test_an_acknowledgement_is_kept_once_and_the_end_reaches_the_route_that_wanted_the_beginning():
    north, _ = founding.found("North", "ana@example.org", "Ana", "en")
    Route.objects.create(organisation=north, name="disks", rule={"wanted": "severity=critical"}, plan="any")

    def say(action: str, **more: Any) -> None:
        body = json.dumps({"event_action": action, "dedup_key": "disk", **more}).encode()
        log.append([log.Arrived(north.id, "pagerduty", ids.new(), NOON, body)])
        while Follower().run_once():
            pass

    say("acknowledge")
    assert not Alert.objects.exists()
    say("trigger", **TRIGGER)
    for action in ("acknowledge", "acknowledge", "resolve"):
        say(action)
    alert = Alert.objects.get()
    assert (alert.title, alert.labels["host"], alert.firing) == ("Disk full", "db-1", False)
    assert list(Acknowledgement.objects.values_list("alert", "by")) == [(alert.id, "")]
    assert list(Match.objects.order_by("id").values_list("turn", "firing")) == [(1, True), (2, False)]
