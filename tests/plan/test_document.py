"""YAML as a plan may use it: places are exact, traps are refused, nothing is unbounded and nothing raises."""

import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.plan.document import DEPTH_MAX, NODES_MAX, SIZE_MAX, Document, plain, read


def said(document: Document) -> list[str]:
    return [trap.message for trap in document.traps]


def test_values_are_those_of_yaml_1_2():
    document = read("{a: no, b: 'true', c: true, d: 12, e: 1.50, f: 2025-06-01, g: ~, h: 0x1F, i: 1e3, j: '12'}")
    assert document.root is not None
    values = plain(document.root)
    assert {key: str(value) for key, value in values.items()} == {
        "a": "no",
        "b": "true",
        "c": "True",
        "d": "12",
        "e": "1.50",
        "f": "2025-06-01",
        "g": "None",
        "h": "0x1F",
        "i": "1e3",
        "j": "12",
    }
    assert type(values["d"]) is int
    assert type(values["j"]) is str


def test_every_place_is_a_line_and_a_column_from_one():
    document = read("a:\n  b: [x, y]\n  c: word\n")
    assert document.where(("a", "b", 1)) == (2, 10)
    assert document.where(("a", "c")) == (3, 6)
    assert document.where(("a", "c"), at_key=True) == (3, 3)
    assert document.where(("a", "missing")) == (1, 1)
    assert document.where(("a", "c", "<of the form>", 0)) == (3, 6)


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a: one two here", (1, 12)),
        ("a: 'one two here'", (1, 13)),
        ("a: 'it''s two here'", (1, 15)),
        (r'a: "on\"e tw\u006f here"', (1, 20)),
        ("a: >\n  one\n  two here\n", (3, 7)),
        ("a: |\n  one\n  two here\n", (3, 7)),
        ("a: 'one\n  two here'", (2, 7)),
        ('a: "one\\n\\\n  two here"', (2, 7)),
    ],
)
def test_a_character_inside_a_text_is_found_whatever_the_quoting(source: str, place: tuple[int, int]):
    document = read(source)
    assert document.root is not None
    text = plain(document.root)["a"]
    assert document.where(("a",), offset=text.index("here")) == place


@pytest.mark.parametrize(
    ("source", "trap"),
    [
        ("a: &x 1", "anchor &x"),
        ("a: *x", "alias *x"),
        ("a: {<<: {b: 1}}", "merge key <<"),
        ("a: !!str 1", "tag tag:yaml.org,2002:str"),
        ("a: !danger 1", "tag !danger"),
        ("a: 1\na: 2", "a stands here twice"),
        ("a:\t1", "a tab is not allowed"),
        ("a: \x07", "the control character U+0007 is not allowed"),
        ("a: \u202e1", "the control character U+202E is not allowed"),
        ('a: "\\x00"', "an escaped control character"),
        ('a: "\\ud800"', "an escaped control character"),
        ("%YAML 1.1\n---\na: 1", "a directive"),
        ("a: 1\n---\nb: 2", "a second document"),
        ("? [a]\n: 1", "a key that is a list or a mapping"),
        ("", "a plan is a mapping of keys"),
        ("- a", "a plan is a mapping of keys"),
    ],
)
def test_what_yaml_allows_and_a_plan_does_not_is_a_trap(source: str, trap: str):
    assert said(read(source))[0] == trap


def test_all_traps_are_told_at_once_with_their_places():
    document = read("a: &x 1\nb: *x\nc: !t 2\nc: 3\n")
    assert [document.place(trap.start) for trap in document.traps] == [(1, 4), (2, 4), (3, 4), (4, 1)]


@pytest.mark.parametrize(
    "source", ["a: [1", "a: 'x", "a: b: c", "\ta", "a: {", 'a: "\\UFFFFFFFF"', "%YAML " + "9" * 5000 + ".1\n---\na: 1", "@a"]
)
def test_what_is_not_yaml_is_a_trap_with_a_place(source: str):
    document = read(source)
    assert document.root is None
    assert len(document.traps) == 1


def test_bytes_that_are_not_utf_8_are_told():
    assert said(read(b"a: \xff")) == ["byte 3 is not UTF-8"]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    document = read(b"\xef\xbb\xbfa: 1\r\nb: word\r\n")
    assert document.traps == ()
    assert document.where(("b",)) == (2, 4)


@pytest.mark.parametrize(
    ("source", "said_of_it"),
    [
        ("a: " + "[" * 5000, f"nested deeper than {DEPTH_MAX}"),
        ("a: " + "{b: " * 5000, f"nested deeper than {DEPTH_MAX}"),
        ("a:\n" + "".join(" " * n + "-\n" for n in range(1, 500)), f"nested deeper than {DEPTH_MAX}"),
        ("a: " + "x" * SIZE_MAX, f"the file is longer than {SIZE_MAX} characters"),
        ("a: [" + "x," * (NODES_MAX + 1) + "]", f"more than {NODES_MAX} values"),
    ],
)
def test_size_depth_and_number_are_bounded(source: str, said_of_it: str):
    began = time.process_time()
    document = read(source)
    assert document.root is None
    assert said(document) == [said_of_it]
    assert time.process_time() - began < 20


def test_a_bomb_of_aliases_is_refused_where_it_begins():
    bomb = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))
    document = read(bomb)
    assert document.root is None
    assert said(document)[0] == "anchor &a"
    assert len(document.traps) <= 20


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(max_size=200), st.binary(max_size=200), st.text(alphabet="ab:- \n[]{}&*!|>'\"%#?,\\<" + string.digits, max_size=120))
)
def test_no_text_whatever_raises(source: str | bytes):
    document = read(source)
    assert document.root is not None or document.traps
    for trap in document.traps:
        line, column = document.place(trap.start)
        assert line >= 1
        assert column >= 1
