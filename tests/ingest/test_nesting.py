"""How deep a body is, found without decoding it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest.nesting import DEPTH_MAX, too_deep


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"[]" + b"}" * (depth - 1)


@pytest.mark.row("F-22")
def test_sixty_four_levels_are_enough():
    assert not too_deep(nested(DEPTH_MAX))
    assert too_deep(nested(DEPTH_MAX + 1))


def test_brackets_in_strings_are_words():
    assert not too_deep(json.dumps([["[" * 500, "\\", '"[{' * 100]] * 100).encode())


def test_many_siblings_are_not_depth():
    assert not too_deep(json.dumps([{"a": [1]}] * 5000).encode())


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def values(text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(text | st.integers(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4))


@given(values(st.text()))
def test_what_strings_say_never_makes_a_body_deep(value):
    assert not too_deep(json.dumps(value).encode(), depth(value))


@given(values(st.text('ab\\"')).filter(depth))
def test_it_agrees_with_a_decoder(value):
    assert too_deep(json.dumps(value).encode(), depth(value) - 1)
