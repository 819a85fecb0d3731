"""What is written out before a sync: all that was asked for, in pieces, over the time given; and nothing where that cannot be done."""

import os
from pathlib import Path

import pytest

from tocsin.kit import writeout

BLOCK = 4096


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What the kernel is asked to write out, as the first byte and the one behind the last; resting takes no time."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(writeout, "_function", lambda file, at, length, flags: asked.append((at, at + length)))
    monkeypatch.setattr(writeout._resting, "wait", lambda seconds: None)
    return asked


def test_every_block_is_in_one_piece_and_no_piece_has_more_than_its_share(pieces: list[tuple[int, int]]) -> None:
    places = [BLOCK * number * number for number in range(1_000)]
    writeout.write_out(0, places, BLOCK, 0.1, least=4)
    held = [[at for at in places if begin <= at and at + BLOCK <= end] for begin, end in pieces]
    assert [at for some in held for at in some] == places
    assert {*map(len, held)} == {20}, "fifty times two milliseconds"


def test_little_is_no_more_than_a_piece(pieces: list[tuple[int, int]]) -> None:
    writeout.write_out(0, [BLOCK, 9 * BLOCK], BLOCK, 0.1, least=4)
    writeout.write_out(0, [], BLOCK, 0.1, least=4)
    assert pieces == [(BLOCK, 10 * BLOCK)]


def test_pieces_are_spread_over_the_time_and_nothing_rests_after_the_last(
    monkeypatch: pytest.MonkeyPatch, pieces: list[tuple[int, int]]
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(writeout.clock, "monotonic", lambda: 5.0 + sum(rests))
    monkeypatch.setattr(writeout._resting, "wait", rests.append)
    writeout.write_out(0, range(0, 100 * BLOCK, BLOCK), BLOCK, 1.0, least=25)
    assert len(pieces) == 4
    assert rests == pytest.approx([0, 0.25, 0.25, 0.25])


def test_the_kernel_takes_what_it_is_asked(tmp_path: Path) -> None:
    file = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    os.pwrite(file, bytes(8 * BLOCK), 0)
    writeout.write_out(file, [0, 5 * BLOCK], BLOCK, 0.001, least=1)
    assert os.pread(file, 9 * BLOCK, 0) == bytes(8 * BLOCK)
    os.close(file)


def test_where_it_cannot_be_asked_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    monkeypatch.setattr(writeout, "_function", None)
    monkeypatch.setattr(writeout._resting, "wait", rests.append)
    writeout.write_out(-1, [0, BLOCK], BLOCK, 0.001, least=1)
    assert rests == [], "nobody waits for what is not asked for"
