"""The spool: what was appended is read once and in order, whatever a cut leaves of the last file."""

import errno
import fcntl
import os
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tocsin.kit import clock, spares, spool
from tocsin.kit.spool import Mark, NotWritten, Spool

SEED = 20240607
BEFORE_ALL = Mark()
BEGINNING = len(spool.BEGINNING)
END = 8
"""Bytes of the mark behind the last record."""


@pytest.fixture(autouse=True)
def no_spares(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file grow, unless a test says otherwise."""
    monkeypatch.setattr(spares, "KEPT_MAX", 0)


@pytest.fixture
def kept(folder: Path, no_spares: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a spare that was the first segment, of 16 records, and holds what was written there."""
    monkeypatch.setattr(spares, "KEPT_MAX", 2)
    monkeypatch.setattr(spares, "ROOM_BYTES", 0)
    monkeypatch.setattr(spares, "SEGMENT_BYTES", 500)
    one = begun(folder)
    one.append([b"%02d" % number * 15 for number in range(16)])
    one.close()
    spool.remove(folder, Mark(2))
    return folder / f"{1:012d}.spare"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def begun(folder: Path, passed: int = 0) -> Spool:
    return Spool(folder, lambda: passed)


def everything(folder: Path, mark: Mark = BEFORE_ALL, bytes_max: int = 100) -> Iterator[bytes]:
    while True:
        found, mark = spool.read(folder, mark, bytes_max)
        if not found:
            return
        yield from found


def test_what_is_appended_is_read_in_order_and_only_behind_the_mark(folder: Path) -> None:
    one = begun(folder)
    one.append([b"a", b"", b"b" * 300])
    found, mark = spool.read(folder, Mark(), 1)
    assert found == [b"a"]
    one.append([b"c"])
    assert list(everything(folder, mark)) == [b"", b"b" * 300, b"c"]
    assert list(everything(folder)) == [b"a", b"", b"b" * 300, b"c"]


def test_what_was_begun_before_there_is_anything_to_write_has_no_name_and_takes_the_first_records(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = begun(folder, passed=3)
    one.begin()
    assert (spool.segments(folder), spool.read(folder, Mark(3, 9), 100)) == ([], ([], Mark(3, 9)))
    later = clock.monotonic() + 2 * spool.SEGMENT_S
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    one.append([b"a"])
    one.append([b"b"])
    assert (spool.segments(folder), list(everything(folder))) == ([4], [b"a", b"b"])


def test_what_cannot_be_begun_is_begun_with_the_first_records(folder: Path) -> None:
    folder.write_bytes(b"in the way")
    one = begun(folder)
    one.begin()
    folder.unlink()
    one.append([b"a"])
    assert list(everything(folder)) == [b"a"]


def test_nothing_was_read_where_nothing_was_written(folder: Path) -> None:
    assert spool.read(folder, Mark(), 100) == ([], Mark())


def test_a_file_that_is_full_is_followed_by_another_and_removed_once_a_mark_has_passed_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "SEGMENT_BYTES", 100)
    one = begun(folder)
    records = [b"%d" % number * 30 for number in range(1, 10)]
    for record in records:
        one.append([record])
    assert spool.segments(folder) == [1, 2, 3]
    assert list(everything(folder)) == records
    found, mark = spool.read(folder, Mark(2, BEGINNING), 1)
    assert (found, mark.segment) == ([records[3]], 2)
    spool.remove(folder, mark)
    assert spool.segments(folder) == [2, 3]


def test_what_was_read_is_removed_little_by_little_and_what_a_kill_has_left_of_it_with_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "SEGMENT_BYTES", 100)
    monkeypatch.setattr(spares, "PIECE_BYTES", 30)
    one, left = begun(folder), []
    for record in (b"a" * 100, b"b" * 100, b"c"):
        one.append([record])
    truncate = os.truncate

    def killed(path: Path, length: int) -> None:
        truncate(path, length)
        left.append(length)
        if length == 60:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "truncate", killed)
        with pytest.raises(KeyboardInterrupt):
            spool.remove(folder, Mark(2))
    assert (left, spool.segments(folder)) == ([120, 90, 60], [2, 3])
    spool.remove(folder, Mark(3))
    assert [path.name for path in folder.iterdir()] == [f"{3:012d}"]


def test_whoever_still_reads_what_is_removed_takes_it_for_no_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spares, "SEGMENT_BYTES", 100)
    one, pread = begun(folder), os.pread
    for record in (b"a" * 100, b"b"):
        one.append([record])

    def removed_meanwhile(file: int, length: int, at: int) -> bytes:
        monkeypatch.setattr(os, "pread", pread)
        spool.remove(folder, Mark(2))
        return pread(file, length, at)

    monkeypatch.setattr(os, "pread", removed_meanwhile)
    assert spool.read(folder, Mark(), 1000)[0] == [b"b"]
    assert [path.name for path in folder.iterdir()] == [f"{2:012d}"]


def test_little_that_came_long_ago_does_not_stay_for_want_of_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = begun(folder)
    one.append([b"a"])
    one.append([b"b"])
    assert spool.segments(folder) == [1]
    monkeypatch.setattr(spool, "SEGMENT_S", 0)
    one.append([b"c"])
    _, mark = spool.read(folder, Mark(1, BEGINNING + 2 * (8 + 1)), 100)
    spool.remove(folder, mark)
    assert spool.segments(folder) == [2]
    assert list(everything(folder)) == [b"c"]


def test_a_file_that_somebody_still_writes_is_not_passed_over(folder: Path) -> None:
    first, second = begun(folder), begun(folder)
    first.append([b"a"])
    second.append([b"c"])
    found, mark = spool.read(folder, Mark(), 100)
    assert (found, spool.read(folder, mark, 100)) == ([b"a"], ([], mark))
    first.append([b"b"])
    first.close()
    assert list(everything(folder, mark)) == [b"b", b"c"]


@pytest.mark.row("F-10", "I1")
def test_what_a_mark_has_passed_is_never_written_again_though_all_files_are_gone(folder: Path) -> None:
    one = begun(folder, passed=7)
    one.append([b"a"])
    assert spool.segments(folder) == [8]
    assert spool.read(folder, Mark(7, 5000), 100)[0] == [b"a"]


@pytest.mark.row("F-10", "I1")
def test_a_file_cut_off_or_flipped_anywhere_is_a_prefix_of_what_was_appended_and_holds_nothing_up(folder: Path) -> None:
    chance = random.Random(SEED)
    for turn in count():
        one, ends, records = begun(folder), [], []
        for _ in range(5):
            group = [chance.randbytes(chance.randint(0, 40)) for _ in range(chance.randint(1, 3))]
            one.append(group)
            records += group
            ends.append((os.path.getsize(folder / f"{1:012d}"), len(records)))
        one.close()
        whole = (folder / f"{1:012d}").read_bytes()
        at = chance.randrange(BEGINNING, len(whole))
        damaged = bytearray(whole)
        if turn % 2:
            damaged[at:] = b"\0" * chance.choice((0, 0, 7, 100))
        else:
            damaged[at] ^= 1 << chance.randrange(8)
        (folder / f"{1:012d}").write_bytes(damaged)
        after = begun(folder)
        after.append([b"after"])
        found = list(everything(folder))
        after.close()
        assert found == [*records[: len(found) - 1], b"after"]
        assert len(found) - 1 >= max([number for end, number in ends if end <= at], default=0), "what lies before the damage is there"
        assert turn % 2 or (folder / f"{1:012d}.torn").read_bytes() == damaged
        for path in folder.iterdir():
            path.unlink()
        if turn == 200:
            return


def test_a_record_of_another_segment_is_none_of_this_one(folder: Path) -> None:
    one = begun(folder)
    one.append([b"a"])
    one.close()
    (folder / f"{1:012d}").rename(folder / f"{2:012d}")
    assert list(everything(folder)) == []


@pytest.mark.row("F-6")
def test_what_does_not_fit_is_taken_back_and_what_comes_later_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, pwrite = begun(folder), os.pwrite
    one.append([b"a"])

    def full(file: int, data: bytes, at: int) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, "no room")
        return pwrite(file, data[:-10], at)

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(NotWritten) as caught:
            one.append([b"x" * 40])
    assert caught.value.full
    one.append([b"b"])
    assert list(everything(folder)) == [b"a", b"b"]
    assert not list(folder.glob("*.torn"))


@pytest.mark.row("F-8")
def test_what_the_disk_does_not_take_is_no_want_of_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = begun(folder)
    one.append([b"a"])

    def broken(_: int) -> None:
        raise OSError(errno.ENOSPC, "said too late")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(NotWritten) as caught:
        one.append([b"b"])
    assert not caught.value.full


def test_what_was_read_whole_is_overwritten_and_what_it_held_is_read_no_more(folder: Path, kept: Path) -> None:
    before, size = kept.stat().st_ino, kept.stat().st_size
    one = begun(folder, passed=1)
    one.append([b"a"])
    assert spool.read(folder, Mark(2, BEGINNING), 100) == ([b"a"], Mark(2, BEGINNING + 9))
    one.append([b"b" * 40])
    one.close()
    assert list(everything(folder)) == [b"a", b"b" * 40]
    after = (folder / f"{2:012d}").stat()
    assert ([path.name for path in folder.iterdir()], after.st_ino, after.st_size) == ([f"{2:012d}"], before, size)


def test_a_file_that_grows_is_left_for_a_spare_as_soon_as_there_is_one(folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "LOOKS_EVERY_S", 0)
    aside, one = kept.rename(folder / "aside"), begun(folder, passed=1)
    one.append([b"a"])
    one.append([b"b"])
    aside.rename(kept)
    for record in (b"c", b"d"):
        one.append([record])
    assert spool.segments(folder) == [2, 3]
    assert list(everything(folder)) == [b"a", b"b", b"c", b"d"]


def test_a_spare_of_which_a_slow_reader_still_has_hold_is_left_alone(folder: Path, kept: Path) -> None:
    with kept.open("rb") as slow:
        fcntl.flock(slow, fcntl.LOCK_SH)
        one = begun(folder, passed=1)
        one.append([b"a"])
    assert (list(everything(folder)), kept.exists()) == ([b"a"], True)


@pytest.mark.row("F-1", "I1")
def test_killed_before_its_first_group_is_on_the_disk_a_segment_is_none(folder: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", killed)
        one = begun(folder, passed=1)
        with pytest.raises(KeyboardInterrupt):
            one.append([b"a"])
    assert ([path.name for path in folder.iterdir()], list(everything(folder))) == ([spares.DRAFT], [])
    one.close()
    after = begun(folder, passed=1)
    after.append([b"b"])
    assert ([path.name for path in folder.iterdir()], list(everything(folder))) == ([f"{2:012d}"], [b"b"])


@pytest.mark.row("F-10", "I1")
def test_whatever_of_an_overwritten_file_is_still_as_it_was_a_prefix_of_what_was_appended_is_there(folder: Path, kept: Path) -> None:
    chance, old, ends = random.Random(SEED), kept.read_bytes(), {False: 0, True: 0}
    for turn in range(300):
        one, states, records = begun(folder, passed=1), [(old, 0)], []
        for _ in range(4):
            records += [chance.randbytes(chance.randint(0, 40)) for _ in range(chance.randint(1, 3))]
            one.append(records[states[-1][1] :])
            states.append(((folder / f"{2:012d}").read_bytes(), len(records)))
        one.close()
        last = chance.randrange(1, 4)
        (synced, safe), (written, _) = states[last : last + 2]
        cut, size = bytearray(written), chance.choice((8, 16, 64))
        for at in range(0, len(cut), size):
            if chance.random() < 0.5:
                cut[at : at + size] = synced[at : at + size]
        (folder / f"{2:012d}").write_bytes(cut)
        found = list(everything(folder))
        assert found == records[: len(found)]
        assert len(found) >= safe, f"turn {turn}: what was synced is there"
        torn = (folder / f"{2:012d}.torn").exists()
        assert torn or len(found) in (safe, states[last + 1][1]), "only a whole group ends as one"
        ends[torn] += 1
        for path in folder.iterdir():
            path.unlink()
        kept.write_bytes(old)
    assert min(ends.values()) > 20


def test_a_mark_beyond_what_a_power_cut_has_left_passes_over_nothing(folder: Path, kept: Path) -> None:
    one = begun(folder, passed=1)
    one.append([b"a"])
    synced = (folder / f"{2:012d}").read_bytes()
    one.append([b"b" * 30])
    _, mark = spool.read(folder, Mark(2, BEGINNING), 1000)
    one.close()
    (folder / f"{2:012d}").write_bytes(synced)
    after = begun(folder, passed=mark.segment)
    after.append([b"c"])
    assert spool.read(folder, mark, 1000)[0] == [b"c"]


def test_what_an_older_release_wrote_ends_with_its_file(folder: Path) -> None:
    folder.mkdir()
    (folder / f"{1:012d}").write_bytes(spool.BEGINNING + spool._framed(1, b"a") + spool._framed(1, b"b"))
    (folder / spares.DRAFT).write_bytes(spool.BEGINNING)
    begun(folder).append([b"c"])
    assert list(everything(folder)) == [b"a", b"b", b"c"]
    assert sorted(path.name for path in folder.iterdir()) == [f"{1:012d}", f"{2:012d}"]
