"""What the team shows of itself: who works on what, and what is said among its members (ROL-14, ROL-15, ROL-16)."""

from dataclasses import dataclass

from tocsin.engine.terms.act import Act
from tocsin.engine.terms.words import Event, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTakenUp(Event):
    """Whoever caused it works on what this clock asks for, until it is met, ended, waived, passed on or put down."""

    clock: str
    obligation: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPutDown(Event):
    """`person` does not work on it any more."""

    clock: str
    obligation: str
    entry: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Event):
    """Somebody wrote into the stream of the incident. `entry` is the record entry that said it by itself, if one did."""

    said: str
    words: Words
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted(Event):
    """What was said belongs to the timeline."""

    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUp(Act):
    """Say that one works on what is owed. A tracked entry that names nobody becomes one's own."""

    obligation: str
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDown(Act):
    """Say that one does not work on it any more; whoever may do it in any case may say so of another."""

    obligation: str
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Act):
    """Write into the stream of the incident, which everybody who takes part reads."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote(Act):
    """Put onto the timeline what was said in the stream."""

    said: str
