"""A roster in a register of shifts: whoever stands in it has the role from the change of shifts on."""

from datetime import UTC, datetime

import pytest

from tests.engine.test_standing import KEEPER, Record
from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due

ROSTER = """
resources:
  nights:
    cite: O 7
    title: {en: Nights}
    owner: keeper
    fields: {person: {type: person}, begins: {type: time}, ends: {type: time}, remark: {optional: true}}
readiness:
  manned: {cite: O 8, title: {en: Manned}, owes: keeper, ensure: {covered: nights}, from: always, late: []}
"""
ROLES = """
  keeper: {cite: O 2, title: {en: Keeper}, held_by: {person: keeper}}
  guard: {cite: O 2, title: {en: Guard}, held_by: {schedule: nights}}
"""


def hour(hours: float) -> datetime:
    return datetime(2026, 3, 1, 8 + int(hours), int(hours % 1 * 60), tzinfo=UTC)


@pytest.fixture
def record() -> Record:
    """Nobody but the directory says yet who is the guard: Ida."""
    begun = Record(ROSTER, ROLES)
    begun.do(t.ReadDirectory(seats={"keeper": "eva", "clerk": "jan", "guard": "ida"}), t.Actor(t.SYSTEM))
    return begun


def shift(record: Record, person: str, begins: float, ends: float, **more: str) -> None:
    fields = {"person": person, "begins": hour(begins).isoformat(), "ends": hour(ends).isoformat()}
    assert record.do(t.Enter(record="nights", fields=fields, **more), KEEPER) is None


def turned(record: Record) -> list[tuple[datetime, str, str]]:
    return [(event.at, event.before, event.person) for event in record.events if isinstance(event, t.DutyTurned)]


@pytest.mark.row("REG-03")
def test_who_stands_in_the_roster_takes_the_role_at_the_change_of_shifts(record):
    shift(record, "bo", 1, 3)
    shift(record, "cy", 3, 5)
    assert record.state.clocks["manned"].status == "breached", "Ida is not on duty, and Bo not yet"
    assert next_due(record.program, record.state) == hour(1)
    record.wait(hour(6))
    assert turned(record) == [(hour(0), "ida", ""), (hour(1), "", "bo"), (hour(3), "bo", "cy"), (hour(5), "cy", "")]


@pytest.mark.row("REG-03")
def test_nobody_is_on_duty_in_a_gap_and_that_is_late_at_once(record):
    shift(record, "bo", 0, 2)
    shift(record, "cy", 4, 6)
    record.wait(hour(1))
    assert record.state.clocks["manned"].status == "open"
    record.wait(hour(3))
    assert "guard" not in record.state.seats
    assert record.state.clocks["manned"].status == "breached"
    record.wait(hour(5))
    assert (record.state.seats["guard"], record.state.clocks["manned"].status) == ("cy", "open")


def test_a_shift_changed_while_it_runs_changes_who_is_on_duty(record):
    shift(record, "bo", 0, 8)
    record.wait(hour(1))
    shift(record, "cy", 1, 2)
    assert record.state.seats["guard"] == "cy", "who came last relieves"
    record.wait(hour(3))
    assert record.state.seats["guard"] == "bo"
    assert record.do(t.Enter(record="nights", entry="nights-1", fields={"person": "di"}), KEEPER) is None
    assert record.state.seats["guard"] == "di"


def test_the_same_person_in_two_shifts_is_no_change(record):
    shift(record, "bo", 0, 2)
    shift(record, "bo", 2, 4)
    record.wait(hour(3))
    assert turned(record) == [(hour(0), "ida", "bo")]


def test_the_directory_speaks_where_no_shift_is_entered_and_not_against_a_roster(record):
    assert record.state.seats["guard"] == "ida"
    shift(record, "bo", 0, 2)
    seats = {"keeper": "eva", "clerk": "jan", "guard": "ida"}
    assert record.do(t.ReadDirectory(seats=seats), t.Actor(t.SYSTEM)) is None
    assert record.state.seats["guard"] == "bo"
    assert record.do(t.Enter(record="nights", entry="nights-1", fields={"removed": hour(0).isoformat()}), KEEPER) is None
    assert record.do(t.ReadDirectory(seats=seats), t.Actor(t.SYSTEM)) is None
    assert record.state.seats["guard"] == "ida"


def test_no_person_says_who_is_on_duty_and_no_role_without_a_roster_changes(record):
    assert record.do(t.TurnDuty(seats={"guard": "bo"}), KEEPER).code == "E101"
    assert record.do(t.TurnDuty(seats={"keeper": "bo"}), t.Actor(t.SYSTEM)).code == "E103"
