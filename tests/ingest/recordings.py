"""Recorded payloads: a body alone (`.json`), posted to `/in/{source}/good`, or a whole request (`.http`), sent as it was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from tocsin.ingest.sources import Arrival

PAYLOADS = Path(__file__).parent.parent / "payloads"
ARRIVED = datetime(2026, 11, 27, 12, tzinfo=UTC)
EXPECTED, SETTINGS = "expected.json", "settings.json"
"""What is no recording: what each says, and how its feed is set."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One request as its sender made it, but for the key, which is `good`."""

    method: str
    path: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


def files(source: str) -> Iterator[Path]:
    """Yield the recordings of a source in order."""
    yield from sorted(
        path for path in (PAYLOADS / source).iterdir() if path.suffix in {".json", ".http"} and path.name not in {EXPECTED, SETTINGS}
    )


def read(path: Path) -> Recording:
    """Return a recording."""
    if path.suffix == ".json":
        headers = [(b"content-type", b"application/json")]
        return Recording("POST", f"/in/{path.parent.name}/good", headers, path.read_bytes())
    head, _, body = path.read_bytes().partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, target, _ = first.decode().split(" ")
    fields = (line.partition(b": ") for line in lines)
    return Recording(method, target, [(name.lower(), value) for name, _, value in fields], body)


def arrival(path: Path) -> Arrival:
    """Return when a recording came, if that was written down, and how its feed is set."""
    date = dict(read(path).headers).get(b"date")
    settings = path.with_name(SETTINGS)
    return Arrival(
        parsedate_to_datetime(date.decode()) if date else ARRIVED,
        json.loads(settings.read_text()).get(path.name, {}) if settings.exists() else {},
    )
