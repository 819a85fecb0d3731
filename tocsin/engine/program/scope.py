"""What a plan is for, and whether a line of words is about that (PLN-04)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.engine.program.rule import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a plan declares that it is for. `words` are what people call it, in any language."""

    says: Text = field(default_factory=dict)
    service: str = ""
    scenes: Mapping[str, Text] = field(default_factory=dict)
    kinds: Mapping[str, Text] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    cite: tuple[str, ...] = ()

    def found_in(self, line: str) -> tuple[str, ...]:
        """Return the words of the scope that stand in `line`, each once; where a script has spaces a word counts from its beginning."""
        names = [name for named in (self.scenes, self.kinds) for text in named.values() for name in text.values()]
        return tuple(word for word in dict.fromkeys((*self.words, *names)) if _stands_in(word, line))


def _stands_in(word: str, line: str) -> bool:
    begins = r"\b" if word[:1].isascii() or word[:1].lower() != word[:1].upper() else ""
    return re.search(begins + re.escape(word.casefold()), line.casefold()) is not None
