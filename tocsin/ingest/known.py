"""What can be read again of what was sent: the words in which the sources that let their clients read are told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Said:
    """Something done to an alert at the sender's side; `deed` is one of `sources.Deed`."""

    id: str
    deed: str
    by: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An alert with its present episode. `taken_by` are those who have it on, `said` what was done to it, the first first."""

    key: str
    title: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    firing: bool
    starts_at: datetime
    ends_at: datetime | None
    heard_at: datetime
    received: int
    taken_by: Sequence[str]
    said: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Sent:
    """A body that came: when, and why it could not be read, empty if it was. One that nobody has read yet is none."""

    body: bytes
    at: datetime
    fault: str


class Records(Protocol):
    """What a source may read: of its own, in the organisation of the key."""

    def alert(self, key: str) -> Known | None:
        """Return the alert that is known by a key."""

    def sent(self, call_id: str) -> Sent | None:
        """Return the body that a call left which was given this id, if it holds it."""
