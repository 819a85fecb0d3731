"""The cast's programs."""

import pytest

from tests.api import client
from tests.api.client import Program
from tests.world import World


@pytest.fixture
def ana(world: World) -> Program:
    """Ana leads."""
    return client.of(world, world.ana)


@pytest.fixture
def chi(world: World) -> Program:
    """Chi is on call."""
    return client.of(world, world.chi, "member")


@pytest.fixture
def dov(world: World) -> Program:
    """Dov's program is of another organisation."""
    return client.of(world, world.dov, organisation=world.elsewhere)
