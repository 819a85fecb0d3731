"""Notices: every change is told, in order and without gaps, to this process at once and to the others soon."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.incidents.cast import Cast, build
from tests.incidents.test_kills import Mortals, life
from tests.serving import eventually
from tocsin.engine import terms as t
from tocsin.incidents import notices
from tocsin.incidents.listening import Ear
from tocsin.incidents.models import Incident, Notice
from tocsin.incidents.notices import News
from tocsin.kit import clock, ids


def test_a_command_gives_notice_of_the_kinds_of_rows_it_changed(cast: Cast) -> None:
    incident = cast.declare()
    before = notices.latest(cast.organisation.id)
    cast.done(incident, t.Assign(role="tech", person=cast.dov.person))
    (news,) = notices.since(cast.organisation.id, before)
    assert news.incident == ids.typed("inc", incident.pk)
    assert set(news.topics) == {"board", "clock", "inbox", "role", "timeline"}


def test_a_refusal_and_a_repeated_command_give_none(cast: Cast) -> None:
    incident = cast.declare()
    before = notices.latest(cast.organisation.id)
    cast.refused(incident, t.Decide(decision="close"))
    cast.done(incident, t.StateFacts(facts={}))
    assert notices.latest(cast.organisation.id) == before


def test_each_organisation_counts_its_own_without_gaps(cast: Cast) -> None:
    other = build("Elsewhere", "example.net")
    for each in (cast, other, cast):
        each.declare()
    assert [news.seq for news in notices.since(cast.organisation.id, 0)] == [1, 2]
    assert [news.seq for news in notices.since(other.organisation.id, 0)] == [1]


@pytest.mark.django_db(transaction=True)
def test_this_process_hears_of_a_change_once_it_is_committed_and_not_before(cast: Cast) -> None:
    incident = cast.declare()
    heard: list[News] = []
    with notices.bus.subscribed(heard.append):
        with transaction.atomic():
            cast.done(incident, t.Note(words="one"))
            assert heard == []
        assert len(heard) == 1
        with transaction.atomic():
            cast.done(incident, t.Note(words="two"))
            transaction.set_rollback(True)
    cast.done(incident, t.Note(words="three"))
    assert [news.topics for news in heard] == [("board", "timeline")]


def test_notices_are_kept_for_two_days(cast: Cast) -> None:
    cast.declare()
    clock.shift(timedelta(days=2))
    assert notices.forget(clock.now()) == 1
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_another_process_commits_is_found_here(cast: Cast) -> None:
    incident = cast.declare()
    before = notices.latest(cast.organisation.id)
    heard: list[News] = []
    ear = Ear()
    other = Mortals()
    with notices.bus.subscribed(heard.append):
        if connection.vendor == "postgresql":
            ear.run_once()
        assert other.live(life(cast, "note", 1, incident=str(incident.pk))) == [0]
        if connection.vendor == "postgresql":
            eventually(lambda: ear.run_once() and heard)
            assert heard == list(notices.since(cast.organisation.id, before))
    ear.close()
    other.process.communicate()
    assert len(notices.since(cast.organisation.id, before)) == 1
    assert Incident.objects.count() == 1
