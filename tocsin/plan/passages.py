"""
The organisation's own document beside its plan: which passage of the text a citation means (PLN-03).

A citation is how a plan calls a place: what every citation of the plan begins with (`H`, `R`), then words of a heading, a number, or both:
`H 四.1`, `R шаг 2.1`, `A sekretarz`. The text is read as people write one, with headings of whatever kind, numbers and points of a list.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final

from tocsin.engine.program import Program

TEXT_CHARS_MAX: Final = 500_000
PASSAGE_CHARS_MAX: Final = 1500
_HANS: Final = "一二三四五六七八九十"
_HAN_NUMERAL: Final = re.compile("([一二三四五六七八九])?(十)?([一二三四五六七八九])?")
_DIGITS_MAX: Final = 9
"""A longer number is the number of no place."""
_HEADING: Final = re.compile(r"(#{1,6})\s+(.*)")
_CHAPTER: Final = re.compile(rf"([{_HANS}]{{1,3}})、\s*(.*)")
_NUMBER: Final = re.compile(r"(\s*)(?:[(（](\d{1,3})[)）]|(\d{1,3})[.)、](?!\d))\s*(.*)")
_POINT: Final = re.compile(r"(\s*)[-*•–]\s+(.*)")
_LABELLED: Final = re.compile(r"\s*\*\*[^*]+\*\*\s*\S")
_ROW: Final = re.compile(r"\|(.+)\|")
_RULED: Final = re.compile(r"[\s|:_*=-]*")
_INLINE: Final = re.compile(rf"(?<![,，、第和或至])[{_HANS}]{{1,3}}、|(?<![\d,，])\d{{1,2}}、|[(（]\d{{1,2}}[)）]")
_PATH: Final = re.compile(rf"(?:^|\s)((?:\d+|[{_HANS}]+)(?:\.\d+|[(（]\d+[)）])*)$")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_CHAPTERS, _TITLE, _LEAD_IN, _LIST, _PARAGRAPH = 7, 8, 9, 20, 99
_TITLE_CHARS_MAX: Final = 110
IS, BEGINS, HAS = 1, 2, 3
"""How well a heading fits the words of a citation."""


@dataclass(slots=True)
class Node:
    """One place of a text: how deep it stands (`rank`, smaller is higher), its number if it has one, its first words, its lines, what is in it."""

    rank: int
    number: int
    title: str
    lines: list[str] = field(default_factory=list)
    inside: "list[Node]" = field(default_factory=list)

    def text(self) -> str:
        """Return the whole passage, with what is in it."""
        return "\n".join([*self.lines, *(each.text() for each in self.inside)])


def find(document: Node, cite: str, prefix: str = "") -> str:
    """Return the passage that `cite` means, shortened past a screenful; nothing where the document (see `read`) has no such place. Pure."""
    wanted = cite.removeprefix(prefix).strip() if prefix else cite.strip()
    if not wanted:
        return ""
    path = _PATH.search(wanted)
    numbers = _numbers(path[1]) if path else ()
    words = _words(wanted[: path.start()] if path else wanted)
    node = _by_words(document, words, numbers) if words else _descend(document, numbers)
    said = node.text().strip() if node else ""
    return said if len(said) <= PASSAGE_CHARS_MAX else said[:PASSAGE_CHARS_MAX].rstrip() + " …"


def stands_in(text: str, words: str) -> bool:
    """Return whether `words` are words of `text`, however the lines break and whatever is bold. Pure."""
    return _even(words) in _even(text)


def prefix(program: Program) -> str:
    """Return what the citations of a plan begin with, where most begin with the same word; else nothing."""
    firsts = Counter(
        first for cite in citations(program) if len(first := cite.split(" ")[0]) < len(cite) and not any(map(str.isdecimal, first))
    )
    word, count = firsts.most_common(1)[0] if firsts else ("", 0)
    return word if count * 2 > len(citations(program)) else ""


def citations(program: Program) -> tuple[str, ...]:
    """Return every place that the rules of a plan rest on, in the order of the plan. Worked out once for a program."""
    return program.once("citations", lambda each: tuple(dict.fromkeys(_cited(each))))


def _cited(value: Any) -> Iterator[str]:
    if is_dataclass(value):
        for each in fields(value):
            if each.name in ("parts", "plans", "worked_out"):
                continue
            found = getattr(value, each.name)
            if each.name == "cite":
                yield from [found] if isinstance(found, str) and found else found
            else:
                yield from _cited(found)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _cited(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _cited(one)


# ------------------------------------------------------------------ reading


def read(text: str) -> Node:
    """Return the text as a tree of its places. Pure; of a long text it takes a while."""
    root = Node(0, 0, "")
    open_: list[Node] = [root]
    lines = [part for line in text.replace("\r\n", "\n").split("\n") for part in _apart(line)]
    for index, line in enumerate(lines):
        if _RULED.fullmatch(line) or (
            line.startswith("|") and "-" in (below := (lines[index + 1 : index + 2] or [""])[0]) and _RULED.fullmatch(below)
        ):
            continue  # nothing but a rule, or the head of a table
        alone = not (lines[index - 1 : index] or [""])[0].strip() and not (lines[index + 1 : index + 2] or [""])[0].strip()
        node = _node(line, alone)
        if node.rank == _PARAGRAPH and open_[-1].rank >= _LIST:
            open_[-1].lines.append(_plain(line))
            continue
        while open_[-1].rank >= node.rank:
            open_.pop()
        open_[-1].inside.append(node)
        if node.rank != _PARAGRAPH:
            open_.append(node)
    return root


def _node(line: str, alone: bool) -> Node:
    said = _plain(line)
    if found := _HEADING.fullmatch(line.strip()):
        return Node(len(found[1]), 0, _plain(found[2]), [_plain(found[2])])
    if found := _CHAPTER.match(line.strip()):
        return Node(_CHAPTERS, _number(found[1]), found[2], [said])
    if found := _NUMBER.match(line):
        deep = 10 if found[2] else 0
        return Node(_LIST + deep + min(len(found[1].expandtabs()), 9), int(found[2] or found[3]), found[4], [said])
    if found := _POINT.fullmatch(line):
        return Node(_LIST + 10 + min(len(found[1].expandtabs()), 9), 0, found[2], [said])
    if found := _ROW.fullmatch(said):
        return Node(_LIST + 19, 0, found[1], [" · ".join(cell.strip() for cell in found[1].split("|"))])
    if said.endswith((":", "：")) and len(said) <= _TITLE_CHARS_MAX:
        return Node(_LEAD_IN, 0, said.rstrip(":："), [said])
    if _LABELLED.match(line):
        return Node(_LEAD_IN, 0, "", [said])
    if alone and len(said) <= _TITLE_CHARS_MAX and not said.endswith((".", "。", ";", "；", ",", "!", "?")):
        return Node(_TITLE, 0, said, [said])
    return Node(_PARAGRAPH, 0, "", [said])


def _even(text: str) -> str:
    return "".join(_plain(text).split())


def _plain(line: str) -> str:
    return line.replace("**", "").strip()


def _apart(line: str) -> list[str]:
    """Return a line in which numbered places follow one another without a break (一、…1、…(1)…) as one line for each place."""
    expected = {"chapter": 1, "number": 1, "part": 1}
    cuts = [0]
    for found in _INLINE.finditer(line):
        mark = found[0]
        kind = "part" if mark[0] in "(（" else "number" if mark[0].isdecimal() else "chapter"
        if _number(mark.strip("、()（）")) != expected[kind]:
            continue
        expected[kind] += 1
        expected |= {"chapter": {"number": 1, "part": 1}, "number": {"part": 1}, "part": {}}[kind]
        cuts.append(found.start())
    if len(cuts) < 4:
        return [line]
    return [line[begin:end] for begin, end in zip(cuts, [*cuts[1:], len(line)], strict=True)]


def _number(word: str) -> int:
    """Return what a numeral says: 12, 四, 十一; 0 for what is none, such as ① or 三二十."""
    if word.isdecimal():
        return int(word) if len(word) <= _DIGITS_MAX else 0
    found = _HAN_NUMERAL.fullmatch(word)
    if found is None or (found[1] and found[3] and not found[2]):
        return 0
    before, after = (_HANS.index(each) + 1 if each else 0 for each in found.group(1, 3))
    return (before or 1) * 10 + after if found[2] else before or after


def _numbers(path: str) -> tuple[int, ...]:
    return tuple(_number(each) for each in re.findall(rf"\d+|[{_HANS}]+", path))


def _words(said: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(said.casefold()))


# ------------------------------------------------------------------ finding


def _by_words(root: Node, words: tuple[str, ...], numbers: tuple[int, ...]) -> Node | None:
    """Return the place under the heading that these words mean: one that is them, else begins with them, else has them; earlier ones first."""
    every = [(how, node) for node in _all(root) if (how := _named(node, words))]
    for _how, node in sorted(every, key=lambda each: each[0]):
        own = [_number(each) for each in _words(node.title) if each.isdecimal()][:1]
        if own and numbers:
            found = _descend(node, numbers[1:]) if own == [numbers[0]] else None
        else:
            found = _series([each for how, each in every if how == BEGINS], numbers) or _descend(node, numbers)
        if found is not None:
            return found
    return None


def _series(alike: list[Node], numbers: tuple[int, ...]) -> Node | None:
    """Return the place of this number among headings that begin alike and bear none (Template for …, Template for …)."""
    several = len({each.title for each in alike}) == len(alike) > 1 and len({each.rank for each in alike}) == 1
    fits = several and numbers and not re.search(r"\d", alike[0].title) and 0 < numbers[0] <= len(alike)
    return _descend(alike[numbers[0] - 1], numbers[1:]) if fits else None


def _all(node: Node) -> Iterator[Node]:
    for each in node.inside:
        yield each
        yield from _all(each)


def _named(node: Node, words: tuple[str, ...]) -> int:
    """Return how well a heading fits these words; 0 if it does not."""
    for part in (node.title.partition(":")[2], node.title):
        own = [each for each in _words(part) if not each.isdecimal()]
        if own and len(own) >= len(words) and all(map(_alike, own, words)):
            return IS if len(own) == len(words) else BEGINS
    own = [each for each in _words(node.title) if not each.isdecimal()]
    return HAS if node.rank < _LIST and all(any(_alike(each, word) for each in own) for word in words) else 0


def _alike(word: str, other: str) -> bool:
    """Return whether two words are one but for their endings (шаг, шаги; критерий, критерии)."""
    short = min(len(word), len(other))
    return word == other or (word[: max(3, short - 2)] == other[: max(3, short - 2)] and abs(len(word) - len(other)) <= max(1, short // 3))


def _descend(node: Node, numbers: Sequence[int]) -> Node | None:
    """Return the place inside `node` that has these numbers, one in another; where places bear none, their order counts."""
    for number in numbers:
        level: list[Node] = node.inside
        found: Node | None = None
        while number and level and found is None:
            found = next((each for each in level if each.number == number), None) or _nth(level, number)
            level = [deeper for each in level for deeper in each.inside]
        if found is None:
            return None
        node = found
    return node


def _nth(level: Iterable[Node], number: int) -> Node | None:
    places = [each for each in level if each.rank not in (_LEAD_IN, _PARAGRAPH)]
    fits = not any(each.number for each in places) and len({each.rank for each in places}) == 1
    return places[number - 1] if fits and 0 < number <= len(places) else None
