"""A source of one's own: made with a key, its mapping written beside what it makes of a body that came, and what waited is replayed."""

from typing import Any

import pytest
from django.test import Client

from tests.ingest import bodies
from tests.ingest.test_follower import follow
from tests.world import World
from tocsin.accounts import keys
from tocsin.accounts.models import AuditEntry
from tocsin.ingest import feeds, log, mappings
from tocsin.ingest.log import Arrived
from tocsin.ingest.models import Alert, Feed
from tocsin.kit import ids

pytestmark = pytest.mark.django_db

BODY = b'{"id": 7, "name": "Queue <b>grows</b>", "on": true, "where": {"region": "north"}}'
MAPPING = "key: id\ntitle: name\nfiring: on\nlabels: where\n"


def make(world: World) -> tuple[Feed, str]:
    feed, _ = feeds.create(world.organisation, "generic", "Uptime", person=world.ana)
    return feed, f"/o/hotline/sources/feeds/{ids.typed('fee', feed.id)}"


def arrive(world: World, feed: Feed, body: bytes = BODY) -> str:
    log.append([Arrived(world.organisation.id, "generic", feed.keys.get().key, bodies.NOON, body)])
    return f"raw-{log.RawBody.objects.latest('id').pk}"


def read(client: Client, place: str, source: str = MAPPING, **form: Any) -> str:
    answer = client.post(f"{place}/mapping/reading", {"source": source, **form})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_source_is_made_with_a_key_that_opens_it_alone(world: World) -> None:
    page = world.browse(world.ana).post("/o/hotline/sources/feeds", {"source": "generic", "name": "Uptime"}).content.decode()
    secret = page.split("/in/generic/")[1].split("<")[0]
    key = keys.find(keys.INGEST, secret)
    assert key is not None
    feed = feeds.of_key(key.id)
    assert feed is not None
    assert (feed.organisation, feed.source) == (world.organisation, "generic")
    assert world.browse(world.ana).post("/o/hotline/sources/feeds", {"source": "generic", "name": "Uptime"}).status_code == 409
    assert "Uptime" in world.browse(world.bea).get("/o/hotline/sources").content.decode()


def test_a_mapping_is_tried_on_a_body_that_came_before_anything_is_kept(world: World) -> None:
    feed, place = make(world)
    chosen = arrive(world, feed)
    arrive(world, feed, b'{"id": 8}')
    page = read(world.browse(world.ana), place, body=chosen)
    assert "<b>Queue &lt;b&gt;grows&lt;/b&gt;</b>" in page
    assert "Queue" in page[page.index("As it came") :], "it stands beside what is made of it"
    assert "north" in page
    assert mappings.latest(feed) is None


def test_without_a_body_what_was_pasted_is_tried(world: World) -> None:
    _, place = make(world)
    assert "1 alert" in read(world.browse(world.ana), place, sample='{"id": 1, "on": true}')
    assert "truncated" in read(world.browse(world.ana), place, sample="{")
    assert "neither true nor false" in read(world.browse(world.ana), place, sample='{"id": 1, "on": "yes"}')


def test_a_fault_is_shown_at_its_line_and_never_goes_into_use(world: World) -> None:
    feed, place = make(world)
    assert "line 2, column 10" in read(world.browse(world.ana), place, "key: id\ntitle: a $ b")
    mappings.save(feed, "key: id", 0, by=world.ana)
    answer = world.browse(world.ana).post(f"{place}/mapping/saving", {"source": "key: id ||", "after": "1"})
    assert answer.status_code == 409
    assert "key: id ||" in answer.content.decode()
    assert Feed.objects.get(pk=feed.pk).settings["mapping"] == "key: id"


def test_what_was_saved_says_who_and_when_and_an_older_version_is_a_beginning(world: World) -> None:
    _, place = make(world)
    owner = world.browse(world.ana)
    for number, source in enumerate((MAPPING, "key: name")):
        assert owner.post(f"{place}/mapping/saving", {"source": source, "after": str(number)}).status_code == 303
    page = owner.get(f"{place}/mapping").content.decode()
    assert "Version 2" in page
    assert "Ana" in page
    assert "firing: on" in owner.get(f"{place}/mapping?version=1").content.decode()
    assert AuditEntry.objects.filter(act="mapping.saved", subject="Uptime").count() == 2


def test_of_two_who_save_the_second_sees_that_it_was_overtaken(world: World) -> None:
    _, place = make(world)
    owner = world.browse(world.ana)
    owner.post(f"{place}/mapping/saving", {"source": MAPPING, "after": "0"})
    assert owner.post(f"{place}/mapping/saving", {"source": "key: name", "after": "0"}).status_code == 409


@pytest.mark.row("F-23")
@pytest.mark.django_db(transaction=True)
def test_what_came_before_its_mapping_is_read_once_there_is_one(world: World) -> None:
    feed, place = make(world)
    name = arrive(world, feed)
    follow()
    assert not Alert.objects.exists()
    owner = world.browse(world.ana)
    owner.post(f"{place}/mapping/saving", {"source": MAPPING, "after": "0"})
    assert "Replay 1 that was set aside" in owner.get(f"{place}/mapping").content.decode()
    assert owner.post("/o/hotline/sources/replay", {"body": name}).status_code == 303
    follow()
    alert = Alert.objects.get()
    assert (alert.labels, alert.firing, alert.first_received_at) == ({"region": "north"}, True, bodies.NOON)


def test_mail_has_a_mapping_that_begins_with_what_a_subject_says(world: World) -> None:
    feed, _ = feeds.create(world.organisation, "email", "Duty mailbox", person=world.ana)
    page = world.browse(world.ana).get(f"/o/hotline/sources/feeds/{ids.typed('fee', feed.id)}/mapping").content.decode()
    assert "starts_with(subject, &#39;RESOLVED:&#39;)" in page


def test_members_look_at_a_mapping_and_save_none(world: World) -> None:
    _, place = make(world)
    assert "Put in use" not in world.browse(world.bea).get(f"{place}/mapping").content.decode()
    assert world.browse(world.bea).post(f"{place}/mapping/saving", {"source": MAPPING, "after": "0"}).status_code == 403
    assert world.browse(world.bea).post("/o/hotline/sources/feeds", {"source": "generic", "name": "Mine"}).status_code == 403
    assert world.browse(world.dov).get(f"{place}/mapping").status_code == 404
