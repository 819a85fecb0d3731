"""The one form in which events are kept: canonical bytes, hashed as they stand and never written again."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, get_args

import msgspec

from tocsin.engine import terms as t
from tocsin.incidents import sealing
from tocsin.incidents.outlines import outline
from tocsin.incidents.sealing import Sealed
from tocsin.incidents.shapes import Eye, Malformed, Pen, Plain, follow, shape

Tree = dict[str, Any]
Step = Callable[[Tree], Tree]
"""Turns the body of one version of an event into the next version's."""

KINDS: Final[Mapping[str, type]] = {kind.__name__: kind for kind in get_args(t.AnyEvent)}
STEPS: Final[Mapping[tuple[str, int], Step]] = {}
"""By (type, version): the step to the version after it. Add one whenever an event's fields change; never change one that was released."""


_canonical = msgspec.json.Encoder(order="deterministic")
_verbatim = msgspec.json.Encoder()


class UnknownEvent(Exception):  # noqa: N818 - named like the other outcomes
    """An event of a type or version that this release does not know. The incident becomes read-only; the event is never skipped."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """
    An event as the journal keeps it: `body` is canonical JSON, `sealed` the texts that the body only commits to, by JSON pointer; `event` is
    how it will be read again.
    """

    event: t.AnyEvent
    type: str
    version: int
    body: str
    sealed: Mapping[str, Sealed]


def encode(event: t.AnyEvent, seal: Callable[[str], Sealed] = sealing.seal) -> Encoded:
    """
    Return the canonical form of `event`.

    Open texts are brought to NFC; sealed ones are kept byte for byte, since messages are approved and sent by their exact text.
    An empty text hides nothing and stays open.
    """
    fresh, sealed = settled(event), dict[str, Sealed]()

    def cover(place: str, text: str) -> Plain:
        if not text:
            return ""
        sealed[place] = seal(text)
        return {"sealed": sealed[place].commitment}

    kind = type(event).__name__
    tree = shape(KINDS[kind]).write(fresh, Pen(sealed=cover), "")
    return Encoded(fresh, kind, version_of(kind), dump(tree), sealed)


def settled(event: t.AnyEvent) -> t.AnyEvent:
    """
    Return `event` as it will be read again, what is sealed in it included: keys in order, open texts in NFC.

    :raises ValueError: it could not be read again.
    """
    fresh: t.AnyEvent = shape(KINDS[type(event).__name__]).settle(event)
    return fresh


def decode(kind: str, version: int, body: str, sealed: Mapping[str, str], steps: Mapping[tuple[str, int], Step] = STEPS) -> t.AnyEvent:
    """
    Return the event that was encoded. `sealed` are the texts by place; one that is missing was erased and reads `sealing.ERASED`.

    :raises UnknownEvent: a type or version of a later release, or a body that is not what this type is made of.
    """
    if kind not in KINDS or version > version_of(kind, steps):
        raise UnknownEvent(f"{kind} in version {version} is not known to this release")
    try:
        tree = load(body)
        texts = {commitment_at(tree, place): text for place, text in sealed.items()}
        for step in range(version, version_of(kind, steps)):
            tree = steps[kind, step](tree)
        event: t.AnyEvent = shape(KINDS[kind]).read(tree, Eye(lambda place, part: _uncover(part, texts)), "")
    except (ValueError, LookupError) as problem:
        raise UnknownEvent(f"{kind} in version {version} cannot be read: {problem}") from problem
    return event


def version_of(kind: str, steps: Mapping[tuple[str, int], Step] = STEPS) -> int:
    """Return the present version of events of type `kind`: one more than there are steps towards it."""
    return 1 + sum(1 for name, _ in steps if name == kind)


def commitment_at(tree: Plain, place: str) -> str:
    """Return the commitment that stands at `place` of a body. LookupError or ValueError if none does."""
    match follow(tree, place):
        case {"sealed": str(commitment)}:
            return commitment
        case _:
            raise ValueError(f"nothing is sealed at {place}")


def dump(tree: Plain) -> str:
    """Return `tree` as JSON text with sorted keys, no white space and nothing escaped that need not be."""
    return _canonical.encode(tree).decode()


def load(text: str) -> Any:
    """Return the tree of a JSON text. ValueError for floats, infinities and keys that stand twice, which a canonical text never has."""
    try:
        return json.loads(text, parse_float=_no_floats, parse_constant=_no_floats, object_pairs_hook=_once)
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem


def dump_state(state: t.State) -> str:
    """
    Return `state` as JSON text, beside what says of which fields states consist. What is as by default is left out; texts are verbatim and
    mappings keep their order, which is the order in which the engine walks them.
    """
    return _verbatim.encode({"fields": _state_fields(), "state": shape(t.State).write(state, _STATE_PEN, "")}).decode()


def load_state(text: str) -> t.State:
    """
    Return the state that `dump_state` wrote, or the same in full as earlier releases did.

    ValueError for anything else, such as a state that consisted of other fields: it is then rebuilt from the journal.
    """
    try:
        tree = msgspec.json.decode(text)
    except msgspec.DecodeError as problem:
        raise ValueError(f"JSON was expected: {problem}") from problem
    sparing = isinstance(tree, dict) and tree.keys() == {"fields", "state"}
    if sparing and tree["fields"] != _state_fields():
        raise ValueError("states consisted of other fields")
    state: t.State = shape(t.State).read(tree["state"] if sparing else tree, _SPARING_EYE if sparing else _STATE_EYE, "")
    return state


@cache
def _state_fields() -> str:
    return hashlib.sha256(outline(t.State).encode()).hexdigest()[:16]


_STATE_PEN: Final = Pen(sealed=lambda _place, text: text, sparing=True)
_STATE_EYE: Final = Eye(lambda _place, part: str(part))
_SPARING_EYE: Final = Eye(lambda _place, part: str(part), lenient=True)


def _uncover(part: Plain, texts: Mapping[str, str]) -> str:
    match part:
        case "":
            return ""
        case {"sealed": str(commitment)}:
            return texts.get(commitment, sealing.ERASED)
        case _:
            raise ValueError("a sealed text was expected")


def _no_floats(text: str) -> Any:
    raise ValueError(f"a record contains no floats: {text}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return tree


__all__ = ["Encoded", "Malformed", "UnknownEvent", "decode", "dump", "dump_state", "encode", "load", "load_state", "settled", "version_of"]
