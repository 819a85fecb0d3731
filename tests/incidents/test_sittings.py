"""A sitting of the desk: many turns, one transaction, and no more statements for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.incidents.cast import Cast, settle
from tocsin.engine import terms as t
from tocsin.incidents import desk, doctor, ticker
from tocsin.incidents.models import Breach, Entry, Heartbeat, Incident, Notice, Refusal
from tocsin.kit import clock


def statements(act: Callable[[], object]) -> int:
    """Return how many statements `act` gives to the database."""
    seen: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        act()
    return len(seen)


def fall_due(cast: Cast, count: int) -> list[Incident]:
    """Let so many incidents fall due with the server up."""
    incidents = [cast.declare() for _ in range(count)]
    settle()
    clock.shift(timedelta(minutes=31))
    Heartbeat.objects.update(at=clock.now())
    return incidents


def test_twenty_incidents_that_are_due_cost_less_than_twice_the_statements_of_one(cast: Cast) -> None:
    fall_due(cast, 1)
    one = statements(ticker.run_once)
    fall_due(cast, 20)
    assert statements(ticker.run_once) < 2 * one
    assert Breach.objects.count() == 21


@pytest.mark.row("I3", "F-13")
def test_a_poisoned_incident_among_many_parks_itself_alone(cast: Cast) -> None:
    incidents = fall_due(cast, 3)
    key = {"clock": "look", "generation": 1, "occurrence": 1, "threshold": "due"}
    Breach.objects.create(organisation=cast.organisation, incident=incidents[1], seq=1, **key)
    ticker.run_once()
    faults = [Incident.objects.get(pk=incident.pk).fault.partition(":")[0] for incident in incidents]
    assert faults == ["", "IntegrityError", ""]
    assert [Entry.objects.filter(incident=incident, type="ClockBreached").count() for incident in incidents] == [1, 0, 1]
    assert all(doctor.examine(incident.pk) == () for incident in incidents)


def test_turns_of_one_incident_in_one_sitting_see_each_other(cast: Cast) -> None:
    with desk.sit() as sitting:
        declared = sitting.declare(cast.organisation.id, cast.plan.hash, desk.Declaration(words="silent"), actor=cast.ana)
        assert isinstance(declared, desk.Done)
        noted = sitting.handle(declared.incident, t.Note(words="looked"), actor=cast.ana)
        another = sitting.declare(cast.organisation.id, cast.plan.hash, desk.Declaration(words="again"), actor=cast.ana)
    assert isinstance(noted, desk.Done)
    assert noted.first == declared.seq + 1
    assert isinstance(another, desk.Done)
    assert (declared.number, another.number) == ("INC-1", "INC-2")
    assert doctor.examine(declared.incident) == ()
    assert [notice.incident_id for notice in Notice.objects.order_by("seq")] == [declared.incident, another.incident]


def test_what_is_refused_in_a_sitting_takes_no_number_and_leaves_no_incident(cast: Cast) -> None:
    with desk.sit() as sitting:
        said = desk.Declaration(words="silent", facts={"nobody_asked": True})
        refused = sitting.declare(cast.organisation.id, cast.plan.hash, said, actor=cast.ana)
        declared = sitting.declare(cast.organisation.id, cast.plan.hash, desk.Declaration(words="silent"), actor=cast.ana)
    assert isinstance(refused, t.Refused)
    assert isinstance(declared, desk.Done)
    assert declared.number == "INC-1"
    assert not Refusal.objects.exists()


def test_a_sitting_that_ends_in_a_fault_leaves_nothing(cast: Cast) -> None:
    incident = cast.declare()
    before = Entry.objects.count(), Notice.objects.count()

    def note_and_fail() -> None:
        with desk.sit() as sitting:
            sitting.handle(incident.pk, t.Note(words="looked"), actor=cast.ana)
            raise KeyError

    with pytest.raises(KeyError):
        note_and_fail()
    assert (Entry.objects.count(), Notice.objects.count()) == before
