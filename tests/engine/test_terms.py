"""Terms are made quickly, and are what a frozen dataclass is."""

from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from tocsin.engine import terms as t
from tocsin.engine.terms.quick import quicken


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    open: bool
    """A name that a field may have like any other."""


@dataclass(frozen=True, slots=True)
class Term(Base):
    first: str
    second: int = 2
    seen: dict[str, str] = field(default_factory=dict)
    by: str = field(default="nobody", kw_only=True)


@dataclass(frozen=True)
class Loose:
    first: str
    seen: dict[str, str] = field(default_factory=dict)


quicken([Term, Loose])


def test_a_term_has_what_it_is_given_and_its_defaults():
    term = Term("a", open=True)
    assert (term.first, term.second, term.seen, term.by, term.open) == ("a", 2, {}, "nobody", True)
    assert Term("a", 3, {"b": "c"}, by="d", open=False) == Term(first="a", second=3, seen={"b": "c"}, by="d", open=False)
    assert Term("a", open=True).seen is not term.seen


def test_a_term_without_slots_is_made_alike():
    assert (Loose("a").first, Loose("a").seen, Loose("a") == Loose(first="a")) == ("a", {}, True)


def test_a_term_wants_what_it_cannot_do_without():
    with pytest.raises(TypeError, match="open"):
        Term("a")
    with pytest.raises(TypeError, match="third"):
        Term("a", open=True, third=3)


@pytest.mark.parametrize("term", [Term("a", open=True), Loose("a"), t.Actor("ana"), t.Edge("watch", True, t.UNSTAMPED), t.Tick()])
def test_nobody_changes_a_term(term):
    name = next(iter(type(term).__dataclass_fields__))
    with pytest.raises(FrozenInstanceError):
        setattr(term, name, "other")
    with pytest.raises(FrozenInstanceError):
        delattr(term, name)
