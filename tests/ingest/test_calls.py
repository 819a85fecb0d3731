"""Calls that say more than a body: where the key stands, who signed, what is compressed, and in whose words they are answered."""

import gzip
import hmac
import json
from typing import Any
from uuid import UUID

import pytest

from tests.ingest import bodies, posting
from tests.ingest.posting import Reply, Store, post, run
from tocsin.ingest.keyring import Holder, Keyring
from tocsin.ingest.lane import Lane, Limits
from tocsin.ingest.writer import Writer

HOOK = b'{"action": "created", "data": {"issue": {"id": "7", "title": "No free line"}}}'
EVENT = b'{"specversion": "1.0", "id": "1", "source": "/disks", "type": "disk.full"}'
TRIGGER = {"event_action": "trigger", "payload": {"summary": "Disk full", "source": "db-1", "severity": "critical"}}
HOLDERS = {
    "good": Holder(UUID(int=7), UUID(int=1)),
    "signed": Holder(UUID(int=8), UUID(int=1), "sentry", ("s1", "s2")),
    "zabbix": Holder(UUID(int=9), UUID(int=1), "zabbix"),
}


def sent(path: str, body: bytes, store: Store | None = None, limits: Limits | None = None, **headers: str) -> Reply:
    told = store or Store()
    lane = Lane(
        limits or Limits(),
        keyring=lambda: Keyring(HOLDERS.get),
        writer=lambda queues: Writer(queues, store=told, leave=told.leave),
    )
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return run(lane, post(lane, path, body, headers=pairs))


def signature(secret: str) -> str:
    return hmac.new(secret.encode(), HOOK, "sha256").hexdigest()


@pytest.mark.parametrize("secret", ["s1", "s2"])
def test_what_is_signed_with_one_of_the_secrets_comes_in(secret):
    assert sent("/in/sentry/signed", HOOK, sentry_hook_signature=signature(secret)).status == 202


@pytest.mark.parametrize("told", ["", "00", signature("other"), "é"])
def test_what_is_not_signed_so_does_not_come_in_and_is_not_kept(told):
    store = Store()
    reply = sent("/in/sentry/signed", HOOK, store, sentry_hook_signature=told)
    assert (reply.status, reply.body["code"], store.rows) == (401, "unsigned", [])


def test_a_key_made_for_one_source_opens_no_other():
    reply = sent("/in/alertmanager/zabbix", bodies.body())
    assert (reply.status, reply.body["code"]) == (403, "other_source")
    assert sent("/in/alertmanager/signed", bodies.body()).status == 403


@pytest.mark.parametrize(("path", "said"), [("/ping/good", "a check on the page Checks"), ("/in/generic/good", "no_feed")])
def test_what_only_its_feed_can_tell_the_meaning_of_is_not_taken_by_a_key_without_one(path, said):
    store = Store()
    reply = sent(path, b"{}", store)
    assert (reply.status, said in str(reply.body), store.rows) == (403, True, [])


def test_a_key_in_a_header_is_as_good_as_one_in_the_path():
    assert sent("/in/alertmanager", bodies.body(), authorization="Bearer good").status == 202
    assert sent("/in/alertmanager", bodies.body(), authorization="Bearer bad").status == 403
    assert sent("/in/alertmanager", bodies.body()).body["code"] == "no_key"


def test_a_key_within_the_body_is_found_and_its_body_kept_in_the_account_of_its_organisation():
    store = Store()
    reply = sent("/v2/enqueue", json.dumps(TRIGGER | {"routing_key": "good", "dedup_key": "disk"}).encode(), store)
    assert (reply.status, reply.body) == (202, {"status": "success", "message": "Event processed", "dedup_key": "disk"})
    assert [row.organisation_id for row in store.rows] == [HOLDERS["good"].organisation_id]


def test_an_alert_without_a_name_gets_one_that_its_sender_is_told_and_that_is_kept():
    store = Store()
    reply = sent("/v2/enqueue", json.dumps(TRIGGER | {"routing_key": "good"}).encode(), store)
    assert reply.body["dedup_key"] == json.loads(store.rows[0].body)["dedup_key"]


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/v2/enqueue", {**TRIGGER, "routing_key": "bad"}, 400, {"status": "invalid event"}),
        ("/v2/enqueue", {"routing_key": "good", "event_action": "resolve"}, 400, {"status": "invalid event"}),
        ("/in/opsgenie/good/v2/alerts", {"alias": "a"}, 422, {"requestId": ""}),
        ("/alert?api-key=good", {"resource": "a"}, 400, {"status": "error"}),
        ("/integrations/generic/20131114/alert/bad", {"message_type": "INFO"}, 403, {"result": "failure"}),
    ],
)
def test_clients_are_refused_in_the_words_of_their_own_service(path, body, status, words):
    reply = sent(path, json.dumps(body).encode())
    assert reply.status == status
    assert words.items() <= reply.body.items()


@pytest.mark.row("F-22")
def test_a_compressed_body_is_taken_from_those_who_compress_up_to_the_limit_of_any_body():
    store = Store()
    assert sent("/in/cloudevents/good", gzip.compress(EVENT), store, content_encoding="gzip").status == 202
    assert b"disk.full" in store.rows[0].body
    small = Limits(body_bytes_max=2000)
    bomb = gzip.compress(b" " * 1_000_000)
    assert sent("/in/cloudevents/good", bomb, limits=small, content_encoding="gzip").body["code"] == "too_large"
    assert sent("/in/cloudevents/good", b"no gzip", content_encoding="gzip").body["code"] == "not_unpacked"
    assert sent("/in/cloudevents/good", EVENT, content_encoding="br").body["code"] == "encoded"


def test_the_memory_of_every_call_is_given_back_whatever_becomes_of_it():
    lane = posting.lane(Store(), Limits(held_bytes_max=1200, organisation_held_bytes_max=1200))
    good = json.dumps(TRIGGER | {"routing_key": "good"}).encode().ljust(900)
    calls = [good, b"no".ljust(900), json.dumps(TRIGGER | {"routing_key": "bad"}).encode().ljust(900), b'{"event_action": 1}'.ljust(900)]

    async def scene() -> list[Any]:
        return [(await post(lane, "/v2/enqueue", body)).status for body in calls * 3]

    assert run(lane, scene()) == [202, 400, 400, 400] * 3


@pytest.mark.parametrize(("path", "status"), [("/in/alertmanager/good", 503), ("/in/prometheus/good", 503), ("/in/opsgenie/good", 429)])
def test_who_retries_on_5xx_alone_is_never_told_429_and_a_client_of_an_api_is(path, status):
    reply = sent(path, b"x" * 1001, limits=Limits(held_bytes_max=1000, organisation_held_bytes_max=1000))
    assert (reply.status, reply.headers["retry-after"]) == (status, "1")
