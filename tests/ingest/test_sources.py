"""Every source of the registry, by the payloads recorded for it: a new file and its recordings need no new test."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ingest import posting, recordings
from tests.ingest.posting import Reply, Store, post, run
from tests.ingest.recordings import Recording
from tocsin.ingest import nesting, sources
from tocsin.ingest.sources import Alert, Arrival, Source

REGISTRY = sources.registry()
RECORDED = [(name, path) for name in REGISTRY for path in recordings.files(name)]


def named(value: Any) -> str:
    return value.stem if isinstance(value, Path) else value


def sent(name: str, recording: Recording) -> tuple[Reply, bytes]:
    """Return what the lane answers to a recording of a source, and the one body that it keeps of it."""
    store = Store()
    lane = posting.lane(store, source=name)
    how = {"method": recording.method, "headers": recording.headers}
    reply = run(lane, post(lane, recording.path, recording.body, **how))
    (row,) = store.rows
    return reply, row.body


def read(source: Source, body: bytes, arrival: Arrival) -> list[Alert]:
    return list(source.parse(msgspec.json.decode(body, type=source.payload), arrival))


def say(name: str, path: Path) -> list[dict[str, Any]]:
    """Return what a recording of a source says, once it is accepted."""
    recording = recordings.read(path)
    reply, kept = sent(name, recording)
    assert 200 <= reply.status < 300, reply
    return [told(alert) for alert in read(REGISTRY[name], kept, recordings.arrival(path))]


def told(alert: Alert) -> dict[str, Any]:
    """Return what `alert` says, without what it leaves at its default."""
    left = {one.name for one in msgspec.structs.fields(alert) if getattr(alert, one.name) == one.default}
    return {name: value for name, value in msgspec.json.decode(msgspec.json.encode(alert)).items() if name not in left}


@pytest.mark.parametrize("name", REGISTRY)
def test_every_source_is_proven_by_recordings_that_each_say_what_is_expected(name):
    expected = json.loads((recordings.PAYLOADS / name / recordings.EXPECTED).read_text())
    assert [path.name for source, path in RECORDED if source == name] == sorted(expected)


@pytest.mark.parametrize(("name", "path"), RECORDED, ids=named)
def test_a_recorded_payload_is_accepted_and_says_what_is_expected(name, path):
    expected = json.loads((recordings.PAYLOADS / name / recordings.EXPECTED).read_text())[path.name]
    assert say(name, path) == expected


@pytest.mark.parametrize(("name", "path"), RECORDED, ids=named)
def test_what_a_payload_says_beyond_its_source_is_tolerated(name, path):
    recording = recordings.read(path)
    if not recording.body.lstrip().startswith((b"{", b"[")):
        return
    more = msgspec.json.encode(scattered(json.loads(recording.body)))
    assert not nesting.too_deep(more)
    plain, more_told = (
        read(REGISTRY[name], sent(name, one)[1], recordings.arrival(path)) for one in (recording, dataclasses.replace(recording, body=more))
    )
    for one, other in zip(plain, more_told, strict=True):
        assert one.labels.items() <= other.labels.items()
        assert one.annotations.items() <= other.annotations.items()
        assert msgspec.structs.replace(other, labels=one.labels, annotations=one.annotations) == one


def scattered(value: Any) -> Any:
    """Return `value` with a field that nobody knows in every object that is not a mapping of words to words."""
    if isinstance(value, list):
        return [scattered(item) for item in value]
    if not isinstance(value, dict) or all(isinstance(item, str) for item in value.values()):
        return value
    return {"x-of-tomorrow": {"deep": [1, None, {"er": 2.5}]}} | {name: scattered(item) for name, item in value.items()}


@pytest.mark.parametrize("name", REGISTRY)
def test_a_source_is_named_after_its_file_and_for_people(name):
    assert REGISTRY[name].name == name
    assert REGISTRY[name].title


@pytest.mark.row("F-22")
@pytest.mark.parametrize("first", ["[" * 200_000, "<http://" * 100_000, "OK [" * 100_000], ids=["brackets", "links", "states"])
def test_a_message_for_people_made_to_keep_us_busy_is_read(first):
    """It would take hours if each bracket were gone over again for each of the others."""
    assert len(read(REGISTRY["slack"], json.dumps({"text": first}).encode(), Arrival(recordings.ARRIVED))) == 1
