"""A turn of the follower: what it does not wait for, and what it looks for again."""

import pytest
from django.db import connection

from tests.ingest import bodies
from tests.ingest.test_follower import MINUTE, arrive, follow, organisation, states
from tocsin.ingest import alerts
from tocsin.ingest.models import Alert, RawBody
from tocsin.kit.sqlite import syncing

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_waits_until_the_disk_has_what_could_be_read_again(monkeypatch):
    arrive(organisation(), bodies.body())
    deferred: list[bool] = []
    defer = syncing.defer

    def noted() -> None:
        defer()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SHOW synchronous_commit")
                assert cursor.fetchone() == ("off",)
        deferred.append(connection.in_atomic_block)

    monkeypatch.setattr(syncing, "defer", noted)
    follow()
    assert deferred == [True]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",), "whatever else is committed is waited for"


def test_an_alert_that_appears_after_the_look_for_it_is_looked_for_again(monkeypatch):
    where = organisation()
    arrive(where, bodies.body())
    follow()
    arrive(where, bodies.body(bodies.entry(summary="In other words"), bodies.entry(key="a2")), at=bodies.NOON + MINUTE)
    known, looked = alerts.known, []

    def once_blind(*asked):
        looked.append(1)
        return {} if len(looked) == 1 else known(*asked)

    monkeypatch.setattr(alerts, "known", once_blind)
    follow()
    assert dict(Alert.objects.values_list("fingerprint", "received")) == {"a1": 2, "a2": 1}
    assert Alert.objects.get(fingerprint="a1").title == "In other words"
    assert states() == [RawBody.State.SETTLED] * 2
