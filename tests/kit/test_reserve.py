"""The reserve: given up when the disk is full, taken back when there is room, and everybody is told in between."""

from pathlib import Path

import pytest

from tocsin.kit.reserve import Reserve

MIB = 1024 * 1024


class Disk:
    """A disk of which the test says how much is free."""

    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self, folder: Path) -> int:
        return self.free


@pytest.fixture
def disk() -> Disk:
    return Disk(100 * MIB)


@pytest.fixture
def reserve(disk: Disk) -> Reserve:
    return Reserve(bytes_=2 * MIB, low_bytes=MIB, free=disk)


@pytest.mark.row("F-6")
def test_it_is_given_up_before_the_disk_is_full_and_taken_back_with_room_to_spare(reserve: Reserve, disk: Disk, tmp_path: Path) -> None:
    reserve.keep(tmp_path)
    file = tmp_path / "reserve"
    assert file.stat().st_blocks * 512 >= 2 * MIB, "a file with holes keeps nothing"
    steps = [(MIB, False), (MIB - 1, True), (3 * MIB, True), (4 * MIB, False), (2 * MIB, False)]
    for free, scarce in steps:
        disk.free = free
        reserve.look()
        assert (reserve.scarce, file.exists()) == (scarce, not scarce), free


@pytest.mark.row("F-6")
def test_a_write_that_failed_gives_it_up_at_once(reserve: Reserve, disk: Disk, tmp_path: Path) -> None:
    reserve.keep(tmp_path)
    disk.free = 0
    reserve.give_up()
    assert (reserve.scarce, list(tmp_path.iterdir())) == (True, [])


def test_a_server_that_starts_on_a_full_disk_knows_it(reserve: Reserve, disk: Disk, tmp_path: Path) -> None:
    disk.free = MIB
    reserve.keep(tmp_path)
    assert reserve.scarce


def test_where_none_is_kept_nothing_is_scarce(reserve: Reserve, disk: Disk) -> None:
    disk.free = 0
    reserve.look()
    reserve.give_up()
    assert not reserve.scarce
