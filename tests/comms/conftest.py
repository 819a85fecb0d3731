"""An organisation, its orders, and a world whose clock stands still."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest

from tests.comms import sinks
from tocsin.accounts.models import Organisation
from tocsin.comms import delivery, setup
from tocsin.comms.models import Attempt
from tocsin.comms.outbox import Order
from tocsin.kit.egress import Egress

SINKS = {module.name: importlib.import_module(f"{sinks.__name__}.{module.name}").Sink for module in pkgutil.iter_modules(sinks.__path__)}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon(clock: ModuleType) -> ModuleType:
    """Stop the clock at noon."""
    clock.freeze(NOON)
    return clock


@pytest.fixture
def organisation(db: None) -> Organisation:
    """Return an organisation that lets its messages go to loopback."""
    made = Organisation.objects.create(slug="acme", name="Acme")
    assert setup.open_network(made, "127.0.0.1/32", None, "the sinks", by=None) == ()
    return made


@pytest.fixture
def order(organisation: Organisation) -> Callable[..., Order]:
    """Build an order with sensible values."""

    def build(**values: Any) -> Order:
        usual = {
            "organisation_id": organisation.id,
            "event_id": "evt_17",
            "about": "inc_1/msg_2",
            "channel": "email",
            "recipient": "per_ana",
            "address": "ana@example.org",
            "locale": "ru",
            "subject": "Сбой горячей линии",
            "body": "Звонки не проходят с 13:52.\n",
        }
        return Order(**{**usual, **values})

    return build


@pytest.fixture(params=sorted(SINKS))
def sink(request: pytest.FixtureRequest, organisation: Organisation) -> Iterator[Any]:
    """Give the server behind one channel, once for each channel that has one; the plan's channel `out` leads to it."""
    with SINKS[request.param]() as running:
        assert setup.configure(organisation, "out", request.param, running.fields, by=None) == ()
        yield running


def hasty(organisation_id: UUID) -> Egress:
    """Return the organisation's door with little patience, for providers that hang."""
    return replace(setup.door(organisation_id), deadline_s=0.3)


def wanted(about: str) -> bool:
    """Say that every message is still wanted."""
    return True


def deliver(door: Callable[[UUID], Egress] = setup.door) -> int:
    """Deliver all that is due now and return how many attempts it took."""
    before = Attempt.objects.count()
    while delivery.run_once(wanted, door=door):
        pass
    return Attempt.objects.count() - before
