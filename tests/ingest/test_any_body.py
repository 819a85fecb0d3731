"""Whatever a sender sends, by any door of any source: it is refused in words or acknowledged, and what is acknowledged can be read."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.ingest import posting, recordings
from tests.ingest.posting import Reply, Store, post, run
from tests.ingest.recordings import Recording
from tocsin.ingest import follower, log, sources
from tocsin.ingest.log import Arrived
from tocsin.ingest.sources import Alert, Arrival

REGISTRY = sources.registry()
FIXED = [name for name, source in REGISTRY.items() if not source.settings]
"""A source that reads the settings of its feed parks what they do not fit; the others have no reason to."""
RECORDED = {name: [(recordings.read(path), recordings.arrival(path)) for path in recordings.files(name)] for name in FIXED}

SCALARS = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=20)
ODD = some.sampled_from(
    ["", "\0", "1e999", 10**30, -1, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00", "-1", "1795770731", "𝟙", "é" * 300]
)
VALUES = some.recursive(
    SCALARS | ODD, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3)
)


@some.composite
def spoilt(draw: Any, recording: Recording) -> Recording:
    """Return a recording with something in it replaced, or with another body altogether."""
    try:
        whole = json.loads(recording.body)
    except ValueError:
        return replace(recording, body=draw(some.binary(max_size=40)))
    if draw(some.integers(0, 9)) == 0:
        return replace(recording, body=draw(some.binary(max_size=40) | VALUES.map(dumps)))
    return replace(recording, body=dumps(changed(draw, whole)))


def changed(draw: Any, value: Any) -> Any:
    """Return `value` with one thing somewhere inside replaced, left out or added."""
    if isinstance(value, dict) and value and draw(some.integers(0, 4)):
        name = draw(some.sampled_from(sorted(value)))
        if draw(some.integers(0, 6)) == 0:
            return {key: one for key, one in value.items() if key != name}
        return value | {name: changed(draw, value[name])}
    if isinstance(value, list) and value and draw(some.integers(0, 4)):
        return [changed(draw, value[0]), *value[1:]]
    return draw(VALUES)


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def sent(recording: Recording) -> tuple[Reply, list[Arrived]]:
    store = Store()
    lane = posting.lane(store)
    headers = [(name, value) for name, value in recording.headers if name != b"content-length"]
    reply = run(lane, post(lane, recording.path, recording.body, method=recording.method, headers=headers))
    return reply, store.rows


@pytest.mark.row("F-22")
@pytest.mark.parametrize("name", FIXED)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=some.data())
def test_any_body_is_refused_in_words_or_read(name, data):
    recording, arrival = data.draw(some.sampled_from(RECORDED[name]))
    recording = data.draw(spoilt(recording))
    reply, rows = sent(recording)
    assert reply.status in {200, 201, 202, 204, 400, 401, 403, 422}, reply
    for row in rows:
        assert bool(row.code) == (reply.status >= 400)
        for alert in () if row.code else read(row, arrival):
            wellformed(alert)


def read(row: Arrived, arrival: Arrival) -> list[Alert]:
    """Return what the follower reads in a body; where it would set it aside, that is raised."""
    said = follower.read(log.Waiting(1, row.source, row.key_id, arrival.at, row.body), arrival.settings)
    return [heard.alert for heard in said]


def wellformed(alert: Alert) -> None:
    """Assert that an alert holds what the database takes."""
    assert 0 < len(alert.key) <= 255
    assert isinstance(alert.title, str)
    assert isinstance(alert.link, str)
    for words in (alert.labels, alert.annotations):
        assert all(isinstance(name, str) and isinstance(value, str) for name, value in words.items())
    for at in (alert.starts_at, alert.ends_at, alert.happened_at, alert.expires_at):
        assert at is None or at.tzinfo is not None


@pytest.mark.row("F-22")
def test_a_slow_or_endless_body_without_a_known_key_holds_nobody_elses_memory():
    store = Store()
    lane = posting.lane(store, posting.Limits(held_bytes_max=1_000_000, organisation_held_bytes_max=1000, read_s=0.05))

    async def scene() -> list[int]:
        hanging = [asyncio.ensure_future(post(lane, "/v2/enqueue", b"x" * 900, ends="never")) for _ in range(3)]
        await asyncio.sleep(0)
        mine = await post(lane, "/in/alertmanager/good", b'{"alerts": []}'.ljust(900))
        return [mine.status, *[(await one).status for one in hanging]]

    assert run(lane, scene()) == [202, 408, 429, 429]
