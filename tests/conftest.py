"""What every test may ask for. Whatever touches the machine (browser, servers, sinks) has a module of its own beside this one."""

from collections.abc import Iterator
from types import ModuleType

import pytest

from tocsin.kit import clock as clock_of_the_process


@pytest.fixture
def clock() -> Iterator[ModuleType]:
    """Give the process's clock, to freeze and shift; it runs as ever afterwards."""
    yield clock_of_the_process
    clock_of_the_process.reset()
