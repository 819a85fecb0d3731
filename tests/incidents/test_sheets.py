"""Sheets of samples: taken as a whole or not at all, each wrong line by its number."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.incidents import sheets
from tocsin.incidents.measurable import Measurable
from tocsin.incidents.samples import Given
from tocsin.ingest.metrics import Unreadable

KNOWN = Measurable(
    labels={"complaints": frozenset({"region", "line"}), "availability": frozenset({"node"}), "calls": frozenset()},
    over={"complaints": timedelta(hours=1)},
    entered=frozenset({"calls"}),
)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def read(text: str, zone: str = "") -> list[Given]:
    return sheets.read(text.encode(), KNOWN, NOW, zone)


def faults(text: str, zone: str = "") -> list[tuple[int, str]]:
    with pytest.raises(Unreadable) as refusal:
        read(text, zone)
    return [(fault.line, str(fault.problem)) for fault in refusal.value.faults]


@pytest.mark.row("DET-01")
def test_a_sheet_has_a_sample_on_each_line_and_its_labels_in_columns():
    found = read('signal,at,value,over_s,region,node\ncomplaints,2026-03-02T08:55:00Z,12,300,east,\n\n"availability",,99.5,,,"a, b"\n')
    assert found == [
        Given("complaints", NOW - timedelta(minutes=5), Decimal(12), timedelta(minutes=5), (("region", "east"),)),
        Given("availability", NOW, Decimal("99.5"), timedelta(), (("node", "a, b"),)),
    ]


def test_a_count_without_a_stretch_is_over_its_window():
    assert read("signal,value\ncomplaints,12\n")[0].over == timedelta(hours=1)


def test_what_a_spreadsheet_in_warsaw_saves_is_read():
    sheet = "\ufeffsignal;at;value;region\r\ncomplaints;2026-03-02 09:55;12,5;wschód\r\n"
    assert read(sheet, "Europe/Warsaw") == [
        Given("complaints", datetime(2026, 3, 2, 8, 55, tzinfo=UTC), Decimal("12.5"), timedelta(hours=1), (("region", "wschód"),))
    ]


def test_every_wrong_line_is_named():
    sheet = (
        "signal,value,at,over_s,region,node\ncomplaints,1,,,,\ncolour,1,,,,\ncomplaints,many,,,,\ncomplaints,1,yesterday,,,\n"
        "complaints,1,2026-03-02T08:00,,,\ncomplaints,1,2026-03-02T12:00Z,,,\ncomplaints,1,,soon,,\ncomplaints,1,,,,n1\ncalls,1,,,,\n"
        "complaints,1e30,,,,\ncomplaints,1,,,,,9\ncomplaints,1,,90000,,\ncomplaints,NaN,,,,\n"
    )
    named = faults(sheet)
    assert [line for line, _ in named] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    assert "no plan in force has this signal" in named[0][1]
    assert "needs an offset" in named[3][1]


def test_a_sheet_without_its_columns_or_samples_says_so():
    assert faults("value\n1\n") == [(1, "the first line names the columns; these are missing: signal")]
    assert faults("signal,value,value\n")[0][0] == 1
    assert faults("signal,value\n") == [(0, "there is no sample in it")]
    assert faults("") == [(1, "the first line names the columns; these are missing: signal, value")]


def test_a_formula_is_no_number_and_as_a_label_it_is_a_text():
    assert faults("signal,value\ncomplaints,=1+1\n") == [(2, "=1+1 is no number")]
    assert read("signal,value,region\ncomplaints,1,=HYPERLINK()\n")[0].labels == (("region", "=HYPERLINK()"),)


def test_a_time_before_all_time_is_no_time():
    assert "is no time" in faults("signal,value,at\ncomplaints,1,0001-01-01T00:00:00+03:00\n")[0][1]
    assert "is no time" in faults("signal,value,at\ncomplaints,1,0001-01-01T00:00:00\n", "Europe/Warsaw")[0][1]


@pytest.mark.row("F-22")
@settings(max_examples=60)
@given(st.binary(max_size=80).map(lambda rest: b"signal,value,at,over_s,region\ncomplaints,1,,," + rest))
def test_whatever_stands_in_a_sheet_it_is_read_or_refused(body):
    with suppress(Unreadable):
        assert sheets.read(body, KNOWN, NOW)
