"""What the tests of the kit share."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tocsin.kit import database
from tocsin.kit.home import Home
from tocsin.kit.sqlite.base import DatabaseWrapper


@pytest.fixture
def own(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    """A connection as the product opens it, to an empty database of the test's own."""
    settings = {**deepcopy(connections["default"].settings_dict), **database.settings(Home(tmp_path, "", "", ""))}
    with django_db_blocker.unblock():
        wrapper = DatabaseWrapper(settings, alias="own")
        connections["own"] = wrapper
        wrapper.cursor().execute("CREATE TABLE t (x INTEGER)")
        yield wrapper
        wrapper.close()
        del connections["own"]
