"""A database belongs to the keys that it was set up with, and says which of a folder's are not those."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tocsin.accounts import installation
from tocsin.accounts.models import Installation
from tocsin.kit.home import Home, Unusable, open_home

pytestmark = pytest.mark.django_db


def home(folder: Path) -> Home:
    return open_home({"TOCSIN_HOME": str(folder)})


@pytest.mark.row("F-37")
@pytest.mark.parametrize("name", ["secret", "fernet", "signing"])
def test_a_host_with_another_key_is_refused_and_told_which(tmp_path: Path, name: str) -> None:
    first, second = home(tmp_path / "first"), home(tmp_path / "second")
    installation.belong(first)
    installation.belong(first)
    for key in {"secret", "fernet", "signing"} - {name}:
        (second.path / f"{key}.key").write_bytes((first.path / f"{key}.key").read_bytes())
    with pytest.raises(Unusable, match=f"^{name}.key in {second.path} is not what this database was set up with: copy"):
        installation.belong(second)


@pytest.mark.row("F-37")
def test_a_key_that_was_added_before_the_old_one_is_no_other(tmp_path: Path) -> None:
    first = home(tmp_path / "first")
    installation.belong(first)
    keys = first.path / "fernet.key"
    keys.write_bytes(Fernet.generate_key() + b"\n" + keys.read_bytes())
    known = Installation.objects.get()
    installation.belong(home(tmp_path / "first"))
    assert Installation.objects.get() == known
    keys.write_bytes(keys.read_bytes().splitlines()[0])
    with pytest.raises(Unusable, match=r"^fernet\.key in "):
        installation.belong(home(tmp_path / "first"))
