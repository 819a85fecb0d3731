"""Signatures of senders: the right one opens, and nothing else does, whatever it looks like."""

import hmac
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some
from standardwebhooks import Webhook

from tests.ingest.bodies import NOON
from tocsin.ingest.signatures import hex_sha256, standard_webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"a": "é"}'.encode()


def headers(**other: str) -> dict[str, str]:
    signature = Webhook(SECRET).sign("msg_1", NOON, BODY.decode())
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(NOON.timestamp())), "webhook-signature": signature} | other


def signed(body: bytes = BODY, at: Any = NOON, **other: str) -> bool:
    return standard_webhooks(SECRET, headers(**{name.replace("_", "-"): value for name, value in other.items()}), body, at)


def test_what_the_reference_library_signs_is_signed():
    assert signed()
    assert signed(webhook_signature="v1,bm8= " + headers()["webhook-signature"])
    assert signed(at=NOON + timedelta(seconds=300))


def test_anything_else_is_not():
    assert not signed(body=BODY + b" ")
    assert not signed(at=NOON + timedelta(seconds=301))
    assert not signed(at=NOON - timedelta(seconds=301))
    assert not signed(webhook_id="msg_2")
    assert not standard_webhooks("whsec_bm8=", headers(), BODY, NOON)


@given(id_=some.text(), sent_at=some.text() | some.just(str(int(NOON.timestamp()))), signature=some.text(), secret=some.text())
def test_what_looks_like_no_signature_is_a_wrong_one(id_, sent_at, signature, secret):
    told = {"webhook-id": id_, "webhook-timestamp": sent_at, "webhook-signature": signature, "x-signature": signature}
    assert not standard_webhooks(secret, told, BODY, NOON)
    assert not hex_sha256("x-signature", "v1=")(secret, told, BODY, NOON)


def test_a_hexadecimal_one_may_stand_beside_that_of_another_secret():
    digest = hmac.new(b"s", BODY, "sha256").hexdigest()
    check = hex_sha256("x-signature", "v1=")
    assert check("s", {"x-signature": f"v1=00, v1={digest}"}, BODY, NOON)
    assert not check("t", {"x-signature": f"v1={digest}"}, BODY, NOON)
    assert not check("s", {}, BODY, NOON)
