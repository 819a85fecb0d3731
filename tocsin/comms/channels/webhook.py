"""A signed POST to somebody's server, after Standard Webhooks (headers webhook-id, webhook-timestamp, webhook-signature; HMAC-SHA256)."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from standardwebhooks import Webhook

from tocsin.comms.channel import Channel, Field, Message
from tocsin.kit import chance
from tocsin.kit.egress import Egress, Rejected
from tocsin.kit.egress.web import place

_PREFIX: Final = "whsec_"


def _wrong_url(value: str) -> str:
    try:
        place(value)
    except Rejected as error:
        return error.message
    return ""


def _wrong_secret(value: str) -> str:
    try:
        key = base64.b64decode(value.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    return "" if value.startswith(_PREFIX) and 24 <= len(key) <= 64 else "whsec_ and 24 to 64 bytes in base64"


def _new_secret() -> str:
    return _PREFIX + base64.b64encode(chance.salt()).decode()


FIELDS: Final = (
    Field("url", "Address", secret=True, example="https://hooks.example.org/tocsin", check=_wrong_url),  # whoever knows it can post to it
    Field("secret", "Signing secret", secret=True, example="whsec_…", proposal=_new_secret, check=_wrong_secret),
    Field("old_secret", "Previous signing secret, while both are in use", secret=True, required=False, check=_wrong_secret),
)


def send(message: Message, to: Mapping[str, str], door: Egress) -> str:
    """
    Post `message` once and return the receiver's own id for it, if it gives one.

    The body is the same at every attempt; the timestamp, and so the signature, is the attempt's own.

    :raises Unreachable: no whole answer in time, 408, 425, 429 or 5xx. Try again.
    :raises Rejected: any other answer that is not 2xx, or a 2xx whose body says that it failed. Tell a person.
    """
    body = json.dumps(_payload(message), ensure_ascii=False, separators=(",", ":"))
    secrets = [secret for secret in (to["secret"], to.get("old_secret")) if secret]
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.key,
        "webhook-timestamp": str(int(message.sent_at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message.key, message.sent_at, body) for secret in secrets),
    }
    reply = door.post(to["url"], content=body.encode(), headers=headers)
    answer = reply.json()
    complaint = _complaint(answer)
    if complaint:
        raise Rejected("contradicted", f"answered {reply.status} and an error: {complaint}", hint="ask whoever runs the receiving server")
    return str(answer.get("id", ""))[:200] if isinstance(answer, dict) else ""


def _payload(message: Message) -> dict[str, Any]:
    names = ("event_id", "about", "channel", "recipient", "address", "locale", "subject", "body", "urgent")
    return {
        "type": "message.published",
        "timestamp": message.created_at.isoformat(),
        "data": {name: getattr(message, name) for name in names},
    }


def _complaint(answer: Any) -> str:
    """Return the error in the body of a 2xx answer, in the spellings that chat gateways use, or nothing."""
    if not isinstance(answer, dict):
        return ""
    for name in ("error", "errors", "errcode"):
        if answer.get(name):
            return str(answer.get("errmsg") or answer[name])[:200]
    for name in ("ok", "success"):
        if answer.get(name) is False:
            return f"{name} is false"
    return ""


CHANNEL = Channel("webhook", "Signed webhook", FIELDS, send=send)
