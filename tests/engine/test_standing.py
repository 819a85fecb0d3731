"""What is owed between incidents, under a small plan: registers, what they say of the time before, grids of the calendar, daylight saving."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest

from tests.engine.written import written
from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due
from tocsin.engine.decide import decide
from tocsin.engine.evolve import evolve
from tocsin.engine.program import Program

ROLES = """
  keeper: {cite: O 2, title: {en: Keeper}, held_by: {person: keeper}}
"""
BODY = """
records:
  looks: {cite: O 6, title: {en: Look}, of: lamps, fields: {lamp: {}, seen: {}}}
resources:
  lamps:
    cite: O 7
    title: {en: Lamps}
    owner: keeper
    fields: [name, owner, looked, renews, renewed]
    items: [{id: gate, name: gate, owner: keeper, renews: 6mo}, {id: roof, name: roof, owner: a neighbour, renews: 1y}]
readiness:
  looked_at: {cite: O 8, for_each: lamps, owes: keeper, record: looks, every: 1mo, from: entry.looked, late: [{mark: {entry: dark}}]}
  renewed:
    {cite: O 8, for_each: lamps, owes: entry.owner, do: {en: Renew}, every: {from: entry.renews}, from: entry.renewed, evidence: required, late: []}
  counted: {cite: O 9, title: {en: Counted}, owes: keeper, do: {en: Count}, every: 3mo, from: year_start, counted: fixed, late: []}
"""
KEEPER, CLERK = t.Actor("eva"), t.Actor("jan")


class Record:
    """A standing record under the small plan, begun in Warsaw on the first of March."""

    def __init__(self, body: str = BODY, roles: str = ROLES) -> None:
        program = written(body, roles).standing
        assert program is not None
        self.program: Program = program
        self.state = t.State()
        self.events: list[t.AnyEvent] = []
        self.at = datetime(2026, 3, 1, 8, tzinfo=UTC)
        seats = {"keeper": "eva", "clerk": "jan"}
        self.do(
            t.Declare(incident="s", number="small", plan="small", plan_hash="h", means="standing", words="", seats=seats), t.Actor(t.SYSTEM)
        )

    def do(self, command: t.Command, by: t.Actor = KEEPER) -> t.Refused | None:
        answer = decide(self.program, self.state, replace(command, by=by, at=self.at))
        if isinstance(answer, t.Refused):
            return answer
        self.state = reduce(evolve, answer, self.state)
        self.events += answer
        return None

    def wait(self, until: datetime) -> None:
        """Let time pass, with a tick whenever something falls due."""
        while (due := next_due(self.program, self.state)) is not None and due <= until:
            self.at = max(due, self.at)
            self.do(t.Tick(), t.Actor(t.SYSTEM))
        self.at = until

    def due(self, clock: str) -> datetime:
        found = self.state.clocks[clock].due_at
        assert found is not None
        return found


@pytest.mark.row("CLK-12")
def test_the_same_time_of_day_holds_over_the_change_of_the_clocks():
    record = Record()
    assert record.due("looked_at[lamps-gate]") == datetime(2026, 4, 1, 7, tzinfo=UTC)  # nine in the morning in March and in April
    record.at = datetime(2026, 3, 20, 8, tzinfo=UTC)
    assert record.do(t.Enter(record="looks", fields={"lamp": "gate", "seen": "burns"})) is None
    assert record.due("looked_at[lamps-gate]") == datetime(2026, 4, 20, 7, tzinfo=UTC)
    assert record.due("looked_at[lamps-roof]") == datetime(2026, 4, 1, 7, tzinfo=UTC)


@pytest.mark.row("CLK-12", "TL-62")
def test_what_was_neglected_for_years_is_late_once():
    record = Record()
    entry = t.Enter(record="lamps", entry="lamps-gate", fields={"renewed": "2019-05-10"})
    assert record.do(entry) is None
    record.wait(record.at + timedelta(hours=1))
    missed = [event for event in record.events if isinstance(event, t.OccurrenceMissed)]
    assert [(event.clock, event.missed) for event in missed] == [("renewed[lamps-gate]", 1)]
    assert record.due("renewed[lamps-gate]") == datetime(2026, 5, 9, 22, tzinfo=UTC)


@pytest.mark.row("TL-71")
def test_on_a_grid_of_the_calendar_each_act_is_for_its_own_period():
    record = Record()
    assert record.due("counted") == datetime(2026, 3, 31, 22, tzinfo=UTC)
    record.wait(datetime(2026, 4, 5, 8, tzinfo=UTC))
    assert record.state.clocks["counted"].behind == 1
    record.do(t.Fulfil(obligation="counted"))
    assert (record.state.clocks["counted"].behind, record.due("counted")) == (0, datetime(2026, 6, 30, 22, tzinfo=UTC))
    record.do(t.Fulfil(obligation="counted"))
    assert record.due("counted") == datetime(2026, 9, 30, 22, tzinfo=UTC)


@pytest.mark.row("TL-63")
def test_who_owes_it_follows_whom_the_entry_names_and_falls_to_the_owner_of_the_register():
    record = Record()
    assert record.state.clocks["renewed[lamps-roof]"].owes == "keeper"
    record.do(t.Enter(record="lamps", entry="lamps-roof", fields={"owner": "clerk"}))
    assert record.state.clocks["renewed[lamps-roof]"].owes == "clerk"
    renew = t.Fulfil(obligation="renewed", entry="lamps-roof", evidence=("bill",))
    assert record.do(renew, CLERK) is None


@pytest.mark.row("TL-60")
def test_a_mark_lasts_until_the_act_that_makes_it_good_and_goes_with_its_entry():
    record = Record()
    record.wait(datetime(2026, 4, 2, 8, tzinfo=UTC))
    assert set(record.state.marks) == {"lamps-gate", "lamps-roof"}
    record.do(t.Enter(record="looks", fields={"lamp": "gate", "seen": "burns"}))
    assert record.state.marks == {"lamps-roof": {"dark": ("looked_at[lamps-roof]",)}}
    record.do(t.Enter(record="lamps", entry="lamps-roof", fields={"removed": record.at.isoformat()}))
    assert record.state.marks == {}
    assert record.state.clocks["looked_at[lamps-roof]"].ended == "no_longer"


def test_a_record_that_speaks_of_nothing_known_is_refused():
    record = Record()
    refused = record.do(t.Enter(record="looks", fields={"lamp": "cellar", "seen": "burns"}))
    assert refused is not None
    assert refused.code == "E104"
    entry = t.Enter(record="lamps", entry="lamps-gate", fields={"renews": "now and then"})
    assert (refused := record.do(entry)) is not None
    assert refused.code == "E104"


def test_only_the_server_says_what_the_directory_says():
    refused = Record().do(t.ReadDirectory(seats={}))
    assert refused is not None
    assert refused.code == "E101"
