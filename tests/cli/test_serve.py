"""One command serves everything, says where, and says in one sentence why it cannot."""

import re
import shutil
import socket
from pathlib import Path

import httpx
import pytest

from tests.serving import Installed, Served
from tocsin.kit.home import open_home

pytestmark = pytest.mark.kill


def test_the_first_start_prints_a_set_up_link_and_the_second_where_it_serves(served: Served):
    served.start()
    link = next(line for line in served.lines if "/setup/" in line)
    numbers = httpx.get(f"{served.url}/metrics", trust_env=False).text
    told = [line.rstrip(".") for line in served.lines if line.startswith(("Running ", "Reading in", "Declaring in"))]
    running = [name for line in told for name in line.partition(": " if ": " in line else " ")[2].split(", ")]
    assert {"ticker", "delivery", "follower", "declaring", "outcomes"} <= {name.partition("-")[0] for name in running}
    assert [name for name in running if f'tocsin_loop_age_seconds{{loop="{name}"}}' not in numbers] == []
    secret = re.search(r"/setup/([0-9a-f]{40})", link)[1]
    assert httpx.get(f"{served.url}/setup/{secret}", trust_env=False).status_code == 200
    assert served.stop() == 0
    answer = served.setup("Горячая линия", sample=False)
    served.lines.clear()
    served.start()
    assert served.lines[-1] == f"Serving {served.url}"
    assert httpx.get(f"{served.url}/setup/{secret}", trust_env=False).status_code == 410
    assert httpx.get(answer["sign_in_link"], trust_env=False).status_code == 200


def test_an_occupied_port_is_said_in_one_sentence(served: Served):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(served.bind.rpartition(":")[2])))
        taken.listen()
        answer = served.run("serve", check=False)
    assert answer.returncode == 1
    assert answer.stderr == f"Error: Tocsin cannot listen on {served.bind}: Address already in use. Set TOCSIN_BIND to another.\n"


def test_a_second_server_on_the_same_data_is_refused(installed: Installed):
    served = installed.served.start()
    answer = served.run("serve", check=False)
    assert answer.returncode == 1
    assert answer.stderr == f"Error: Another Tocsin already serves the data in {served.home}.\n"


def test_data_without_its_keys_is_not_served(installed: Installed):
    served = installed.served
    (served.home / "signing.key").unlink()
    answer = served.run("serve", check=False)
    assert answer.returncode == 1
    assert "signing.key is missing" in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.row("F-37")
def test_data_is_not_served_under_a_key_of_another_installation(installed: Installed, tmp_path: Path):
    other = open_home({"TOCSIN_HOME": str(tmp_path / "other")})
    shutil.copy(other.path / "signing.key", installed.served.home / "signing.key")
    answer = installed.served.run("serve", check=False)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert f"signing.key in {installed.served.home} is not what this database was set up with" in answer.stderr


def test_a_folder_that_cannot_be_is_said_in_one_sentence(served: Served):
    shutil.rmtree(served.home, ignore_errors=True)
    served.home.write_text("a file")
    answer = served.run("serve", check=False)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert f"The data folder {served.home} cannot be used" in answer.stderr


def test_unattended_set_up_prints_one_object_whose_keys_open_what_they_should(installed: Installed):
    served = installed.served.start()
    page = httpx.get(installed.sign_in_link, trust_env=False).text
    assert "ana@example.org" in page
    posted = httpx.post(f"{served.url}/in/alertmanager/{installed.ingest_key}", json={"version": "4", "alerts": []}, trust_env=False)
    assert posted.status_code in {200, 202}
    assert httpx.post(f"{served.url}/in/alertmanager/ingest_{'0' * 40}", json={}, trust_env=False).status_code == 403
    with httpx.stream(
        "GET", f"{served.url}/api/v1/stream", headers={"authorization": f"Bearer {installed.api_key}"}, trust_env=False
    ) as stream:
        assert (stream.status_code, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    again = served.run("setup", "--organisation", "X", "--email", "x@example.org", "--language", "en", check=False)
    assert (again.returncode, again.stdout) == (1, "")
    assert "set up already" in again.stderr


def test_a_server_with_listeners_stops_when_asked(installed: Installed):
    served = installed.served.start()
    with httpx.stream(
        "GET", f"{served.url}/api/v1/stream", headers={"authorization": f"Bearer {installed.api_key}"}, trust_env=False
    ) as stream:
        assert next(stream.iter_lines()).startswith("retry: ")
        assert served.stop() == 0
    assert served.lines[-1] == f"Serving {served.url}"


@pytest.mark.postgresql
def test_a_database_that_is_not_there_is_said_as_the_server_says_it(served: Served):
    served.database_url += "_elsewhere"
    answer = served.run("web", check=False)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "The PostgreSQL database cannot be used: " in answer.stderr
    assert "does not exist" in answer.stderr


def test_pages_and_clocks_run_apart_on_postgresql_only(installed: Installed):
    served = installed.served
    if served.database_url:
        served.start("web")
        assert served.lines[-1] == f"Serving {served.url}"
        assert 'tocsin_loop_age_seconds{loop="ticker"}' not in httpx.get(f"{served.url}/metrics", trust_env=False).text
        served.stop()
        served.environ["TOCSIN_HEALTH"] = served.bind
        served.start("worker")
        assert served.lines[-1] == "Working."
        assert 'tocsin_loop_age_seconds{loop="ticker"}' in httpx.get(f"{served.url}/metrics", trust_env=False).text
        answers = {path: httpx.get(f"{served.url}{path}", trust_env=False).status_code for path in ("/healthz", "/readyz", "/sign-in")}
        assert answers == {"/healthz": 200, "/readyz": 200, "/sign-in": 404}
        assert served.stop() == 0
        return
    for command in ("web", "worker"):
        answer = served.run(command, check=False)
        assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
        assert "needs PostgreSQL" in answer.stderr
