"""Metrics as others send them: what the real Prometheus wrote, whatever its encoder can write, and everything that is none of it."""

from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path
from uuid import UUID

import cramjam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.ingest.metrics import Point, TooLarge, Unreadable, exposition, remote_write
from tocsin.ingest.metrics.room import Full, Room

RECORDED = sorted((Path(__file__).parent / "remote_write").glob("*.bin"))
"""What Prometheus 2.42 of Debian sent for one target that failed in between: metadata, two scrapes, the end of the series, one more."""

LABELS = st.dictionaries(st.text(min_size=1, max_size=8).filter(lambda name: name != remote_write.NAME), st.text(max_size=8), max_size=5)
SAMPLES = st.lists(st.tuples(st.floats(width=64), st.integers(0, 2**41)), max_size=4)


def packed(series: list[tuple[str, dict[str, str], list[tuple[float, int]]]]) -> bytes:
    request = remote_write.WriteRequest()
    for name, labels, samples in series:
        one = request.timeseries.add()
        for label, value in {remote_write.NAME: name, **labels}.items():
            one.labels.add(name=label, value=value)
        for value, ms in samples:
            one.samples.add(value=value, timestamp=ms)
    return bytes(cramjam.snappy.compress_raw(request.SerializeToString()))


@pytest.mark.row("DET-01")
def test_what_prometheus_sends_is_read_as_it_was_scraped():
    points = [[point for point in remote_write.read(file.read_bytes()) if point.name.startswith("hotline")] for file in RECORDED]
    east = [
        [point.value for point in each if point.labels["region"] == "east" and point.name == "hotline_complaints_total"] for each in points
    ]
    assert east[:3] == [[], [107.0], [114.0]]
    assert isnan(east[3][0])
    assert east[4] == [135.0]
    assert points[1][2] == Point(
        "hotline_call_success_ratio",
        {"instance": "127.0.0.1:33679", "job": "hotline", "region": "east"},
        datetime(2026, 11, 27, 13, 31, 52, 553_000, UTC),
        0.9925,
    )


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=8), LABELS, SAMPLES), max_size=5))
def test_whatever_the_encoder_writes_is_read_back(series):
    read = [(one.name, one.labels, one.at, repr(one.value)) for one in remote_write.read(packed(series))]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert read == [
        (name, labels, epoch + timedelta(milliseconds=ms), repr(value)) for name, labels, samples in series for value, ms in samples
    ]


@pytest.mark.row("F-22")
@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=100), st.binary(max_size=100).map(lambda inside: bytes(cramjam.snappy.compress_raw(inside)))))
def test_whatever_is_no_request_is_refused(body):
    with suppress(Unreadable, TooLarge):
        list(remote_write.read(body))


@pytest.mark.row("F-22")
def test_a_small_body_that_would_become_huge_is_not_unpacked():
    with pytest.raises(TooLarge):
        list(remote_write.read(bytes(cramjam.snappy.compress_raw(b"\0" * (remote_write.UNPACKED_MAX + 1)))))
    with pytest.raises(TooLarge):
        list(remote_write.read(b"\xff\xff\xff\xff\x0f"))


@pytest.mark.row("F-22")
def test_a_request_with_more_samples_than_anybody_sends_is_refused_as_a_whole():
    request = remote_write.WriteRequest()
    series = request.timeseries.add()
    series.labels.add(name="__name__", value="a")
    for _ in range(remote_write.SAMPLES_MAX + 1):
        series.samples.add(value=1, timestamp=1)
    with pytest.raises(TooLarge):
        list(remote_write.read(bytes(cramjam.snappy.compress_raw(request.SerializeToString()))))


def test_one_organisation_takes_no_more_than_its_share_and_every_other_finds_a_place():
    room, storm, others = Room(most=4, each=3), UUID(int=1), [UUID(int=number) for number in range(2, 9)]
    with ExitStack() as inside:
        for _ in range(3):
            inside.enter_context(room.place(storm))
        with pytest.raises(Full), room.place(storm):
            pass
        for other in others[:5]:
            inside.enter_context(room.place(other))
        for late in (others[0], others[6]):
            with pytest.raises(Full), room.place(late):
                pass
    for _ in range(3):
        with room.place(storm):
            pass


def test_text_is_read_line_by_line_and_openmetrics_as_a_whole():
    at = datetime(2023, 11, 14, 22, 13, 20, 123_000, UTC)
    assert exposition.read('# HELP a b\na_total{x="y"} 5 1700000000123\n\nb 1\n', "text/plain; version=0.0.4") == [
        Point("a_total", {"x": "y"}, at, 5.0),
        Point("b", {}, None, 1.0),
    ]
    text = '# TYPE a counter\na_total{x="y"} 5 1700000000.123 # {trace="z"} 0.5\n# EOF\n'
    assert exposition.read(text, "application/openmetrics-text; version=1.0.0") == [Point("a_total", {"x": "y"}, at, 5.0)]


def test_every_line_that_cannot_be_read_is_named():
    with pytest.raises(Unreadable) as refusal:
        exposition.read("a 1\nb one\nc 2\nd{ 5\ne 1e999 99999999999999999\n", "text/plain")
    assert [fault.line for fault in refusal.value.faults] == [2, 4, 5]
    with pytest.raises(Unreadable):
        exposition.read("a 1\n", "application/openmetrics-text")


@settings(max_examples=60)
@given(st.text(max_size=60), st.sampled_from(["text/plain", exposition.OPENMETRICS]))
def test_any_text_is_read_or_refused(text, content_type):
    with suppress(Unreadable):
        exposition.read(text, content_type)
