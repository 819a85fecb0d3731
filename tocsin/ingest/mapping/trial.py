"""A mapping tried on a body, for whoever writes it: what it makes of it, or what is wrong and where. Pure."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from tocsin.ingest import nesting
from tocsin.ingest.mapping import reading, text
from tocsin.ingest.mapping.text import Finding
from tocsin.ingest.sources import Alert


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it; `reason` is why the body cannot be read so."""

    findings: tuple[Finding, ...] = ()
    alerts: tuple[Alert, ...] = ()
    reason: str = ""


def run(written: str, body: bytes, at: datetime) -> Tried:
    """Return what a mapping makes of a body; without a body, what is wrong with the mapping."""
    mapping = text.read(written)
    if mapping.findings or not body:
        return Tried(mapping.findings)
    if nesting.too_deep(body):
        return Tried(reason=f"it is nested deeper than {nesting.DEPTH_MAX} levels")
    try:
        return Tried(alerts=tuple(reading.alerts(mapping, msgspec.json.decode(body), at)))
    except (ValueError, RecursionError) as error:
        return Tried(reason=str(error))
