"""
Slack-shaped incoming webhooks, for what can send nothing else: `text`, `blocks` and `attachments`, as JSON or in a form's `payload`.

Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.ingest import problems
from tocsin.ingest.doors import Call, Door
from tocsin.ingest.problems import Answer, Problem
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import key, words

ENDED = ("resolved", "resolve", "recovered", "recovery", "ok", "closed", "cleared", "up")
BEGAN = ("firing", "triggered", "problem", "alerting", "alert", "critical", "warning", "down", "open", "opened")
_STATE = re.compile(rf"^\W*+({'|'.join((*ENDED, *BEGAN))})\b[^\]\w]*+(?:\d++\s*+\])?+\W*+", re.IGNORECASE)
_LINK = re.compile(r"<(https?://[^|<>]++)(?:\|([^<>]*+))?+>")
COLOURS = {"danger": "critical", "warning": "warning", "good": ""}
GREEN = ("good", "#36a64f", "#2eb886", "#2eb67d")
TEXT_CHARS_MAX = 4000


class Field(msgspec.Struct):
    """A field of an attachment."""

    title: str | None = None
    value: Any = None


class Attachment(msgspec.Struct):
    """An attachment, as most tools still send them."""

    color: str | None = None
    fallback: str | None = None
    pretext: str | None = None
    title: str | None = None
    title_link: str | None = None
    text: str | None = None
    fields: list[Field] | None = None
    blocks: list[dict[str, Any]] | None = None


class Message(msgspec.Struct):
    """One message."""

    text: str | None = None
    channel: str | None = None
    username: str | None = None
    attachments: list[Attachment] | None = None
    blocks: list[dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("the message has no text")

    @property
    def lines(self) -> list[str]:
        """Return everything that a person would read, in order."""
        said = [self.text, *_texts(self.blocks)]
        for one in self.attachments or ():
            said += [one.pretext, one.title, one.text, *_texts(one.blocks)] if one.title or one.text or one.blocks else [one.fallback]
        return [line for whole in said if whole for line in whole.splitlines() if line.strip()]


def gather(call: Call) -> bytes:
    """Return the message, out of a form if it came in one."""
    return call.form().get("payload", "").encode() if call.content_type == "application/x-www-form-urlencoded" else call.body


def parse(message: Message, arrival: Arrival) -> Iterator[Alert]:
    """
    Yield the alert that a message speaks of.

    Such messages have no key and no state. A first line that begins with a word like *Resolved* or *[FIRING:1]*, or a colour, tells the
    state; what is left of the first line is the alert's name. Anything else fires.
    """
    first, *rest = [_plain(line) for line in message.lines]
    attachments = message.attachments or []
    title = _STATE.sub("", first).strip() or first
    fields = {one.title: one.value for attachment in attachments for one in attachment.fields or () if one.title}
    colour = next((one.color.lower() for one in attachments if one.color), "")
    link = next((one.title_link for one in attachments if one.title_link), None) or next(
        (one[1] for one in map(_LINK.search, message.lines) if one), ""
    )
    firing = _fires(first, colour)
    yield Alert(
        key=key(message.channel or "", message.username or "", title),
        title=title,
        firing=firing,
        starts_at=None,
        ends_at=None if firing else arrival.at,
        labels=words({"severity": COLOURS.get(colour), "channel": message.channel, "client": message.username}),
        annotations=words(fields | {"description": "\n".join(rest)[:TEXT_CHARS_MAX]}),
        link=link,
    )


def _fires(first: str, colour: str) -> bool:
    state = _STATE.match(first)
    if state is None:
        return colour not in GREEN
    return state[1].lower() not in ENDED


def _plain(line: str) -> str:
    """Return a line without Slack's marks: links by their words, no bold."""
    return (
        _LINK.sub(lambda link: link[2] or link[1], line)
        .replace("*", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .strip()
    )


def _texts(blocks: list[dict[str, Any]] | None) -> Iterator[str]:
    """Yield the texts of blocks, of those kinds that have one in the usual place."""
    for block in blocks or ():
        parts = [block.get("text"), *(block.get("fields") or ())] if isinstance(block.get("fields") or [], list) else [block.get("text")]
        for part in parts:
            words_ = part.get("text") if isinstance(part, dict) else part
            if isinstance(words_, str):
                yield words_


def accept(_: Message, __: Call) -> Answer:
    """Answer as Slack does."""
    return problems.text(200, "ok")


def refuse(problem: Problem) -> Answer:
    """Answer as Slack does: one word that clients show."""
    said = "invalid_payload" if problem.status == 400 else problem.code
    return problems.text(problem.status, said, problem.headers)


SETUP = """\
# As the URL of an incoming webhook:
$base/services/T/B/$key
"""

SOURCE = Source(
    name="slack",
    title="Slack incoming webhook",
    payload=Message,
    parse=parse,
    setup=SETUP,
    doors=(Door("/services/{team}/{hook}/{key}"),),
    gather=gather,
    accept=accept,
    refuse=refuse,
    busy=429,
)
