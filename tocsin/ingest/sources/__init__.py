"""The contract of a source, and the registry: every module of this folder has a `SOURCE` and is found by being here."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

import msgspec

from tocsin.ingest.doors import ANYWHERE, POST, Call, Door, Place
from tocsin.ingest.known import Records
from tocsin.ingest.problems import BUSY, TOO_FAST, Answer, Problem
from tocsin.ingest.signatures import Signature


class Deed(StrEnum):
    """What somebody at the sender's side does beside beginning and ending an alert."""

    NOTE = "note"
    TAGS = "tags"
    DETAILS = "details"
    PRIORITY = "priority"
    TEXT = "text"
    ASSIGNED = "assigned"
    CALLED = "called"
    """More people were called to it."""
    SNOOZED = "snoozed"
    LEFT = "left"
    """Nobody there has it on any more."""
    OTHER = "other"


_LATER = frozenset({BUSY.code, TOO_FAST.code})


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an alert says otherwise from now on. An empty text takes a label or an annotation away."""

    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    """Added to the list in the label `tags`."""
    untags: tuple[str, ...] = ()
    """Taken from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Something done to an alert, by whom if that is said, and in what words; it goes into the alert's history."""

    deed: Deed
    by: str = ""
    words: str = ""
    edit: Edit | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a source says about one alert. `key` is its fingerprint: the same alert has it again next time. Times are aware.

    An episode is known by its beginning, `starts_at`; `ends_at` is set once it is over. A source that does not tell episodes apart
    leaves `starts_at` empty: what fires goes on firing, and what had ended begins anew, at `happened_at` if that is known.
    """

    key: str
    title: str
    firing: bool
    starts_at: datetime | None
    ends_at: datetime | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    link: str
    happened_at: datetime | None = None
    brief: bool = False
    """It says no more than its key: title, labels, annotations and link stay what they were."""
    quiet: bool = False
    """It is no news where the alert does not fire: an end that nobody waits for."""
    acknowledged_by: str | None = None
    """Somebody at the sender's side has taken it on; empty if it is not said who. An alert that nobody knows is not begun by that."""
    aside: Aside | None = None
    """It neither begins nor ends, and is about nothing where nobody knows the alert: only what is done beside counts."""
    sequenced: bool = False
    """The sender dates beginnings and ends alike by `happened_at`: what happened before the last turn is old news and turns nothing."""
    expires_at: datetime | None = None
    """It fires only until then unless its sender says so again, which then is never an overtaken message."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a body besides what it says: when it came, and how the feed that it came by is set."""

    at: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """An address at which clients of a source read what became of what they sent: with GET, and with the key that they send by."""

    path: str
    answer: Callable[[Records, Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A place that alerts come from. All but what its file says is the same for each.

    `payload` is the msgspec type that a body must decode to (fields it does not name are tolerated); what decodes is acknowledged.
    `parse` reads it later, from the log; whatever it raises parks that body and no other.
    """

    name: str
    title: str
    payload: Any
    parse: Callable[[Any, Arrival], Iterable[Alert]]

    methods: frozenset[str] = POST
    """What `/in/{name}/{key}` is called with."""
    doors: tuple[Door, ...] = ()
    keys: tuple[Place, ...] = ANYWHERE
    """Where the key may stand if it is not in the path, the first that has one."""
    key_of: Callable[[Any], str] | None = None
    """Finds the key in the decoded payload. Then the body is read, within the limit, before anybody knows whose it is."""
    gather: Callable[[Call], bytes] | None = None
    """
    Makes one body of a call that says something outside its body: a form, a path, a header. That is what the log keeps; None keeps
    the body as it came. Pure; a ValueError says what is wrong with the call and is answered 400.
    """
    text: bool = False
    """What it is called with need be no JSON: `gather` takes it for text, and no bracket in it counts."""
    gzip: bool = False
    """Clients of it compress their bodies."""
    signature: Signature | None = None
    """How its sender signs, if a secret is agreed for the feed."""

    accept: Callable[[Any, Call], Answer] | None = None
    """Answers a body that is on the disk as its clients expect it, who read more than the status."""
    refuse: Callable[[Problem], Answer] = Problem.answer
    busy: int = 503
    """What tells its clients to come back later: those that retry on 5xx alone are never told 429."""
    asks: tuple[Ask, ...] = ()
    setup: str = ""
    """What is written at the sender's side, in its own form; `$base`, `$scheme`, `$host` and `$key` are ours."""
    settings: bool = False
    """`parse` reads the settings of the feed."""
    feed_alone: bool = False
    """What a body means is said at its feed: by a key of the organisation, which has none, it would never be read."""

    @property
    def as_it_comes(self) -> bool:
        """Return whether a body and its key are all that there is to a call."""
        return self.gather is None and self.accept is None and not self.gzip

    def opened_by(self, made_for: str) -> bool:
        """Return whether a key opens it that was made for a feed of this source, or of another, or, with no name, for none."""
        return made_for == self.name or (not made_for and not self.feed_alone)

    def secret_in(self, call: Call) -> str:
        """Return the key where clients put it in a call, or nothing."""
        return next(filter(None, (place.find(call) for place in self.keys)), "")

    def refused(self, problem: Problem) -> Answer:
        """Return what its clients are told when a body is not accepted."""
        return self.refuse(replace(problem, status=self.busy) if problem.code in _LATER else problem)


@cache
def registry() -> Mapping[str, Source]:
    """Return every source by its name."""
    found = (importlib.import_module(f"{__name__}.{module.name}").SOURCE for module in pkgutil.iter_modules(__path__))
    return {source.name: source for source in found}
