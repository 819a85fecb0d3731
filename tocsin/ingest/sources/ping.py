"""
Pings in the manner of Healthchecks: a job calls an address when it has run, and is missed when it does not.

https://healthchecks.io/docs/http_api/ : GET, HEAD or POST; `/start` when a run begins, `/fail`, `/log`, or its exit status behind the key.
A check is called by a key of its own, or by one of the organisation and its name: `/ping/{key}/night-backup/start`.
What is kept is the call as JSON. Overdue and paused are said by Tocsin itself, in the same log (`pings/checks.py`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from tocsin.ingest.doors import Call, Door
from tocsin.ingest.pings.schedule import FAIL, LOG, OVERDUE, PAUSED, START, SUCCESS
from tocsin.ingest.problems import Answer, Problem
from tocsin.ingest.sources import Alert, Arrival, Source
from tocsin.ingest.telling import clean

CHECK, PAUSE = "check", "paused"
"""Words of the feed's settings: what the check is called, and whether nobody wants to hear of it now."""
METHODS = frozenset({"GET", "HEAD", "POST"})
WAYS = (r"/{key}/{signal:start|fail|log|\d+}", "/{key}/{name}/{signal}", "/{key}/{name}", "/{key}")
TEXT_CHARS_MAX = 10_000
RUN_CHARS_MAX = 64
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Ping(msgspec.Struct, omit_defaults=True):
    """One ping. `status` is the exit status that was told, `text` the beginning of what was sent along, `since` when it was due."""

    signal: Literal["success", "start", "fail", "log", "overdue", "paused"]
    status: int | None = None
    run: str = ""
    text: str = ""
    since: Instant | None = None


def gather(call: Call) -> bytes:
    """Return the call as JSON."""
    word = call.parts.get("signal", "")
    status = int(word) if word.isdecimal() and int(word) < 256 else None
    if status is not None:
        signal = FAIL if status else SUCCESS
    elif word in {"", START, FAIL, LOG}:
        signal = word or SUCCESS
    else:
        raise ValueError("behind the key stands start, fail, log, an exit status up to 255, or nothing")
    text = clean(call.body.decode(errors="replace")[:TEXT_CHARS_MAX])
    return msgspec.json.encode({"signal": signal, "status": status, "run": clean(call.query.get("rid", ""))[:RUN_CHARS_MAX], "text": text})


def parse(payload: Ping, arrival: Arrival) -> Iterator[Alert]:
    """Yield the alert of the check: it fires when it failed or is overdue, and a run that went well ends it."""
    check = arrival.settings.get(CHECK)
    if check is None:
        raise ValueError("this key belongs to no check")
    if payload.signal in {FAIL, OVERDUE} and not arrival.settings.get(PAUSE):
        yield _alert(check, payload, firing=True, title=_title(check, payload), happened_at=payload.since or arrival.at)
    elif payload.signal in {SUCCESS, PAUSED}:
        yield _alert(check, payload, firing=False, title=str(check["name"]), happened_at=arrival.at)


def _alert(check: dict[str, Any], payload: Ping, *, firing: bool, title: str, happened_at: datetime) -> Alert:
    told = {"text": payload.text, "exit_status": "" if payload.status is None else str(payload.status)}
    return Alert(
        key=str(check["key"]),
        title=title,
        firing=firing,
        starts_at=None,
        ends_at=None,
        labels={"check": str(check["name"])},
        annotations={name: said for name, said in told.items() if said},
        link="",
        happened_at=happened_at,
        brief=not firing,
        quiet=not firing,
    )


def _title(check: dict[str, Any], payload: Ping) -> str:
    if payload.signal == OVERDUE:
        return f"{check['name']} is overdue"
    return f"{check['name']} failed" + (f" with status {payload.status}" if payload.status else "")


def accept(_payload: Ping, _call: Call) -> Answer:
    """Return the answer that the clients of Healthchecks look for."""
    return _said(200, b"OK")


def refuse(problem: Problem) -> Answer:
    """Return the answer to a ping that is not accepted, in plain words."""
    answer = problem.answer()
    again = [header for header in answer.headers if header[0] in {b"retry-after", b"allow", b"connection"}]
    said = _said(problem.status, f"{problem.title} {problem.hint}".strip().encode())
    return Answer(said.status, [*said.headers, *again], said.body)


def _said(status: int, body: bytes) -> Answer:
    return Answer(status, [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))], body)


SOURCE = Source(
    name="ping",
    title="Checks that ping",
    payload=Ping,
    parse=parse,
    methods=METHODS,
    doors=tuple(Door(front + way, METHODS) for front in ("/ping", "") for way in WAYS),
    gather=gather,
    text=True,
    accept=accept,
    refuse=refuse,
    settings=True,
    feed_alone=True,
)
