"""Strategies for expression trees: any tree the grammar can spell, and trees of the right types."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tocsin.engine.expressions import (
    All,
    Arithmetic,
    AtLeast,
    Call,
    Choose,
    Compare,
    Expression,
    Literal,
    Name,
    Not,
    SignalRead,
    Some,
    Within,
)
from tocsin.plan.names import Names, collect

NAMES: Names = collect(
    {
        "facts": {
            "size": {"type": "choice", "of": ["small", "large"]},
            "hit": {"type": "yes_no"},
            "volume": {"type": "number"},
            "limit": {"type": "duration"},
            "since": {"type": "time"},
            "nature": {"type": "choice", "of": ["small", "large", "attack"], "many": True},
        },
        "signals": {
            "complaints": {"kind": "count", "baseline": {"of": "mean"}},
            "cpu": {"kind": "gauge", "better": "down", "baseline": {"of": "mean"}},
        },
        "records": {"loans": {"fields": ["item"]}},
        "conditions": {"stable": {}},
    }
)

measured = st.builds(Decimal, st.decimals(-1000, 1000, places=1).map(str))
counts = st.integers(0, 50).map(Decimal)
durations = st.integers(1, 10_000).map(lambda minutes: timedelta(minutes=minutes))
words = st.sampled_from(["small", "large", "attack"]) | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=5)

_constants: st.SearchStrategy[Expression] = st.builds(
    Literal,
    st.one_of(
        st.booleans(),
        words,
        measured,
        counts,
        durations,
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
        st.lists(words, max_size=3).map(tuple),
    ),
)
_leaves: st.SearchStrategy[Expression] = st.one_of(
    _constants,
    st.builds(
        Name,
        st.sampled_from(["size", "hit", "volume", "limit", "limit.now", "size.rose", "loans.open", "level", "proposed.by", "unheard.of"]),
    ),
    st.builds(SignalRead, st.sampled_from(["complaints", "cpu"]), st.sampled_from(["now", "excess", "mean", "max"])),
    st.builds(SignalRead, st.just("complaints"), st.sampled_from(["avg", "excess"]), durations),
    st.builds(Call, st.just("happened"), st.tuples(st.builds(Literal, st.sampled_from(["reported", "restored"])))),
)
_COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def _grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, inner),
        st.builds(All, several),
        st.builds(Some, several),
        st.builds(AtLeast, st.integers(1, 2), several),
        st.builds(Compare, _COMPARISONS, inner, inner),
        st.builds(Within, inner, inner),
        st.builds(Arithmetic, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(Choose, inner, inner, inner),
        st.builds(Call, st.sampled_from(["ratio", "least", "most"]), st.tuples(inner, inner)),
    )


any_tree: st.SearchStrategy[Expression] = st.recursive(_leaves, _grow, max_leaves=12)
"""Trees of every shape, of whatever types."""

_numbers = st.recursive(
    st.builds(Literal, measured.map(lambda number: number.quantize(Decimal("0.1")) // 1 + Decimal("0.5")))
    | st.builds(SignalRead, st.sampled_from(["complaints", "cpu"]), st.just("now"))
    | st.builds(Name, st.just("volume")),
    lambda inner: st.builds(Arithmetic, st.sampled_from(["+", "-"]), inner, inner),
    max_leaves=3,
)
_texts = st.builds(Literal, st.sampled_from(["small", "large"])) | st.builds(Name, st.just("size"))
_spans = st.builds(Literal, durations) | st.builds(Name, st.just("limit"))
_whole = st.builds(Literal, counts) | st.builds(Name, st.just("loans.open"))
_lists = st.builds(Literal, st.lists(st.sampled_from(["small", "large"]), max_size=2).map(tuple)) | st.builds(Name, st.just("nature"))
_truths = st.one_of(
    st.builds(Name, st.just("hit")),
    st.builds(Literal, st.booleans()),
    st.builds(Compare, _COMPARISONS, _numbers, _numbers),
    st.builds(Compare, _COMPARISONS, _spans, _spans),
    st.builds(Compare, _COMPARISONS, _whole, _whole),
    st.builds(Compare, st.sampled_from(["==", "!="]), _texts, _texts),
    st.builds(Within, _texts, _lists),
)
typed_truth: st.SearchStrategy[Expression] = st.recursive(
    _truths,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Some, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Choose, inner, inner, inner),
        st.builds(Compare, st.sampled_from(["==", "!="]), inner, inner),
    ),
    max_leaves=8,
)
"""Yes or no, of the right types throughout."""
