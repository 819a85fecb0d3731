"""Whatever is done to a dossier, verifying it says so and where; without being asked whom to trust it claims no more than it can."""

import json
import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.incidents import records
from tocsin.incidents import chain
from tocsin.incidents.dossier import container
from tocsin.incidents.dossier.container import Line
from tocsin.incidents.dossier.verify import Report, verify

CONTENT = records.dossier()
OPENED = container.open_file(CONTENT)
OURS = chain.public_text(records.KEY.public_key())


def resealed(lines: list[Line]) -> bytes:
    """Return a file that our own key sealed over a doctored record, so that only the record can give it away."""
    return container.close(records.PAGE, lines, records.KEY)


def first(report: Report) -> str:
    return f"{report.flaws[0].place}: {report.flaws[0].problem}"


def part_of(offset: int) -> str:
    """Return what a byte of the file belongs to, as the report must name it."""
    record = CONTENT.index(b'<script type="application/x-ndjson"')
    if offset < record:
        return "page"
    start = record + len(b'<script type="application/x-ndjson" id="tocsin-record">\n')
    if offset < start:
        return "file"
    for line in OPENED.lines:
        if offset < start + len(line):
            (kind, content), *_ = json.loads(line).items()
            return " ".join(str(part) for part in (kind, content.get("seq"), content.get("place"), content.get("id")) if part)
        start += len(line) + 1
        if offset < start:
            return "between lines"
    return "seal" if CONTENT.index(OPENED.seal) <= offset < CONTENT.index(OPENED.seal) + len(OPENED.seal) else "file"


def named(report: Report, part: str) -> bool:
    """Return whether the report points to `part`. A line that can no longer be read is named by how it begins, and as missing."""
    if part in {"between lines", "file"}:
        return bool(report.flaws)
    return any(flaw.place == part for flaw in report.flaws)


# ------------------------------------------------------------------ nothing was done


@pytest.mark.row("I9", "AUD-03")
def test_an_untouched_dossier_holds():
    report = verify(CONTENT, key=OURS)
    assert report.holds
    assert (report.manifest["number"], report.manifest["entries"], report.texts, report.hidden) == ("INC-93", 8, 4, 0)


@pytest.mark.row("AUD-03")
def test_confidential_texts_can_be_left_out_and_the_rest_still_holds():
    content = container.close(records.PAGE, records.lines(records.journal(), shown=False), records.KEY)
    report = verify(content, key=OURS)
    assert report.holds
    assert (report.texts, report.hidden) == (0, 4)
    for words in ("All lines are silent", "Анна", "The graph"):
        assert words.encode() not in content
        assert json.dumps(words)[1:-1].encode() not in content


def test_an_erased_text_is_said_to_be_erased_and_the_rest_still_holds():
    stored = records.journal()
    del stored[1][1]["/words"]
    report = verify(container.close(records.PAGE, records.lines(stored), records.KEY), key=OURS)
    assert report.holds
    assert report.hidden == 1


# ------------------------------------------------------------------ one byte anywhere


@pytest.mark.row("REG-12", "I9")
def test_every_single_byte_of_the_file_is_bound():
    """Each byte in turn is flipped in one bit: there is none that may be another, and each is named by its place."""
    for offset in range(len(CONTENT)):
        bit = 1 << (offset % 8)
        altered = CONTENT[:offset] + bytes([CONTENT[offset] ^ bit]) + CONTENT[offset + 1 :]
        report = verify(altered, key=OURS)
        assert not report.holds, (offset, part_of(offset))
        assert named(report, part_of(offset)), (offset, part_of(offset), report.flaws)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_splice_of_the_file_goes_unseen(data):
    """Pieces are cut out, doubled, overwritten or exchanged at random."""
    start = data.draw(st.integers(0, len(CONTENT) - 1))
    end = data.draw(st.integers(start + 1, min(len(CONTENT), start + 400)))
    piece = CONTENT[start:end]
    altered = data.draw(
        st.sampled_from(
            [
                CONTENT[:start] + CONTENT[end:],
                CONTENT[:end] + piece + CONTENT[end:],
                CONTENT[:start] + piece[::-1] + CONTENT[end:],
                CONTENT[:start] + b" " * len(piece) + CONTENT[end:],
                CONTENT[:start],
                CONTENT + piece,
                piece + CONTENT,
            ]
        )
    )
    assert altered == CONTENT or not verify(altered, key=OURS).holds


def test_case_and_white_space_in_the_seal_count():
    signature = re.search(rb'"signature":"([0-9a-f]{128})"', OPENED.seal)
    assert signature
    assert not verify(CONTENT.replace(signature[1], signature[1].upper()), key=OURS).holds
    assert not verify(CONTENT.replace(b'"key":', b'"key": '), key=OURS).holds
    assert not verify(CONTENT.replace(b"\n", b"\r\n"), key=OURS).holds


# ------------------------------------------------------------------ whole lines


LINES = records.lines(records.journal())
LABELS = [line.label for line in LINES]


def refiled(lines: list[Line]) -> bytes:
    """Return the sealed file with another record put in, the seal left as it was."""
    record = b"\n".join(OPENED.lines)
    return CONTENT.replace(record, b"\n".join(line.bytes() for line in lines))


ORIGINAL = [Line("", json.loads(line)) for line in OPENED.lines]


@pytest.mark.row("REG-12")
@pytest.mark.parametrize("index", range(len(ORIGINAL)), ids=LABELS)
def test_a_line_that_was_removed_is_named(index):
    report = verify(refiled(ORIGINAL[:index] + ORIGINAL[index + 1 :]), key=OURS)
    assert f"{LABELS[index]}: was removed" in first(report)


@pytest.mark.row("REG-12")
@pytest.mark.parametrize("index", range(len(ORIGINAL) - 1), ids=LABELS[:-1])
def test_lines_that_changed_places_are_named(index):
    report = verify(refiled([*ORIGINAL[:index], ORIGINAL[index + 1], ORIGINAL[index], *ORIGINAL[index + 2 :]]), key=OURS)
    assert f"{LABELS[index + 1]}: stands in another place" in first(report)


@pytest.mark.row("REG-12")
def test_a_line_that_was_inserted_is_named():
    forged = Line("", {"entry": {"seq": 99, "type": "Noted", "version": 1, "body": "{}", "hash": "0" * 64}})
    assert "entry 99: was inserted" in first(verify(refiled([*ORIGINAL[:3], forged, *ORIGINAL[3:]]), key=OURS))
    assert f"{LABELS[3]}: stands in another place than was sealed, or twice" in first(
        verify(refiled([*ORIGINAL[:4], *ORIGINAL[3:]]), key=OURS)
    )


# ------------------------------------------------------------------ a record doctored before it was sealed


def entry(number: int) -> int:
    """Return the index of the line of entry `number`."""
    return LABELS.index(f"entry {number}")


def change(number: int, **values: object) -> list[Line]:
    lines = list(ORIGINAL)
    lines[entry(number)] = Line("", {"entry": {**ORIGINAL[entry(number)].content["entry"], **values}})
    return labelled(lines)


def labelled(lines: list[Line]) -> list[Line]:
    return [Line(f"{index}", line.content) for index, line in enumerate(lines)]


def rewritten(lines: list[Line], start: int) -> list[Line]:
    """Return the lines with every hash computed anew from entry `start` on, as one would who has no key."""
    last, made = "", []
    for line in lines:
        one = line.content.get("entry")
        if one and one["seq"] >= start:
            one = {**one, "hash": chain.link(last, one["seq"], one["type"], one["version"], one["body"])}
        last = one["hash"] if one else last
        made.append(Line("", {"entry": one}) if one else line)
    return labelled(made)


@pytest.mark.row("I9", "REG-12")
@pytest.mark.parametrize(
    ("doctor", "found"),
    [
        (lambda: change(4, body='{"at":"2026-10-12T09:12:08.000000Z","by":"system","phase":"closed"}'), "entry 4: does not follow"),
        (lambda: change(4, type="PhaseLeft"), "entry 4: does not follow"),
        (lambda: change(4, version=2), "entry 4: does not follow"),
        (lambda: change(4, hash="0" * 64), "entry 4: does not follow"),
        (lambda: change(4, seq=5), "entry 4: is not in its place"),
        (lambda: labelled([line for line in ORIGINAL if "entry 4" not in LABELS[ORIGINAL.index(line)]]), "entry 4: is not in its place"),
        (lambda: labelled([line for line in ORIGINAL if "entry 8" not in LABELS[ORIGINAL.index(line)]]), "head: the record ends with entry 7"),
        (lambda: rewritten(change(4, body="{}"), 4), "head: the record ends with entry 8"),
    ],
    ids=["body", "type", "version", "hash", "seq", "cut out", "cut off", "rewritten to the end"],
)  # fmt: skip
def test_the_record_alone_gives_away_what_was_done_before_sealing(doctor: Callable[[], list[Line]], found: str):
    assert found in "; ".join(f"{flaw.place}: {flaw.problem}" for flaw in verify(resealed(doctor()), key=OURS).flaws)


def test_a_text_that_was_exchanged_is_not_the_one_committed_to():
    index = LABELS.index("seal 2 /words")
    lines = list(ORIGINAL)
    lines[index] = Line("", {"seal": {**ORIGINAL[index].content["seal"], "text": "All lines are busy"}})
    report = verify(resealed(labelled(lines)), key=OURS)
    assert first(report) == "seal 2 /words: the text or its salt was altered: the entry committed to another"


def test_a_text_that_was_dropped_silently_is_missed():
    report = verify(resealed(labelled([line for line in ORIGINAL if "seal" not in line.content])), key=OURS)
    assert first(report) == "seal 2 /words: is missing: the text is neither shown nor said to be left out"


@pytest.mark.row("I8")
def test_a_journal_does_not_pass_for_that_of_another_incident():
    manifest = {**ORIGINAL[0].content["manifest"], "incident": "inc_" + "3" * 32}
    report = verify(resealed(labelled([Line("", {"manifest": manifest}), *ORIGINAL[1:]])), key=OURS)
    assert first(report).startswith("entry 1: does not follow")


# ------------------------------------------------------------------ keys


def test_a_foreign_key_is_named():
    forged = container.close(records.PAGE, records.lines(records.journal(), key=records.FOREIGN), records.FOREIGN)
    report = verify(forged, key=OURS)
    assert report.foreign
    assert report.flaws == ()
    assert not report.holds
    assert report.key == chain.public_text(records.FOREIGN.public_key())


def test_a_head_of_a_foreign_key_is_named():
    forged = container.close(records.PAGE, records.lines(records.journal(), key=records.FOREIGN), records.KEY)
    assert {flaw.place for flaw in verify(forged, key=OURS).flaws} == {"manifest", "head"}


def test_a_record_rewritten_by_whoever_has_the_key_is_given_away_by_a_hash_noted_before():
    noted = records.journal()[3][0].hash
    events = list(records.EVENTS)
    del events[2]
    rewritten_by_us = container.close(records.PAGE, records.lines(records.journal(events)), records.KEY)
    assert verify(rewritten_by_us, key=OURS).holds
    assert verify(rewritten_by_us, key=OURS, anchors=[noted]).flaws[0].place == "anchor"


def test_a_hash_noted_before_is_found_in_the_record_that_it_was_noted_from():
    stored = records.journal()
    content = container.close(records.PAGE, records.lines(stored), records.KEY)
    assert verify(content, key=OURS, anchors=[stored[3][0].hash]).holds


# ------------------------------------------------------------------ whatever else may be handed in


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_the_file_is_there_is_an_answer(content):
    assert not verify(content).holds
    assert not verify(CONTENT[: random.Random(content).randrange(len(CONTENT))] + content).holds


ODD = st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2), max_leaves=4)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["manifest", "entry", "seal", "person"]), ODD), max_size=4))
def test_lines_of_any_making_are_answered(contents):
    fields = ("seq", "place", "id", "head", "organisation", "incident", "hash", "body", "text")
    lines = [Line(str(index), {kind: dict.fromkeys(fields, odd)}) for index, (kind, odd) in enumerate(contents)]
    assert not verify(container.close(records.PAGE, lines, records.KEY), key=OURS).holds


def test_nesting_without_end_is_answered():
    assert not verify(CONTENT.replace(OPENED.lines[3], b"[" * 100_000), key=OURS).holds
