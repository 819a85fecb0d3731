"""What every rule of a plan carries, and values that depend on a case or a fact."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from tocsin.engine.times import Span

Text = Mapping[str, str]
"""Words by locale; the plan's own language is always among them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cases(Generic[T]):
    """A value that depends on the case the fact (or `level`, `phase`) named `by` is in; `otherwise` for cases not listed."""

    by: str
    cases: Mapping[str, T]
    otherwise: T | None = None

    def of(self, case: object) -> T | None:
        """Return the value in `case`, as it is known: a text, or yes or no. What is not listed, or not known, is `otherwise`."""
        name = ("no", "yes")[case] if isinstance(case, bool) else case
        chosen = self.cases.get(name) if isinstance(name, str) else None
        return self.otherwise if chosen is None else chosen


@dataclass(frozen=True, slots=True)
class FromFact:
    """The value of a fact, as a limit."""

    fact: str


Limit = Span | Cases[Span] | FromFact
Roles = tuple[str, ...] | Cases[tuple[str, ...]]
"""Ids of roles, groups, departments; also `system`, `everyone`, `departments`, `commander`, `next_up`, `anyone`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule of a plan carries: its id, its name for people, the places of the document it rests on, and what was assumed."""

    id: str
    title: Text
    cite: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    acknowledges: tuple[str, ...] = ()
    was: str = ""
    """Its id in the version before, where it was renamed."""
