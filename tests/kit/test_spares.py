"""Spares of a spool: made where they are worth it, blank once they are at rest, and given up before a disk is full."""

import errno
import os
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from tests.kit.test_reserve import Disk
from tocsin.kit import spares
from tocsin.kit.spares import Spares

LARGE, PIECE = 1000, 64


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SEGMENT_BYTES": LARGE, "PIECE_BYTES": PIECE, "WORTH_BYTES": 100, "ROOM_BYTES": 10_000}.items():
        monkeypatch.setattr(spares, name, value)


@pytest.fixture
def disk() -> Disk:
    return Disk(20_000)


@pytest.fixture
def kept(tmp_path: Path, disk: Disk) -> Spares:
    return Spares(tmp_path, disk)


def segment(folder: Path, number: int, size: int) -> Path:
    path = folder / f"{number:012d}"
    path.write_bytes(b"x" * size)
    return path


def look(kept: Spares) -> None:
    while kept.look():
        pass


def names(folder: Path, suffix: str) -> list[str]:
    return sorted(path.stem for path in folder.glob(f"*{suffix}"))


def test_some_are_made_once_more_than_a_trickle_comes(kept: Spares, tmp_path: Path) -> None:
    look(kept)
    segment(tmp_path, 1, 99)
    look(kept)
    assert len(list(tmp_path.iterdir())) == 1
    segment(tmp_path, 2, 100)
    look(kept)
    made = list(tmp_path.glob("*.blank"))
    assert (len(made), {path.read_bytes() for path in made}) == (spares.MADE, {bytes(LARGE + PIECE)})
    assert all(path.stat().st_blocks for path in made), "a file with holes grows when it is used"


def test_none_is_made_of_which_enough_go_round(kept: Spares, tmp_path: Path) -> None:
    for number in range(spares.MADE):
        segment(tmp_path, number, LARGE)
    look(kept)
    assert len(list(tmp_path.iterdir())) == spares.MADE


def test_what_was_read_is_kept_where_it_is_large_enough_and_there_is_room(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "KEPT_MAX", 2)
    assert not spares.keep(segment(tmp_path, 1, LARGE - 1), disk)
    assert spares.keep(segment(tmp_path, 2, LARGE), disk)
    disk.free = 9_999
    assert not spares.keep(segment(tmp_path, 3, LARGE), disk)
    disk.free = 10_000
    assert spares.keep(segment(tmp_path, 4, LARGE), disk)
    assert not spares.keep(segment(tmp_path, 5, LARGE), disk)
    assert names(tmp_path, ".spare") == [f"{2:012d}", f"{4:012d}"]


def test_what_nobody_takes_for_a_minute_holds_nothing_any_more(
    kept: Spares, tmp_path: Path, disk: Disk, clock: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "MADE", 1)
    assert spares.keep(segment(tmp_path, 1, LARGE + 5), disk)
    assert not kept.look()
    clock.shift(timedelta(seconds=61))
    assert kept.look()
    assert (tmp_path / f"{1:012d}.blank").read_bytes() == bytes(LARGE + 5)


def test_what_holds_old_bytes_is_overwritten_before_what_is_blank(kept: Spares, tmp_path: Path, disk: Disk) -> None:
    segment(tmp_path, 1, 100)
    look(kept)
    spares.keep(segment(tmp_path, 2, LARGE), disk)
    file = spares.take(tmp_path)
    assert file is not None
    assert os.pread(file, 1, 0) == b"x"
    os.close(file)
    assert (names(tmp_path, ".spare"), (tmp_path / spares.DRAFT).exists()) == ([], True)


@pytest.mark.row("F-6")
def test_all_are_given_up_before_the_disk_is_full_and_made_again_with_room_to_spare(kept: Spares, tmp_path: Path, disk: Disk) -> None:
    segment(tmp_path, 1, 100)
    look(kept)
    for free, there in ((10_000, spares.MADE), (9_999, 0), (19_999, 0), (20_000, spares.MADE)):
        disk.free = free
        look(kept)
        assert len(list(tmp_path.glob("*.blank"))) == there, free


@pytest.mark.row("F-6")
def test_where_none_can_be_made_it_goes_without(kept: Spares, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, data: bytes, at: int) -> int:
        raise OSError(errno.EDQUOT, "no more for you")

    segment(tmp_path, 1, 100)
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        assert not kept.look()
    look(kept)
    assert [path.name for path in tmp_path.iterdir()] == [f"{1:012d}"]


def test_what_a_kill_has_left_half_made_is_finished(kept: Spares, tmp_path: Path) -> None:
    segment(tmp_path, 1, 100)
    (tmp_path / "making").write_bytes(bytes(100))
    look(kept)
    assert [path.stat().st_size for path in tmp_path.glob("*.blank")] == [LARGE + PIECE] * spares.MADE
    assert not (tmp_path / "making").exists()
