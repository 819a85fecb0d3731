"""A host whose clock is not the database's lets nothing fall due."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.incidents.cast import Cast, build
from tests.incidents.test_ticker import breaches
from tocsin.incidents import ticker
from tocsin.kit import astray, clock

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def fresh(monkeypatch):
    """Let no earlier look count."""
    monkeypatch.setattr(astray, "_looked_at", float("-inf"))


@pytest.mark.usefixtures("clock")
@pytest.mark.row("I5")
@pytest.mark.postgresql
@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["ahead", "behind"])
def test_an_hour_off_nothing_falls_due_until_the_clock_is_right(fresh, monkeypatch, by: timedelta) -> None:
    cast: Cast = build()
    incident = cast.declare()
    clock.shift(timedelta(minutes=31))
    true = clock.wall
    with monkeypatch.context() as wrong:
        wrong.setattr(clock, "wall", lambda: true() + by)
        with pytest.raises(astray.ClockAstray, match=r"^3\d\d\d s from the database's clock"):
            ticker.run_once()
        assert breaches(incident) == []
    ticker.run_once()
    assert len(breaches(incident)) == 1


def test_a_little_off_is_right_and_on_one_machine_there_is_one_clock(fresh, monkeypatch) -> None:
    true = clock.wall
    off = timedelta(seconds=5) if connection.vendor == "postgresql" else HOUR
    monkeypatch.setattr(clock, "wall", lambda: true() + off)
    assert astray.look() is False
