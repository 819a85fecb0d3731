"""What comes again byte for byte is only counted: quicker, and with the same outcome as reading it once more."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.ingest import bodies
from tests.ingest.test_follower import arrive, follow, organisation, states
from tocsin.ingest import repeats
from tocsin.ingest.follower import Follower
from tocsin.ingest.log import Waiting
from tocsin.ingest.models import Alert, Episode, RawBody
from tocsin.kit import ids

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
SEED = 20240607


@pytest.fixture
def reader() -> Follower:
    """One that reads again and again, as in a process that lives on."""
    return Follower()


def read(reader: Follower) -> None:
    assert any(not reader.run_once() for _ in range(100)), "there is no end to it"


def test_what_comes_again_is_counted_and_neither_looked_up_nor_written_anew(reader):
    where = organisation()
    twice = bodies.body(*(bodies.entry(key=f"a{number}") for number in range(3)))
    arrive(where, twice)
    read(reader)
    arrive(where, twice, twice, at=bodies.NOON + MINUTE)
    with CaptureQueriesContext(connection) as asked:
        read(reader)
    assert [one["sql"] for one in asked if "labels" in one["sql"]] == []
    assert set(Alert.objects.values_list("received", "duplicates", "last_received_at")) == {(3, 2, bodies.NOON + MINUTE)}
    assert states() == [RawBody.State.SETTLED] * 3


def test_the_same_bytes_in_another_organisation_are_another_alert(reader):
    here, there = organisation("Here"), organisation("There")
    arrive(here, bodies.body())
    read(reader)
    arrive(there, bodies.body())
    read(reader)
    assert Alert.objects.count() == 2


def test_whatever_somebody_else_has_read_meanwhile_is_not_overlooked(reader):
    where, first = organisation(), bodies.body()
    arrive(where, first)
    read(reader)
    arrive(where, bodies.body(bodies.entry(summary="In other words")), at=bodies.NOON + MINUTE)
    follow()
    arrive(where, first, at=bodies.NOON + 2 * MINUTE)
    read(reader)
    alert = Alert.objects.get()
    assert alert.title != "In other words"
    assert (alert.received, alert.duplicates, alert.last_received_at) == (3, 2, bodies.NOON + 2 * MINUTE)


def test_whoever_reads_with_a_memory_makes_the_same_of_it_as_whoever_has_none(reader):
    """Beginnings, ends, other words and other severities of a few alerts, in bodies that overlap and come again and again."""
    chance, here, there = Random(SEED), organisation("Here"), organisation("There")
    entries = [
        bodies.entry(key=f"a{key}", firing=firing, summary=summary, starts_at=bodies.NOON + start * MINUTE)
        for key in range(3)
        for firing in (True, False)
        for summary in ("high", "higher")
        for start in (0, 1)
    ]
    known = [bodies.body(*chance.sample(entries, chance.randint(1, 3))) for _ in range(8)]
    for step in range(150):
        sent = chance.choices(known, k=chance.randint(1, 3))
        arrive(here, *sent, at=bodies.NOON + step * MINUTE / 2)
        read(reader)
        arrive(there, *sent, at=bodies.NOON + step * MINUTE / 2)
        follow()
        if step % 10 == 0:
            assert outcome(here) == outcome(there)
    assert outcome(here) == outcome(there)


def outcome(where):
    """Return what is known of an organisation's alerts, without ids and places in the log."""
    alerts = Alert.objects.filter(organisation=where).order_by("fingerprint")
    return [
        [
            *(getattr(one, name) for name in ("fingerprint", "title", "labels", "firing", "starts_at", "ends_at", "turn", "received")),
            *(getattr(one, name) for name in ("duplicates", "last_received_at", "turned_at")),
            sorted(Episode.objects.filter(alert=one).values_list("starts_at", "ends_at", "received", "duplicates"), key=str),
        ]
        for one in alerts
    ]


def test_of_an_alert_that_says_something_else_each_time_only_the_last_word_is_remembered(reader, monkeypatch):
    memory, where = repeats.Repeats(), organisation()
    monkeypatch.setattr(reader, "_repeats", memory)
    for number in range(5):
        arrive(where, bodies.body(bodies.entry(summary=f"{number} wait"), bodies.entry(key=f"b{number}")))
        read(reader)
    assert (len(memory._bodies), len(memory._stood)) == (1, 2)


def test_only_so_much_is_remembered_and_the_oldest_is_forgotten(reader, monkeypatch):
    memory, where = repeats.Repeats(alerts_max=2), organisation()
    monkeypatch.setattr(reader, "_repeats", memory)
    sent = [bodies.body(bodies.entry(key=f"a{number}")) for number in range(3)]
    for one in sent:
        arrive(where, one)
        read(reader)
    found = [memory.find(repeats.mark_of(where.id, Waiting(0, "alertmanager", ids.new(), bodies.NOON, one))) for one in sent]
    assert [len(alerts) for alerts in found] == [0, 1, 1]
