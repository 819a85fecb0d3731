"""The option `--soak`: what is repeated a sample of times in every run is repeated until it means something. `make soak` asks for it."""

from collections.abc import Callable

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="repeat kills, power cuts and the like thousands of times")
    parser.addoption("--soak-part", type=float, default=1.0, help="only this part of it, such as 0.05")


@pytest.fixture
def times(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """Give a function that returns how often to repeat something: a sample, or what a soak asks for."""

    def chosen(sample: int, soak: int) -> int:
        return max(sample, round(soak * pytestconfig.getoption("soak_part"))) if pytestconfig.getoption("soak") else sample

    return chosen
