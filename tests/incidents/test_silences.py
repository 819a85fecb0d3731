"""A feed that falls silent while no incident runs is an alarm of its own, and never "no fault"."""

from datetime import timedelta

import pytest

from tests.incidents.test_sentinels import MINUTE, START, Feed
from tests.world import build
from tocsin.accounts.models import Person
from tocsin.comms.models import InboxItem
from tocsin.incidents import silences
from tocsin.incidents.models import Silence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feed(clock) -> Feed:
    return Feed(build(), clock)


def told(feed: Feed, person: Person) -> list[InboxItem]:
    return [item for item in InboxItem.objects.order_by("at") if item.key.startswith("silence:")]


@pytest.mark.row("DET-11")
def test_a_silent_feed_is_told_once_to_who_commands_and_begins_nothing(feed: Feed) -> None:
    feed.cpu(50, 50, 50)
    assert list(silences.standing(feed.world.organisation.id)) == []
    feed.wait(2)
    (row,) = silences.standing(feed.world.organisation.id)
    assert (row.signal, row.since) == ("cpu", START + 5 * MINUTE)
    feed.wait(1)
    (item,) = told(feed, feed.world.ana)
    assert "No data arrives" in item.subject
    assert "This is not “no fault”" in item.body
    assert feed.begun() == []


@pytest.mark.row("DET-11")
def test_what_is_heard_again_ends_the_silence_and_the_next_is_told_anew(feed: Feed) -> None:
    feed.cpu(50, 50, 50)
    feed.wait(5)
    feed.cpu(50, 50, 50)
    assert list(silences.standing(feed.world.organisation.id)) == []
    feed.wait(10)
    assert Silence.objects.count() == 2
    assert len(told(feed, feed.world.ana)) == 2


def test_a_silence_longer_than_what_is_kept_of_the_series_stands(feed: Feed) -> None:
    feed.cpu(50, 50, 50)
    feed.wait(5)
    for _ in range(6):
        feed.clock.shift(timedelta(hours=12))
        feed.wait(1)
    (row,) = silences.standing(feed.world.organisation.id)
    assert row.since == START + 5 * MINUTE
    assert len(told(feed, feed.world.ana)) == 1


def test_a_plan_that_is_no_longer_in_force_watches_nothing(feed: Feed) -> None:
    feed.cpu(50, 50, 50)
    feed.wait(5)
    feed.world.plan.status = "retired"
    feed.world.plan.save()
    assert list(silences.standing(feed.world.organisation.id)) == []
