"""Every source of the registry, by the payloads recorded for it: a new file and its recordings need no new test."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tocsin.ingest import nesting, sources
from tocsin.ingest.sources import Alert, Arrival, Source

PAYLOADS = Path(__file__).parent.parent / "payloads"
ARRIVED = datetime(2026, 11, 27, 12, tzinfo=UTC)
REGISTRY = sources.registry()
ABOUT = {"expected.json", "settings.json"}
"""What is no recording: what each says, and how its feed is set."""
RECORDED = [(name, path) for name in REGISTRY for path in sorted((PAYLOADS / name).glob("*.json")) if path.name not in ABOUT]


def read(source: Source, body: bytes, name: str = "") -> list[Alert]:
    """Return what a body says, its feed set as the recording `name` has it."""
    path = PAYLOADS / source.name / "settings.json"
    settings = json.loads(path.read_text()).get(name, {}) if path.exists() else {}
    return list(source.parse(msgspec.json.decode(body, type=source.payload), Arrival(ARRIVED, settings)))


def told(alert: Alert) -> dict[str, Any]:
    """Return what `alert` says, without what it leaves at its default."""
    left = {one.name for one in dataclasses.fields(alert) if getattr(alert, one.name) == one.default}
    return {name: value for name, value in msgspec.json.decode(msgspec.json.encode(alert)).items() if name not in left}


@pytest.mark.parametrize("name", REGISTRY)
def test_every_source_is_proven_by_recordings_that_each_say_what_is_expected(name):
    expected = json.loads((PAYLOADS / name / "expected.json").read_text())
    assert [path.name for source, path in RECORDED if source == name] == sorted(expected)


@pytest.mark.parametrize(("name", "path"), RECORDED, ids=lambda value: value.stem if isinstance(value, Path) else value)
def test_a_recorded_payload_says_what_is_expected(name, path):
    expected = json.loads((PAYLOADS / name / "expected.json").read_text())[path.name]
    assert [told(alert) for alert in read(REGISTRY[name], path.read_bytes(), path.name)] == expected


@pytest.mark.parametrize(("name", "path"), RECORDED, ids=lambda value: value.stem if isinstance(value, Path) else value)
def test_what_a_payload_says_beyond_its_source_is_tolerated(name, path):
    body = path.read_bytes()
    more = msgspec.json.encode(scattered(json.loads(body)))
    assert not nesting.too_deep(more)
    assert read(REGISTRY[name], more, path.name) == read(REGISTRY[name], body, path.name)


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
