"""From one address to Django's settings."""

from copy import deepcopy
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from django.db.utils import load_backend

from tocsin.kit import database
from tocsin.kit.home import Home, Unusable


def settings(url: str) -> dict[str, object]:
    return database.settings(Home(Path("/data"), url, "", ""))


def test_without_an_address_it_is_sqlite_in_the_data_folder() -> None:
    assert (settings("")["ENGINE"], settings("")["NAME"]) == ("tocsin.kit.sqlite", "/data/tocsin.sqlite3")


def test_an_address_of_postgresql_is_taken_apart() -> None:
    found = settings("postgresql://ana:s%40cret@db.example.org:5433/toc%20sin?sslmode=require")
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == ["toc sin", "ana", "s@cret", "db.example.org", "5433"]
    assert found["OPTIONS"]["sslmode"] == "require"  # type: ignore[index]


@pytest.mark.parametrize("url", ["postgresql://db:port/tocsin", "postgresql://ana:a#b@db/tocsin", "postgresql://[db/tocsin"])
def test_what_is_no_address_is_said_without_the_password(url: str) -> None:
    with pytest.raises(Unusable, match="no address of a database") as refused:
        settings(url)
    assert "a#b" not in str(refused.value)


def test_connections_are_pooled_and_checked_instead_of_kept_by_threads() -> None:
    found = settings("postgresql:///tocsin")
    assert found["CONN_MAX_AGE"] == 0
    assert found["CONN_HEALTH_CHECKS"] is True
    assert "pool" in found["OPTIONS"]  # type: ignore[operator]


@pytest.mark.row("F-18")
def test_either_side_notices_within_ten_seconds_that_the_other_is_gone() -> None:
    found = settings("postgresql://db.example.org/tocsin?connect_timeout=2")["OPTIONS"]
    assert [found[name] for name in ("connect_timeout", "tcp_user_timeout")] == ["2", "10000"]  # type: ignore[index]
    assert sum(int(found[name]) * times for name, times in (("keepalives_idle", 1), ("keepalives_interval", 3))) <= 10  # type: ignore[index]
    for setting in ("tcp_user_timeout=10s", "idle_in_transaction_session_timeout=10s", "tcp_keepalives_idle=4"):
        assert f"-c {setting}" in found["options"]  # type: ignore[index]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.row("I1")
def test_a_commit_waits_for_the_disk_whatever_the_server_says(database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(database_url, autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {operator.info.dbname} SET synchronous_commit = off")
    found = {**deepcopy(connections["default"].settings_dict), **database.settings(Home(tmp_path, database_url, "", ""))}
    found["OPTIONS"].pop("pool", None)
    own = load_backend(found["ENGINE"]).DatabaseWrapper(found, alias="own")
    with own.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] == "on"
    own.close()


@pytest.mark.parametrize("url", ["mysql://localhost/tocsin", "/var/lib/tocsin.db", "sqlite:///x"])
def test_any_other_database_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(Unusable, match=r"must be empty \(SQLite\) or begin with postgresql://"):
        settings(url)
