"""How senders sign what they send: an HMAC over the raw body, compared in constant time. Pure."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime

Signature = Callable[[str, Mapping[str, str], bytes, datetime], bool]
"""
Returns whether a body with its headers is signed with a secret, as of an instant. Pure and total: a signature that looks like none is a
wrong one.
"""
TOLERANCE_S = 300


def hex_sha256(header: str, prefix: str = "") -> Signature:
    """Return the scheme with the hexadecimal HMAC-SHA256 of the body in `header`: one, or several behind commas, each after `prefix`."""

    def signed(secret: str, headers: Mapping[str, str], body: bytes, _: datetime) -> bool:
        right = (prefix + hmac.new(secret.encode(), body, "sha256").hexdigest()).encode()
        return any(hmac.compare_digest(right, told.strip().encode()) for told in headers.get(header, "").split(","))

    return signed


def standard_webhooks(secret: str, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """
    Check the signature `v1` of Standard Webhooks, over id, time and body; the time may be five minutes off.

    Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    id_, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id_ or not sent_at.isascii() or not sent_at.isdigit() or len(sent_at) > 12 or abs(int(sent_at) - at.timestamp()) > TOLERANCE_S:
        return False
    try:
        key = b64decode(secret.removeprefix("whsec_") + "==")
    except ValueError:
        return False
    right = b"v1," + b64encode(hmac.digest(key, f"{id_}.{sent_at}.".encode() + body, "sha256"))
    return any(hmac.compare_digest(right, told.encode()) for told in headers.get("webhook-signature", "").split(" "))
