"""YAML as a tree of nodes with places: one plain document, bounded in size, depth and nodes; everything else is a fault, never an exception."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from tocsin.plan.findings import Path, brief
from tocsin.plan.sentences import NOTHING, Sentence, say

SIZE_MAX = 1 << 20
DEPTH_MAX = 64
NODES_MAX = 30_000
KEPT = 4
"""Documents, of which a long plan's takes some megabytes. Most of reading a plan is reading YAML, and a page of one that is being written asks
for the same text several times."""
_TRAPS_MAX = 20

Plain = str | int | bool | Decimal | None | list["Plain"] | dict[str, "Plain"]
Where = tuple[int, int]
"""Line and column, both from 1."""

# Besides tabs and control characters: what reorders text on the screen, ends lines unseen, cannot be seen at all, or is half a character.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]|\t"
)
_FORBIDDEN_IN_VALUE = re.compile(_FORBIDDEN.pattern.removesuffix("|\t"))
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,9}")
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class Scalar:
    """A value. `text` is what was written, `value` what YAML 1.2 makes of it; `start` and `end` are offsets in the source."""

    value: str | int | bool | Decimal | None
    text: str
    start: int
    end: int
    style: str


@dataclass(slots=True)
class Sequence:
    """A list."""

    start: int
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """A mapping by the text of its keys; `keys` are the keys themselves, for their places."""

    start: int
    entries: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Trap:
    """Something YAML allows and a plan does not, or a text that is not YAML."""

    message: Sentence
    hint: Sentence
    start: int


@dataclass(frozen=True, slots=True)
class Document:
    """A plan's text and, unless it had to be given up, its tree."""

    text: str
    root: Mapping | None
    traps: tuple[Trap, ...]

    def where(self, path: Path, *, at_key: bool = False, offset: int | None = None) -> Where:
        """Return the place of what `path` leads to: its value, its key, or a character inside its text. The nearest parent where it ends early."""
        node: Node | None = self.root
        key: Scalar | None = None
        whole = True
        for step in path:
            if isinstance(node, Mapping) and step in node.entries:
                key, whole = node.keys[str(step)], True
                node = node.entries[str(step)]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                key, whole = None, True
                node = node.items[step]
            else:
                # A step of the form's own (a case, a list of one) has no node; a key that is missing is told at its parent.
                whole = False
        if key is not None and (at_key or (not whole and not isinstance(node, Scalar))):
            return self.place(key.start)
        if isinstance(node, Scalar) and offset is not None:
            return self.place(self._inside(node, offset))
        return self.place(node.start if node is not None else 0)

    def place(self, index: int) -> Where:
        """Return the line and column of a character of the text."""
        line_start = self.text.rfind("\n", 0, index) + 1
        return self.text.count("\n", 0, index) + 1, index - line_start + 1

    def _inside(self, scalar: Scalar, offset: int) -> int:
        """Return where in the source the character at `offset` of a scalar's text stands, whatever its quoting and folding."""
        wanted = sum(not char.isspace() for char in scalar.text[:offset])
        return next(itertools.islice(_characters(self.text, scalar), wanted, None), scalar.start)


def _characters(source: str, scalar: Scalar) -> Iterator[int]:
    """Yield the source offset of every character of a scalar's text that is not white space; folding and escapes only ever touch the others."""
    index, end = scalar.start, scalar.end
    if scalar.style in ("|", ">"):
        index = source.find("\n", index) + 1
    elif scalar.style:
        index, end = index + 1, end - 1
    while index < end:
        width = 1
        if scalar.style == "'" and source[index] == "'":
            width = 2
        elif scalar.style == '"' and source[index] == "\\":
            width = {"x": 4, "u": 6, "U": 10}.get(source[index + 1], 2)
        if not source[index].isspace() and not (width == 2 and source[index + 1] in "\n ntrvfeNLP_"):
            yield index
        index += width


@lru_cache(maxsize=KEPT)
def read(source: str | bytes) -> Document:
    """
    Return the document in `source`, whose tree is not to be changed: it is kept for whoever reads the same text next.

    Pure; never raises: what is wrong is in `traps`, and `root` is None where nothing can be made of it.
    """
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return Document("", None, (Trap(say("byte {start} is not UTF-8", start=error.start), say("save the file as UTF-8"), 0),))
    text = text.replace("\r\n", "\n")
    if len(text) > SIZE_MAX:
        return Document("", None, (Trap(say("the file is longer than {most} characters", most=SIZE_MAX), say("split the plan"), 0),))
    forbidden = [_forbidden(found) for found in itertools.islice(_FORBIDDEN.finditer(text), _TRAPS_MAX)]
    if forbidden:
        return Document(text, None, tuple(forbidden))
    composer = _Composer()
    root = composer.compose(text)
    if not composer.traps and not isinstance(root, Mapping):
        composer.trap(0, say("a plan is a mapping of keys"), say("begin with `tocsin: 1`"))
    return Document(text, root if isinstance(root, Mapping) else None, tuple(composer.traps))


def writable(text: str) -> str:
    """Return `text` as a value of a document may hold it: what none may is a question mark, as reading makes of it."""
    return _FORBIDDEN_IN_VALUE.sub("?", text)


def _forbidden(found: re.Match[str]) -> Trap:
    if found.group() == "\t":
        return Trap(say("a tab is not allowed"), say("indent with spaces"), found.start())
    return Trap(say("the control character U+{code} is not allowed", code=f"{ord(found.group()):04X}"), say("remove it"), found.start())


class _Composer:
    """Builds nodes from the parser's events with a stack of its own, so that depth costs no recursion and every limit ends the work at once."""

    def __init__(self) -> None:
        self.traps: list[Trap] = []
        self._root: Node | None = None
        self._given_up = False
        self._open: list[tuple[Sequence | Mapping, list[Scalar]]] = []
        self._nodes = 0
        self._documents = 0

    def compose(self, text: str) -> Node | None:
        """Return the tree, or None where it had to be given up."""
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                self._take(event)
                if self._given_up:
                    return None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.trap(
                min(mark.index, len(text)) if mark else 0, say("not YAML: {value}", value=brief(error.problem or error.context)), NOTHING
            )
            return None
        except (YAMLError, ValueError, OverflowError) as error:
            # The library lets an escape or a directive with an impossible number fall through as these.
            self.trap(0, say("not YAML: {error}", error=brief(error)), NOTHING)
            return None
        return self._root

    def trap(self, start: int, message: Sentence, hint: Sentence, *, last: bool = False) -> None:
        """Note a trap. After the `last`, or after too many, the rest of the document is not looked at."""
        self.traps.append(Trap(message, hint, start))
        self._given_up = self._given_up or last or len(self.traps) >= _TRAPS_MAX

    def _take(self, event: Event) -> None:
        start = event.start_mark.index
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if event.version or event.tags:
                    self.trap(0, say("a directive"), say("remove the line that begins with %"))
                if self._documents > 1:
                    self.trap(start, say("a second document"), say("one plan is one document"), last=True)
            case AliasEvent():
                self.trap(start, say("alias *{anchor}", anchor=brief(event.anchor)), say("write it out, or use `like:`"))
                self._put(Scalar(None, "", start, event.end_mark.index, ""))
            case ScalarEvent():
                self._check(event)
                self._put(self._scalar(event))
            case SequenceStartEvent():
                self._check(event)
                self._open.append((Sequence(start), []))
            case MappingStartEvent():
                self._check(event)
                self._open.append((Mapping(start), []))
            case SequenceEndEvent() | MappingEndEvent():
                node, _ = self._open.pop()
                self._put(node)

    def _check(self, event: ScalarEvent | SequenceStartEvent | MappingStartEvent) -> None:
        start = event.start_mark.index
        if event.anchor:
            self.trap(start, say("anchor &{anchor}", anchor=brief(event.anchor)), say("use `like:`"))
        if event.tag is not None:
            self.trap(start, say("tag {tag}", tag=brief(event.tag)), say("remove it"))
        self._nodes += 1
        if self._nodes > NODES_MAX:
            self.trap(start, say("more than {most} values", most=NODES_MAX), say("split the plan"), last=True)
        if len(self._open) >= DEPTH_MAX:
            self.trap(start, say("nested deeper than {most}", most=DEPTH_MAX), say("flatten it"), last=True)

    def _scalar(self, event: ScalarEvent) -> Scalar:
        text, style, start = str(event.value), event.style or "", event.start_mark.index
        if _FORBIDDEN_IN_VALUE.search(text):
            self.trap(start, say("an escaped control character"), say("remove it"))
            text = writable(text)
        return Scalar(text if style else _resolve(text), text, start, event.end_mark.index, style)

    def _put(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        parent, pending = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif not pending:
            pending.append(self._key(parent, node))
        else:
            key = pending.pop()
            if key.text not in parent.entries:
                parent.entries[key.text], parent.keys[key.text] = node, key

    def _key(self, parent: Mapping, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            self.trap(node.start, say("a key that is a list or a mapping"), say("keys are words"))
            return Scalar(None, "?", node.start, node.start, "")
        if node.text == "<<" and not node.style:
            self.trap(node.start, say("merge key <<"), say("use `like:`"))
        elif node.text in parent.entries:
            self.trap(node.start, say("{text} stands here twice", text=brief(node.text)), say("remove one"))
        return node


def _resolve(text: str) -> str | int | bool | Decimal | None:
    """Return what YAML 1.2 makes of a plain scalar, as far as plans need it: other numbers and dates stay text and fail where a number is due."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def plain(node: Node) -> Plain:
    """Return the bare values of a tree. Depth is bounded by the reader."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.entries.items()}
