"""Compressed bodies: unpacked as far as they may go, and no further."""

import gzip

import pytest

from tocsin.ingest.bodies import gunzip


def test_a_body_is_unpacked_up_to_the_limit_and_never_beyond():
    assert gunzip(gzip.compress(b"x" * 1000), 1000) == b"x" * 1000
    assert gunzip(gzip.compress(b"x" * 1001), 1000) is None
    assert gunzip(gzip.compress(b"x" * 50_000_000), 1000) is None


@pytest.mark.row("F-22")
@pytest.mark.parametrize(
    "spoilt", [b"", b"no", gzip.compress(b"x" * 100)[:-4], gzip.compress(b"x") + b"more"], ids=["empty", "none", "cut", "more"]
)
def test_what_is_no_whole_gzip_is_refused(spoilt):
    with pytest.raises(ValueError):  # noqa: PT011 - its words are zlib's
        gunzip(spoilt, 1000)
