"""Feeds: what sends, with a key of its own, what to write at its side, what came lately, and what has to be signed."""

import re
from typing import Any

import pytest

from tests.ingest import bodies
from tests.world import World
from tocsin.accounts import keys
from tocsin.accounts.models import AuditEntry, Key
from tocsin.ingest import feeds, follower, log, sources
from tocsin.ingest.expiry import Expirer
from tocsin.ingest.log import Arrived
from tocsin.ingest.models import Alert, Feed, RawBody
from tocsin.ingest.turned_away import TurnedAway
from tocsin.kit import ids
from tocsin.web import guides

pytestmark = pytest.mark.django_db


def make(world: World, source: str, name: str = "Night shift") -> str:
    answer = world.browse(world.ana).post("/o/hotline/sources/feeds", {"source": source, "name": name})
    assert answer.status_code == 200
    return str(answer.content.decode())


def address(feed: Feed) -> str:
    return f"/o/hotline/sources/feeds/{ids.typed('fee', feed.id)}"


def test_a_key_is_shown_once_within_what_is_written_at_the_senders_side(world: World) -> None:
    page = make(world, "opsgenie")
    secret = next(word for word in page.replace("<", " ").split() if word.startswith("ingest_") and len(word) > 40)
    assert f"GenieKey {secret}" in page
    assert "DELETE" in page
    again = world.browse(world.ana).get(address(Feed.objects.get())).content.decode()
    assert secret not in again
    assert f"GenieKey {guides.UNKNOWN}" in again


def test_a_sender_with_a_form_of_its_own_is_shown_a_call_that_can_be_copied(world: World) -> None:
    page = make(world, "generic")
    (secret,) = re.findall(r'<p class="hash hash--wrap">(ingest_\w+)</p><button[^>]* data-action="copy"[^>]*>Copy</button>', page)
    assert f"/in/generic/{secret} \\" in page
    assert "curl -X POST" in page


@pytest.mark.parametrize("name", sources.registry())
def test_every_source_can_be_set_up(name: str) -> None:
    assert f"/in/{name}/k" in guides.of(name, "k").address
    assert "$" not in guides.of(name, "k").written


def test_what_came_by_a_key_in_the_last_day_is_counted_with_what_was_refused(world: World, clock: Any) -> None:
    clock.freeze(bodies.NOON)
    make(world, "alertmanager")
    key = Key.objects.get(name="Night shift")
    loose, _ = keys.create(world.organisation, keys.INGEST, "Old key", person=world.ana)
    told = [Arrived(world.organisation.id, "alertmanager", one.id, bodies.NOON, bodies.body()) for one in (key, key, loose)]
    log.append([*told, Arrived(world.organisation.id, "alertmanager", key.id, bodies.NOON, b"no", "not_understood", "it is no JSON")])
    while follower.Follower().run_once():
        pass
    page = world.browse(world.bea).get("/o/hotline/sources").content.decode()
    rows = [row for row in page.split("<tr>") if 'class="bars"' in row]
    assert [("Night shift" in row, row.count(">2<"), row.count(">1<")) for row in rows] == [(True, 1, 1), (False, 0, 1)]
    assert "every kind" in rows[1]


@pytest.mark.row("F-28")
def test_what_a_storm_turned_away_stands_beside_it(world: World, clock: Any) -> None:
    clock.freeze(bodies.NOON)
    make(world, "alertmanager")
    key = Key.objects.get(name="Night shift")
    counted = TurnedAway()
    for _ in range(41):
        counted.note(world.organisation.id, key.id, bodies.NOON)
    counted.run_once()
    page = world.browse(world.bea).get("/o/hotline/sources").content.decode()
    (row,) = (row for row in page.split("<tr>") if 'class="bars"' in row)
    assert "41 turned away" in row
    assert "its sender was told when to send it again" in page


def test_what_has_to_be_signed_is_agreed_at_the_source_and_never_shown(world: World) -> None:
    make(world, "sentry")
    feed = Feed.objects.get()
    answer = world.browse(world.ana).post(f"{address(feed)}/signing", {"secrets": "s3cret-of-sentry another"})
    assert answer.status_code == 303
    feed.refresh_from_db()
    assert feeds.secrets(feed) == ("s3cret-of-sentry", "another")
    page = world.browse(world.ana).get(address(feed)).content.decode()
    assert "Only what its sender has signed comes in." in page
    assert "s3cret-of-sentry" not in page
    world.browse(world.ana).post(f"{address(feed)}/signing", {"secrets": ""})
    feed.refresh_from_db()
    assert feeds.secrets(feed) == ()


def test_a_source_whose_sender_cannot_sign_asks_for_no_secret_and_takes_none(world: World) -> None:
    make(world, "alertmanager")
    feed = Feed.objects.get()
    assert "Signatures" not in world.browse(world.ana).get(address(feed)).content.decode()
    assert world.browse(world.ana).post(f"{address(feed)}/signing", {"secrets": "x"}).status_code == 409


def test_only_whoever_may_edit_keys_agrees_on_what_signs(world: World) -> None:
    make(world, "sentry")
    assert world.browse(world.bea).post(f"{address(Feed.objects.get())}/signing", {"secrets": "x"}).status_code == 403


def test_a_source_is_removed_with_what_becomes_of_its_alerts_said_before(world: World, clock: Any) -> None:
    clock.freeze(bodies.NOON)
    make(world, "alertmanager")
    feed, key = Feed.objects.get(), Key.objects.get(name="Night shift")
    told = [("alertmanager", key.id, "ours"), ("alertmanager", ids.new(), "another's")]
    log.append([Arrived(world.organisation.id, kind, by, bodies.NOON, bodies.body(bodies.entry(name))) for kind, by, name in told])
    while follower.Follower().run_once():
        pass
    place, owner = address(feed), world.browse(world.ana)
    assert "End the 1 alert of it that still fires" in owner.get(place).content.decode()
    assert "Remove the source" not in world.browse(world.bea).get(place).content.decode()
    assert world.browse(world.bea).post(f"{place}/removal").status_code == 403
    assert owner.post(f"{place}/removal", {"end": "1"}).status_code == 303
    Expirer(grace_s=0).run_once()
    assert dict(Alert.objects.values_list("fingerprint", "firing")) == {"ours": False, "another's": True}
    assert RawBody.objects.count() == 2, "what it sent stays"
    key.refresh_from_db()
    assert key.revoked_at == bodies.NOON
    assert "Removed" in owner.get(place).content.decode()
    assert owner.post(f"{place}/removal").status_code == owner.post(f"{place}/keys").status_code == 404
    make(world, "grafana")  # the name is free again
    assert {one.act for one in AuditEntry.objects.all()} >= {"feed.removed", "key.revoked"}


def test_alerts_of_a_removed_source_go_on_where_nobody_says_otherwise(world: World, clock: Any) -> None:
    clock.freeze(bodies.NOON)
    make(world, "alertmanager")
    log.append([Arrived(world.organisation.id, "alertmanager", Key.objects.get(name="Night shift").id, bodies.NOON, bodies.body())])
    while follower.Follower().run_once():
        pass
    assert world.browse(world.ana).post(f"{address(Feed.objects.get())}/removal").status_code == 303
    Expirer(grace_s=0).run_once()
    assert Alert.objects.get().firing


@pytest.mark.row("F-27")
def test_a_limit_is_set_and_lifted_on_the_page_of_a_source(world: World) -> None:
    make(world, "opsgenie")
    feed, owner = Feed.objects.get(), world.browse(world.ana)
    assert owner.post(f"{address(feed)}/rate", {"per_minute": "90"}).status_code == 303
    assert "At most 90 bodies a minute." in owner.get(address(feed)).content.decode()
    assert Feed.objects.get().per_minute == 90
    for wrong in ("0", "-1", "many", "1000001"):
        assert owner.post(f"{address(feed)}/rate", {"per_minute": wrong}).status_code == 409
    assert world.browse(world.chi).post(f"{address(feed)}/rate", {"per_minute": "1"}).status_code == 403
    owner.post(f"{address(feed)}/rate", {"per_minute": ""})
    assert Feed.objects.get().per_minute is None
