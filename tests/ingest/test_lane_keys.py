"""The lane with real keys and a real database: who may put what where, and since when no more."""

import asyncio
import threading
from typing import Any

import pytest
from django.db import connection

from tests.ingest import bodies
from tests.ingest.posting import post, run
from tocsin.accounts import founding, keys
from tocsin.accounts.models import Key, Organisation
from tocsin.ingest import feeds
from tocsin.ingest.follower import Follower
from tocsin.ingest.keyring import TTL_S, Keyring
from tocsin.ingest.lane import Lane
from tocsin.ingest.models import Alert, RawBody, Rejected
from tocsin.kit.sqlite import syncing

pytestmark = pytest.mark.django_db(transaction=True)


def organisation(name: str, kind: str = keys.INGEST) -> tuple[Organisation, Key, str]:
    made, person = founding.found(name, f"{name.lower()}@example.org", name, "en")
    return made, *keys.create(made, kind, "a source", person=person)


def sent(secret: str, body: bytes = b"") -> Any:
    lane = Lane()
    return run(lane, post(lane, f"/in/alertmanager/{secret}", body or bodies.body()))


@pytest.mark.row("I8")
def test_a_key_puts_alerts_into_its_own_organisation_and_no_other():
    (here, _, _), (there, key, secret) = organisation("Here"), organisation("There")
    assert sent(secret).status == 202
    follower = Follower()
    while follower.run_once():
        pass
    assert list(Alert.objects.values_list("organisation", flat=True)) == [there.id]
    assert list(RawBody.objects.values_list("organisation", "key")) == [(there.id, key.id)]
    assert not RawBody.objects.filter(organisation=here).exists()


@pytest.mark.row("I1")
def test_what_is_acknowledged_can_be_read_by_another_connection_at_once():
    _, _, secret = organisation("Here")
    body = bodies.body(bodies.entry(summary="a\0b"))
    assert sent(secret, body).status == 202
    assert bytes(RawBody.objects.get().body) == body


def test_a_key_for_programs_does_not_open_the_lane():
    _, _, secret = organisation("Here", keys.API)
    assert sent(secret).status == 403


def test_a_revoked_key_is_refused_within_a_second():
    where, key, secret = organisation("Here")
    now = [0.0]
    lane = Lane(keyring=lambda: Keyring(monotonic=lambda: now[0]))
    path = f"/in/alertmanager/{secret}"

    async def scene() -> list[int]:
        before = await post(lane, path, bodies.body())
        await asyncio.to_thread(revoke)
        now[0] += TTL_S
        return [before.status, (await post(lane, path, bodies.body())).status]

    def revoke() -> None:
        keys.revoke(key, by=where.memberships.get().person)
        connection.close()

    assert run(lane, scene()) == [202, 403]
    assert RawBody.objects.count() == 1


@pytest.mark.row("F-22")
def test_a_rejected_body_is_kept_with_its_reason():
    where, key, secret = organisation("Here")
    assert sent(secret, b'{"alerts": [\xff]}').status == 400
    kept = Rejected.objects.get()
    assert (kept.organisation, kept.key, bytes(kept.body), kept.length) == (where, key.id, b'{"alerts": [\xff]}', 15)
    assert "utf-8" in kept.reason


def test_the_use_of_a_key_is_noted():
    _, key, secret = organisation("Here")
    sent(secret)
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_no_sender_waits_until_the_use_of_a_key_is_noted(monkeypatch):
    _, key, secret = organisation("Here")
    free, touch = threading.Event(), keys.touch

    def late(used: Key) -> None:
        assert free.wait(10)
        touch(used)

    monkeypatch.setattr(keys, "touch", late)
    lane = Lane()

    async def scene() -> int:
        lane.begin()
        status = (await post(lane, f"/in/alertmanager/{secret}", bodies.body())).status
        free.set()
        return status

    assert run(lane, scene()) == 202
    key.refresh_from_db()
    assert key.last_used_at is not None


@pytest.mark.row("I11")
def test_nobody_who_holds_the_write_gate_keeps_a_sender_waiting():
    _, _, secret = organisation("Here")
    lane = Lane()

    async def storm() -> list[int]:
        return [(await post(lane, f"/in/alertmanager/{secret}", bodies.body())).status for _ in range(3)]

    async def scene() -> list[int]:
        await post(lane, f"/in/alertmanager/{secret}", bodies.body())  # the key is at hand from now on
        loop = asyncio.get_running_loop()
        held, free = asyncio.Event(), asyncio.Event()

        def hold() -> None:
            with syncing.write():
                loop.call_soon_threadsafe(held.set)
                asyncio.run_coroutine_threadsafe(free.wait(), loop).result()

        holding = asyncio.ensure_future(asyncio.to_thread(hold))
        await held.wait()
        answers = await storm()
        free.set()
        await holding
        return answers

    assert run(lane, scene()) == [202] * 3
    assert RawBody.objects.count() == 4


@pytest.mark.row("F-27")
def test_the_limit_of_a_source_goes_with_its_keys() -> None:
    where, _, unlimited = organisation("Here")
    feed, secret = feeds.create(where, "alertmanager", "Warsaw", person=where.memberships.get().person)
    feeds.limit(feed, 1, by=where.memberships.get().person)
    lane = Lane()

    async def scene() -> list[int]:
        return [(await post(lane, f"/in/alertmanager/{each}", bodies.body())).status for each in (secret, secret, unlimited)]

    assert run(lane, scene()) == [202, 503, 202]
