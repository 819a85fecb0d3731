"""A database file that is damaged or gone is named, never served, and never written to."""

import random
import re
import sqlite3
from pathlib import Path

import pytest

from tocsin.kit import database
from tocsin.kit.home import Home, Unusable
from tocsin.kit.sqlite import soundness

PAGE = 4096
SEED = 20261127


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a sound file of a hundred pages or so, with an index."""
    path = tmp_path / "tocsin.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, body TEXT)")
        database.execute("CREATE INDEX by_body ON entry (body)")
        database.executemany("INSERT INTO entry (body) VALUES (?)", [(f"{number:0200}",) for number in range(1000)])
    database.close()
    soundness.examine(path)
    soundness.made(path)
    return path


@pytest.mark.row("F-9")
@pytest.mark.parametrize("seed", range(SEED, SEED + 20))
def test_a_page_that_was_overwritten_is_found_and_nothing_is_written(file: Path, seed: int) -> None:
    chance = random.Random(seed)
    pages = bytearray(file.read_bytes())
    at = chance.randrange(len(pages) // PAGE) * PAGE
    pages[at : at + PAGE] = chance.randbytes(PAGE)
    file.write_bytes(pages)
    with pytest.raises(Unusable, match=f"^The database {re.escape(str(file))} is damaged .*: put the file back from the last backup"):
        soundness.examine(file)
    assert file.read_bytes() == pages


@pytest.mark.row("F-9")
def test_a_file_that_was_cut_short_is_found(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: -10 * PAGE])
    with pytest.raises(Unusable, match="is damaged"):
        soundness.examine(file)


@pytest.mark.row("F-9")
def test_a_file_that_is_gone_is_no_new_installation(file: Path) -> None:
    file.unlink()
    with pytest.raises(Unusable, match="is gone: put the file back"):
        soundness.examine(file)
    assert not file.exists()


@pytest.mark.row("F-9")
def test_no_command_makes_an_empty_file_in_its_place(file: Path) -> None:
    home = Home(file.parent, "", "", "")
    assert database.settings(home)["NAME"] == str(file)
    file.write_bytes(b"")
    with pytest.raises(Unusable, match="is gone: put the file back"):
        database.settings(home)
    file.unlink()
    with pytest.raises(Unusable, match="is gone: put the file back"):
        database.settings(home)


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    file = tmp_path / "50% of #1?" / "tocsin.sqlite3"
    file.parent.mkdir()
    sqlite3.connect(file).close()
    soundness.examine(file)
    assert list(tmp_path.iterdir()) == [file.parent]


def test_a_new_folder_is_one(tmp_path: Path) -> None:
    soundness.examine(tmp_path / "tocsin.sqlite3")
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"
