"""Names in a scenario of several plans: a bare name that only one of them has means that one (`scribe` for `incident-roles~scribe`)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from tocsin.engine.compose.renaming import registries
from tocsin.engine.namespaces import SEPARATOR, bare
from tocsin.engine.program import Program

_NAMES: Final = frozenset({"role", "signal", "clock", "entry", "from"})
"""A single word under one of these keys, or under the verb of an act, is a name; any other is a value, a person or a time."""
_VALUED: Final = frozenset(["report", "set", "with", "attach", "fact", "baseline"])
"""Names with values beside them: the values are words."""
_WORDS: Final = frozenset(["evidence", "confirmed", "rules"])
"""Lists of words, not of names."""


def act_in_full(program: Program, written: Mapping[str, Any], verbs: Collection[str] = ()) -> Mapping[str, Any]:
    """Return an act, or what is given, with the names in it in full: its own keys are words of the scenario, never names."""
    if not program.parts:
        return written
    spelling = _Spelling(program, _NAMES | {*verbs} - {"note", "say"})
    fields = bool({"send", "draft", "record"} & set(written))  # then `with` fills fields, which are named within their rule
    return {key: value if key == "with" and fields else spelling.whole(value, key) for key, value in written.items()}


def in_full(program: Program, written: Any) -> Any:
    """Return what a scenario says with every name as the composed program has it. One plan alone has nothing to tell apart."""
    return _Spelling(program, _NAMES).whole(written) if program.parts else written


class _Spelling:
    def __init__(self, program: Program, named: frozenset[str]) -> None:
        self._named = named
        found: defaultdict[str, set[str]] = defaultdict(set)
        for _, rules in registries(program):
            for name in rules:
                found[bare(name)].add(name)
        self._full = {name: min(names) for name, names in found.items() if name not in names and len(names) == 1}

    def whole(self, written: Any, under: str = "") -> Any:
        match written:
            case str() if under in self._named:
                return self._name(written)
            case list() if under not in _WORDS:
                return [self._name(each) if isinstance(each, str) else self.whole(each) for each in written]
            case dict() if under in _VALUED:
                return {self._name(key): value for key, value in written.items()}
            case dict():
                return {self._name(key): self.whole(value, key) for key, value in written.items()}
            case _:
                return written

    def _name(self, word: str) -> str:
        base, bracket, entry = word.partition("[")
        if bracket and entry.endswith("]"):
            return f"{self._name(base)}[{self._name(entry[:-1])}]"
        if SEPARATOR in word:
            return word
        for mark in ("", ".", "[", "-"):
            base, found, rest = word.partition(mark) if mark else (word, "", "")
            if base in self._full:
                return self._full[base] + found + rest
        return word
