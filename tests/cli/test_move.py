"""One command moves an embedded installation to PostgreSQL: everything or nothing, the same to the last byte, and the source stays."""

import hashlib
import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest

from tests import postgres
from tests.ingest import bodies
from tests.serving import Installed, Served, eventually
from tocsin.cli.move import Sum
from tocsin.ingest import carrying
from tocsin.ingest.log import Arrived
from tocsin.kit.spool import Spool

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    """Give a cluster of the module's own."""
    made = postgres.start()
    yield made
    made.stop()


@pytest.fixture
def target(cluster: postgres.Cluster) -> str:
    """Give the address of an empty database."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS tocsin WITH (FORCE)")
        connection.execute("CREATE DATABASE tocsin")
    return cluster.url()


def live(installed: Installed, target: str) -> None:
    """Let something happen: an incident with a note, an alert, something for the outbox. As long as it runs, nothing is moved."""
    served = installed.served.start()
    headers = {"Authorization": f"Bearer {installed.api_key}"}
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=headers, trust_env=False, timeout=60) as api:
        incident = api.post("/incidents", json={"words": "Горячая линия молчит"}).json()["incident"]
        assert api.post(f"/incidents/{incident}/commands", json={"command": "note", "words": "电话没有声音"}).is_success
        alarm = bodies.body(bodies.entry("a1", summary="Kolejka – za długa"))
        assert httpx.post(f"{served.url}/in/alertmanager/{installed.ingest_key}", content=alarm, trust_env=False).status_code == 202
        eventually(lambda: api.get("/alerts").json()["items"])
    refused = served.run("move", "--to", target, check=False)
    assert (refused.returncode, "already serves the data" in refused.stderr) == (1, True)
    assert served.stop() == 0


def prints(folder: Path) -> dict[str, str]:
    """Return what lies in a folder, without what SQLite lays beside its file, empty, for whoever only reads."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".sqlite3-shm", ".lock"} and path.stat().st_size]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def held(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('incidents_incident') IS NOT NULL").fetchone()
        return connection.execute("SELECT count(*) FROM incidents_incident").fetchone()[0] if found and found[0] else 0


def kill_while_it_copies(served: Served, url: str) -> None:
    """Start a move and end it as a power cut would, within the transaction that empties the tables and copies into them."""
    with psycopg.connect(url, autocommit=True) as watcher:
        process = served._launch("move", "--to", url, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        emptied = "SELECT 1 FROM pg_locks WHERE relation = to_regclass('django_session') AND mode = 'AccessExclusiveLock'"
        eventually(lambda: watcher.execute(emptied).fetchone(), within_s=120)
        process.kill()
        process.wait()


def test_a_number_of_json_is_the_same_however_a_database_spells_it() -> None:
    assert Sum().plus(({"a": [1e22, -0.0, 0.1]},)) == Sum().plus(({"a": [10**22, 0, 0.1]},))
    assert Sum().plus(({"a": 1},)) != Sum().plus(({"a": "1"},))
    assert Sum().plus(({"a": 0.1},)) != Sum().plus(({"a": 0.10000000000000002},))


@pytest.mark.postgresql
def test_what_is_on_postgresql_already_is_not_moved(installed: Installed) -> None:
    answer = installed.served.run("move", "--to", "postgresql:///elsewhere", check=False)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "is on PostgreSQL already" in answer.stderr


@pytest.mark.sqlite
@pytest.mark.row("F-4")
def test_an_installation_is_moved_whole_or_not_at_all_and_stays_where_it_was(installed: Installed, target: str) -> None:
    served = installed.served
    live(installed, target)
    before = prints(served.home)
    kill_while_it_copies(served, target)
    assert held(target) == 0, "all of it or nothing"
    assert prints(served.home) == before

    done = served.run("move", "--to", target)
    assert "records with" in done.stdout
    assert done.stderr == ""
    assert json.loads((served.home / "moved.json").read_text())["to"] == target.replace("tocsin@", "")
    after = prints(served.home)
    assert {name: after[name] for name in before} == before
    assert Served(served.home, target).run("doctor").stdout == "Every incident is as its journal says.\n"
    with psycopg.connect(target) as there:
        texts = {text for (text,) in there.execute("SELECT text FROM incidents_seal").fetchall()}
        assert {"Горячая линия молчит", "电话没有声音"} <= texts
        assert there.execute("SELECT title FROM ingest_alert").fetchall() == [("Kolejka – za długa",)]
        (taken,) = there.execute("SELECT nextval(pg_get_serial_sequence('ingest_rawbody', 'id'))").fetchone() or (0,)
        assert taken == 2, "the next row gets a number that is free"

    moved_again(served, target, "are the same there")  # as if it had been killed between the commit and the mark
    with psycopg.connect(target) as there:
        there.execute("UPDATE ingest_alert SET title = 'Somebody worked there'")
    moved_again(served, target, "has been served there since. ingest_alert differs: 1 rows here, 1 there.")
    with psycopg.connect(target) as there:
        there.execute("UPDATE accounts_installation SET signing = 'of another'")
    moved_again(served, target, "There is another installation in that database; make an empty one.")


@pytest.mark.sqlite
@pytest.mark.row("I1")
def test_what_was_acknowledged_and_is_not_in_the_log_yet_is_moved_too(installed: Installed, target: str) -> None:
    served = installed.served
    with closing(sqlite3.connect(served.home / "tocsin.sqlite3")) as here:
        (whose,) = here.execute("SELECT id FROM accounts_organisation").fetchone()
    lane = Spool(served.home / "tocsin.sqlite3-spool", lambda: 0)
    lane.append(carrying.records([Arrived(UUID(whose), "alertmanager", UUID(int=1), bodies.NOON, b"{}")]))
    lane.close()
    served.run("move", "--to", target)
    with psycopg.connect(target) as there:
        assert there.execute("SELECT body FROM ingest_rawbody").fetchall() == [(b"{}",)]


def moved_again(served: Served, target: str, says: str) -> None:
    """Take the mark away, move once more, and see what is said."""
    (served.home / "moved.json").unlink(missing_ok=True)
    answer = served.run("move", "--to", target, check=False)
    assert says in answer.stdout + answer.stderr
    assert (served.home / "moved.json").exists() == (answer.returncode == 0)
