"""Bodies as people see them: listed with what became of each, read once more, and forgotten when their time is over."""

from datetime import timedelta

import pytest

from tests.ingest import bodies
from tests.ingest.test_follower import arrive, follow, organisation, states
from tocsin.ingest import received
from tocsin.ingest.models import Alert, RawBody, Rejected

pytestmark = pytest.mark.django_db(transaction=True)


def names(where, state):
    return [one.name for one in received.latest(where.id, state, 10)]


def unread(*args):
    return [one.reason for one in received.replay(*args)[1]]


@pytest.mark.row("F-23")
def test_what_can_be_read_after_all_is_read_as_if_it_had_come_when_it_came():
    where = organisation()
    arrive(where, b"poison")
    follow()
    (parked,) = names(where, received.PARKED)
    RawBody.objects.update(body=bodies.body())  # as a mended release would understand it
    done, left = received.replay(where.id, [parked])
    assert ([one.name for one in done], left) == ([parked], [])
    follow()
    assert Alert.objects.get().first_received_at == bodies.NOON
    assert states() == [RawBody.State.SETTLED]


@pytest.mark.row("F-23")
def test_what_cannot_be_read_even_now_stays_where_it_is_and_says_why():
    where = organisation()
    arrive(where, b"poison")
    follow()
    assert "malformed" in unread(where.id, names(where, received.PARKED))[0]
    assert states() == [RawBody.State.PARKED]


def test_a_refused_body_enters_the_log_once():
    where = organisation()
    arrive(where, bodies.body(), code="not_understood")
    refused = names(where, received.REFUSED)
    assert len(received.replay(where.id, refused)[0]) == 1
    assert received.replay(where.id, refused) == ([], [])
    follow()
    assert Alert.objects.get().received == 1
    assert not Rejected.objects.exists()


def test_of_a_refused_body_too_large_to_keep_too_little_is_there_to_read():
    where = organisation()
    arrive(where, b'"' + b"x" * 70_000 + b'"', code="not_understood")
    (kept,) = received.latest(where.id, received.REFUSED, 10)
    assert (kept.cut, kept.length) == (True, 70_002)
    assert received.waiting_for_somebody(where.id) == []
    assert unread(where.id, [kept.name]) == [""]
    assert Rejected.objects.exists()


@pytest.mark.row("I8")
def test_nobody_finds_or_replays_the_bodies_of_another_organisation():
    ours, theirs = organisation(), organisation("Elsewhere")
    arrive(ours, b"poison")
    arrive(ours, b"never", code="not_understood")
    follow()
    found = [*names(ours, received.PARKED), *names(ours, received.REFUSED)]
    assert [received.one(theirs.id, name) for name in found] == [None, None]
    assert received.replay(theirs.id, found) == ([], [])
    assert received.one(ours.id, found[0])[1] == b"poison"
    assert received.one(ours.id, "raw-x") is received.one(ours.id, f"other-{found[0][4:]}") is None


def test_what_was_read_is_forgotten_after_a_month_and_what_was_parked_after_three():
    where = organisation()
    arrive(where, bodies.body(), b"poison")
    follow()
    arrive(where, bodies.body(), at=bodies.NOON + timedelta(days=20))
    follow()
    assert not received.forget(bodies.NOON + received.SETTLED_KEPT)
    assert states() == [RawBody.State.SETTLED, RawBody.State.PARKED, RawBody.State.SETTLED]
    received.forget(bodies.NOON + timedelta(days=31))
    assert states() == [RawBody.State.PARKED, RawBody.State.SETTLED]
    received.forget(bodies.NOON + timedelta(days=91))
    assert states() == []


def test_what_waits_to_be_read_is_never_forgotten():
    arrive(organisation(), bodies.body())
    received.forget(bodies.NOON + timedelta(days=1000))
    assert states() == [RawBody.State.WAITING]
