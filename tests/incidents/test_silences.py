"""A feed that falls silent while no incident runs is an alarm of its own, and never "no fault"."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.incidents.test_sentinels import MINUTE, START, Feed
from tests.world import build
from tocsin.accounts.models import Person, RoleHolder
from tocsin.comms.models import InboxItem
from tocsin.incidents import desk, plans, silences
from tocsin.incidents.models import Silence
from tocsin.kit import ids

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


def test_a_signal_that_a_new_version_does_not_watch_is_silent_no_more(feed: Feed) -> None:
    feed.cpu(50, 50, 50)
    feed.wait(5)
    source = feed.world.plan.source
    begin = source.index("\ntriggers:")
    end = begin + 1 + re.search(r"\n[a-z_]+:", source[begin + 1 :]).start()
    plan, findings = plans.load(feed.world.organisation.id, source[:begin] + source[end:], "hotline-outage.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    feed.wait(1)
    assert list(silences.standing(feed.world.organisation.id)) == []
    assert Silence.objects.get().ended_at == feed.clock.now()


def test_while_an_incident_runs_nobody_is_told_twice(feed: Feed) -> None:
    feed.cpu(50, 50, 50)
    words = desk.Declaration(words="Nobody answers")
    desk.declare(feed.world.organisation.id, feed.world.plan.hash, words, actor=feed.world.actor(feed.world.chi))
    feed.wait(3)
    assert len(silences.standing(feed.world.organisation.id)) == 1
    assert told(feed, feed.world.ana) == []


@pytest.mark.row("DET-11")
def test_where_nobody_commands_an_owner_is_told(feed: Feed) -> None:
    RoleHolder.objects.all().delete()
    feed.cpu(50, 50, 50)
    feed.wait(3)
    (item,) = told(feed, feed.world.ana)
    assert item.person == ids.typed("per", feed.world.ana.id)
    assert "No data arrives" in item.subject


def test_a_look_asks_for_the_open_silences_of_a_plan_once(feed: Feed) -> None:
    feed.cpu(50, 50, 50)
    with CaptureQueriesContext(connection) as asked:
        feed.cpu(50)
    assert len([each for each in asked if each["sql"].startswith("SELECT") and 'FROM "incidents_silence"' in each["sql"]]) == 1
