"""The data folder: made once with its keys, unusable without them, never readable by others."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.kit.home import Home, Unusable, open_home

KEYS = ("secret.key", "fernet.key", "signing.key")


@pytest.fixture
def home(tmp_path: Path) -> Callable[[], Home]:
    return lambda: open_home({"TOCSIN_HOME": str(tmp_path / "home")})


def test_a_new_folder_gets_keys_that_only_its_owner_can_read(home: Callable[[], Home]) -> None:
    path = home().path
    assert oct(path.stat().st_mode & 0o777) == "0o700"
    assert {name: oct((path / name).stat().st_mode & 0o777) for name in KEYS} == dict.fromkeys(KEYS, "0o600")


def test_the_keys_stay_the_same_from_start_to_start(home: Callable[[], Home]) -> None:
    first, again = home(), home()
    assert again.secret_key() == first.secret_key()
    assert again.signing_key().public_key() == first.signing_key().public_key()
    assert again.fernet().decrypt(first.fernet().encrypt(b"hush")) == b"hush"


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    one, other = (open_home({"TOCSIN_HOME": str(tmp_path / name)}) for name in ("one", "other"))
    assert one.secret_key() != other.secret_key()
    assert one.signing_key().public_key() != other.signing_key().public_key()


@pytest.mark.parametrize("lost", KEYS)
def test_data_without_one_of_its_keys_is_not_opened_and_no_new_key_is_made(home: Callable[[], Home], lost: str) -> None:
    path = home().path
    (path / lost).unlink()
    with pytest.raises(Unusable, match=rf"{lost} is missing"):
        home()
    assert not (path / lost).exists()


def test_a_start_that_was_cut_short_before_there_was_data_is_completed(home: Callable[[], Home]) -> None:
    path = home().path
    secret = (path / "secret.key").read_bytes()
    (path / "keys.made").unlink()
    (path / "signing.key").unlink()
    assert home().signing_key()
    assert (path / "secret.key").read_bytes() == secret


def test_a_cipher_key_can_be_replaced_without_losing_what_the_old_one_hid(home: Callable[[], Home], tmp_path: Path) -> None:
    hidden = home().fernet().encrypt(b"hush")
    fresh = open_home({"TOCSIN_HOME": str(tmp_path / "fresh")}).path / "fernet.key"
    old = home().path / "fernet.key"
    old.write_bytes(fresh.read_bytes() + b"\n" + old.read_bytes())
    assert home().fernet().decrypt(hidden) == b"hush"


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unusable, match=r"^The data folder .*/file/home cannot be used: Not a directory\.$"):
        open_home({"TOCSIN_HOME": str(tmp_path / "file" / "home")})


def test_what_the_environment_does_not_say_has_a_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    home = open_home({})
    assert (home.path, home.bind, home.base_url, home.database_url) == (tmp_path / "var", "127.0.0.1:8000", "http://127.0.0.1:8000", "")


def test_a_folder_whose_data_were_moved_is_not_served_and_says_where_they_are(home: Callable[[], Home]) -> None:
    moved = home()
    moved.mark_moved("postgresql://ana:secret@db.example.org:5433/tocsin", datetime(2026, 3, 4, tzinfo=UTC))
    with pytest.raises(Unusable, match=r"were moved to postgresql://db\.example\.org:5433/tocsin: set TOCSIN_DATABASE_URL"):
        home()
    environ = {"TOCSIN_HOME": str(moved.path), "TOCSIN_DATABASE_URL": "postgresql://db.example.org/tocsin"}
    assert open_home(environ).signing_key().private_bytes_raw() == moved.signing_key().private_bytes_raw()
