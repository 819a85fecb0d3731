"""What every test may ask for."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

from tests import warm
from tests.comms.sinks import email, webhook
from tests.database import fresh_database
from tests.serving import Installed, Served, Template
from tocsin.ingest import carrying
from tocsin.kit import clock as clock_of_the_process

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may be done beside
settings.load_profile("unhurried")
warm.read_once()
pytest_plugins = ["tests.browser", "tests.alertmanager", "tests.world"]


@pytest.fixture(scope="session")
def django_db_keepdb(pytestconfig: pytest.Config) -> bool:
    """Leave the tests' databases to the end of the cluster: a thread that still holds a connection would be in the way."""
    return pytestconfig.getoption("database") == "postgresql"


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """Let time be time again, and empty the spool of the tests' own database, as that is emptied after each test."""
    yield
    clock_of_the_process.reset()
    if (folder := carrying.folder()) is not None:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clock() -> ModuleType:
    """Give the process's clock, to freeze and shift; it runs as ever afterwards."""
    return clock_of_the_process


@pytest.fixture
def database_url() -> Iterator[str]:
    """Give the address of an empty database for a process of its own; on SQLite it is empty, and the home says the rest."""
    with fresh_database() as url:
        yield url


@pytest.fixture
def served(tmp_path: Path, database_url: str) -> Iterator[Served]:
    """Give an installation that has not been started: `served.start()`, or `served.setup()` before."""
    installation = Served(tmp_path / "home", database_url)
    yield installation
    installation.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """Set up the sample organisation once; setting up takes seconds, a copy of it none."""
    with fresh_database() as url:
        installation = Served(tmp_path_factory.mktemp("template") / "home", url)
        yield Template(installation, installation.setup())


@pytest.fixture
def installed(template: Template, tmp_path: Path) -> Iterator[Installed]:
    """Give an installation with the sample organisation, not yet started: `installed.served.start()`."""
    with fresh_database(template.served.database_url) as url:
        copy = template.copy(tmp_path / "home", url)
        yield copy
        copy.served.close()


@pytest.fixture
def mail_sink() -> Iterator[email.Sink]:
    """Give a mail server that accepts, until its `behaviour` is changed."""
    with email.Sink() as sink:
        yield sink


@pytest.fixture
def web_sink() -> Iterator[webhook.Sink]:
    """Give a webhook's receiver that accepts, until its `behaviour` is changed."""
    with webhook.Sink() as sink:
        yield sink
