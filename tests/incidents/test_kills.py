"""Servers that are killed: nothing acknowledged is lost, nothing happens twice, and what was cut short is made good."""

import json
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from tests.incidents.cast import Cast, build, settle
from tests.warm import Process
from tocsin.engine import terms as t
from tocsin.incidents import doctor, journal, ticker
from tocsin.incidents.models import Breach, Entry, Incident
from tocsin.kit import clock as clocks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]

KILLED = -signal.SIGKILL
Times = Callable[[int, int], int]


class Mortals:
    """The process whose children die; see its module."""

    def __init__(self) -> None:
        self.process = Process.on_the_tests_database("tests.incidents.mortals")
        self.acked: list[str] = []

    def live(self, *lives: dict[str, Any]) -> list[int]:
        """Let children live all at once, and return how each ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(lives) + "\n")
        self.process.stdin.flush()
        ended: list[int] = []
        while len(ended) < len(lives):
            word, what = self.process.stdout.readline().split()
            if word == "acked":
                self.acked.append(what)
            else:
                ended.append(int(what))
        return ended


@pytest.fixture
def cast(morning: ModuleType) -> Cast:
    return build()


@pytest.fixture
def mortals(cast: Cast) -> Iterator[Mortals]:
    connection.close()
    running = Mortals()
    yield running
    running.process.communicate()


def life(cast: Cast, act: str, n: int, **more: Any) -> dict[str, Any]:
    return {"act": act, "n": n, "at": clocks.now().isoformat(), "actor": cast.ana.person, **more}


def check(mortals: Mortals) -> None:
    """Every acknowledged word stands in a journal, once; no journal, state or row is anything but whole."""
    words = Counter(event.words for event in events() if isinstance(event, t.Declared | t.Noted))
    assert set(mortals.acked) <= words.keys()
    assert set(words.values()) == {1}
    assert list(doctor.examine_all()) == []


def events() -> Iterator[t.AnyEvent]:
    for incident in Incident.objects.all():
        yield from (written.event for written in journal.read(incident))


@pytest.mark.row("I1", "I9", "F-2")
@pytest.mark.parametrize("act", ["declare", "note"])
def test_killed_at_every_step_of_a_command_what_was_acknowledged_is_there_and_asking_again_completes_it(
    act: str, mortals: Mortals, cast: Cast
) -> None:
    incident = str(cast.declare("declared").pk)
    connection.close()
    n, status = 0, KILLED
    while status == KILLED:
        n += 1
        (status,) = mortals.live(life(cast, act, n, incident=incident, dies_at=n))
    assert status == 0
    assert n > 15, "a command is more steps than that"
    check(mortals)

    for each in range(1, n):  # whoever got no answer asks again under the same key
        assert mortals.live(life(cast, act, each, incident=incident)) == [0]
    check(mortals)
    assert sorted(mortals.acked) == sorted({*mortals.acked, *(f"{act}d-{each}" for each in range(1, n))})
    numbers = [f"INC-{number}" for number in range(1, Incident.objects.count() + 1)]
    assert sorted(Incident.objects.values_list("number", flat=True)) == sorted(numbers)


@pytest.mark.row("I3", "I4", "F-2")
def test_killed_at_every_step_of_a_tick_each_clock_is_breached_once(mortals: Mortals, cast: Cast) -> None:
    n, status = 0, KILLED
    while status == KILLED:
        n += 1
        cast.declare(f"declared-{n}")
        connection.close()
        clocks.shift(timedelta(minutes=31))
        (status,) = mortals.live(life(cast, "tick", n, dies_at=n))
        Incident.objects.update(wake_at=None)  # what was cut short waits until the end, so that the next life has one tick as well
    assert n > 20, "a tick is more steps than that"
    Incident.objects.update(wake_at=F("next_due"))
    clocks.shift(ticker.LEASE)
    settle()
    check(mortals)
    breached = Counter(Entry.objects.filter(type="ClockBreached").values_list("incident", flat=True))
    assert len(breached) == n
    assert set(breached.values()) == {1}
    assert Breach.objects.filter(clock="look").count() == n


@pytest.mark.row("I1", "I3", "I9", "F-2")
def test_killed_at_random_while_several_threads_write_nothing_acknowledged_is_lost(mortals: Mortals, cast: Cast, times: Times) -> None:
    chance = random.Random(20261012)
    for n in range(times(8, 1_000)):
        assert mortals.live(life(cast, "restless", n, dies_at=chance.randint(150, 900))) == [KILLED]
        clocks.shift(timedelta(hours=1))
    assert len(mortals.acked) > 50
    check(mortals)
    breached = Counter(Entry.objects.filter(type="ClockBreached").values_list("incident", flat=True))
    assert max(breached.values()) == 1


@pytest.mark.row("F-13", "I3", "I4")
def test_eight_workers_race_for_the_same_clocks_and_each_is_breached_once(mortals: Mortals, cast: Cast) -> None:
    for number in range(30):
        cast.declare(f"line {number}")
    connection.close()
    clocks.shift(timedelta(minutes=31))
    assert mortals.live(*(life(cast, "race", n) for n in range(8))) == [0] * 8
    breached = Counter(Entry.objects.filter(type="ClockBreached").values_list("incident", flat=True))
    assert len(breached) == 30
    assert set(breached.values()) == {1}
    assert not Incident.objects.exclude(fault="").exists()
    assert list(doctor.examine_all()) == []
