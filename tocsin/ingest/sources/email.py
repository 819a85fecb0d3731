"""
Mail: the subject is the title, the text the details; a mapping of the feed says which subjects end an alert.

Taken by the listener (`mail/listener.py`), or posted as `message/rfc822` by a mail server that pipes. https://www.rfc-editor.org/rfc/rfc5322
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.ingest.doors import Call
from tocsin.ingest.mail import message
from tocsin.ingest.mapping import reading, text
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.sources.generic import MAPPING, PREFIX, mapped

MESSAGE = "message/rfc822"
BEGINNING = """\
# subject, from, to, date, id, text, headers."x-…" of the mail. The same key is the same alert.
key: trim(replace(replace(subject, 'RESOLVED:', ''), 'PROBLEM:', ''))
title: subject
resolved: starts_with(subject, 'RESOLVED:')
annotations: {from: from, text: text}
"""
"""What the mapping of a new feed begins as."""
_PLAIN = text.read("key: subject\ntitle: subject\nannotations: {from: from, text: text}\n")
"""How mail is read while a feed has no mapping: each subject is an alert."""


class Mail(msgspec.Struct, rename={"sender": "from"}):
    """A mail as it is kept."""

    subject: str
    sender: str = ""
    to: str = ""
    date: str = ""
    id: str = ""
    text: str = ""
    headers: dict[str, str] = {}


def gather(call: Call) -> bytes:
    """Return the mail as JSON; JSON of the same form is taken as it is."""
    if call.content_type != MESSAGE:
        return call.body
    return msgspec.json.encode(message.read(call.body))


def parse(payload: Mail, arrival: Arrival) -> Iterator[Alert]:
    """Yield what the mapping of the feed makes of a mail; without one, an alert for its subject."""
    mapping = mapped(arrival) if arrival.settings.get(MAPPING) else _PLAIN
    mail: dict[str, Any] = msgspec.to_builtins(payload)
    return reading.alerts(mapping, {**mail, "subject": payload.subject or "(no subject)"}, arrival.at, arrival.settings.get(PREFIX, ""))


SOURCE = Source(name="email", title="E-mail", payload=Mail, parse=parse, gather=gather, text=True, settings=True)
