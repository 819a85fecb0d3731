"""Matchers of labels: written, read back, and met as in the tools that people come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest import matchers
from tocsin.ingest.matchers import Matcher, Unreadable, meet, parse, write

LABELS = {"region": "east", "job": "ivr", "instance": "ivr-3:9100"}


@pytest.mark.parametrize(
    ("written", "met"),
    [
        ("region=east", True),
        ('{region="east", job="ivr"}', True),
        ("region=east\njob=mail", False),
        ("region!=west", True),
        ("region!=east", False),
        ('instance=~"ivr-[0-9]+:.*"', True),
        ("instance=~ivr", False),
        ("instance!~mail.*", True),
        ("nowhere=", True),
        ("nowhere=\nregion=west", False),
        ('region = east , job = "ivr" ', True),
        ("nowhere!=x", True),
        ("nowhere=x", False),
        ("", False),
    ],
)
def test_labels_meet_what_is_written(written, met):
    assert meet(parse(written), LABELS) is met


@pytest.mark.parametrize("written", ["region", "=east", 'region="east', "region=~[", 'a=b c d="x"y', "region=~" + "(a{1000}){1000}"])
def test_what_is_no_matcher_is_refused(written):
    with pytest.raises(Unreadable):
        parse(written)


def test_more_than_anybody_writes_is_refused():
    with pytest.raises(Unreadable):
        parse(",".join(f"l{number}=x" for number in range(matchers.MATCHERS_MAX + 1)))


NAMES = st.text("abcXYZ_.日-", min_size=1, max_size=6)
VALUES = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(st.lists(st.builds(Matcher, NAMES, st.sampled_from(["=", "!="]), VALUES), max_size=5))
def test_what_is_written_is_read_back(found):
    assert parse(write(found)) == tuple(found)


@given(st.dictionaries(NAMES, VALUES, max_size=4), NAMES, VALUES)
def test_a_matcher_and_its_opposite_never_agree(labels, name, value):
    assert Matcher(name, "=", value).meets(labels) is not Matcher(name, "!=", value).meets(labels)


def test_a_pattern_that_would_never_end_elsewhere_ends_here():
    assert not meet(parse("x=~(a+)+$"), {"x": "a" * 400 + "b"})


@pytest.mark.row("F-22")
@pytest.mark.parametrize("written", ["a=" + " " * 100_000 + '"', "a" * 100_000, "a=b" + " " * 100_000 + '"', 'a="' + "\\" * 100_000])
def test_a_text_made_to_keep_us_busy_is_refused(written):
    """It would take days if each blank were gone over again for each of the others."""
    with pytest.raises(Unreadable):
        parse(written)
