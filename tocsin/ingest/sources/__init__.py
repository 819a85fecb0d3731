"""The contract of a source, and the registry: every module of this folder has a `SOURCE` and is found by being here."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

PATH = "path"
"""The key is the last part of the path: `/in/{source}/{key}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    What a source says about one alert. `key` is its fingerprint: the same alert has it again next time.

    An episode begins at `starts_at`; `ends_at` is set once it is over. Times are aware.
    """

    key: str
    title: str
    firing: bool
    starts_at: datetime
    ends_at: datetime | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    link: str


@dataclass(frozen=True, slots=True)
class Source:
    """
    A place that alerts come from.

    `payload` is the msgspec type that a body must decode to (fields it does not name are tolerated); what decodes is acknowledged.
    `parse` reads it later, from the log; whatever it raises parks that body and no other.
    """

    name: str
    title: str
    key_in: str
    payload: Any
    parse: Callable[[Any], Iterable[Alert]]


@cache
def registry() -> Mapping[str, Source]:
    """Return every source by its name."""
    found = (importlib.import_module(f"{__name__}.{module.name}").SOURCE for module in pkgutil.iter_modules(__path__))
    return {source.name: source for source in found}
