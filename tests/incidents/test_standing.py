"""What an organisation owes between incidents is kept by the same desk, journal, ticker and rows as an incident, and is none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.incidents.cast import Cast, wait
from tocsin.accounts import people
from tocsin.accounts.models import Access, Membership
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.incidents import desk, doctor, plans, standing
from tocsin.incidents.dossier import contents
from tocsin.incidents.models import BoardRow, ClockRow, Entry, Incident, Plan, RegisterRow, Seal, TimelineRow
from tocsin.kit import clock, ids

HOUSE = Path(__file__).parent.joinpath("house.yaml").read_text("utf-8")


def put_in_force(cast: Cast, source: str = HOUSE) -> Plan:
    plan, findings = plans.load(cast.organisation.id, source, "house.yaml", cast.ana.person)
    assert plan is not None, findings
    plans.publish(plan)
    return plan


@pytest.fixture
def record(cast: Cast) -> Incident:
    """Tom is at the gate, Ana owns the organisation and so answers for what nobody holds."""
    put_in_force(cast)
    people.hold(cast.organisation, Membership.objects.get(person__name="Tom").person, "house", {"gate": 0}, by=None)
    standing.keep(cast.organisation.id)
    (found,) = standing.records(cast.organisation.id)
    return found


def clock_of(record: Incident, name: str) -> ClockRow:
    return ClockRow.objects.filter(incident=record, clock=name).latest("generation")


def entry(record: Incident, name: str) -> RegisterRow:
    return RegisterRow.objects.get(incident=record, entry=name)


@pytest.mark.row("CLK-12")
def test_the_record_begins_once_with_what_the_document_lists_and_is_no_incident(cast: Cast, record: Incident) -> None:
    standing.keep(cast.organisation.id)
    assert [each.pk for each in standing.records(cast.organisation.id)] == [record.pk]
    assert not BoardRow.objects.filter(incident=record).exists()
    assert cast.declare().number == "INC-1"
    assert entry(record, "lamps-gate").fields["name"] == "At the gate"
    assert clock_of(record, "looked_at[lamps-gate]").owner == cast.tom.person
    assert clock_of(record, "renewed[lamps-cellar]").owner == cast.ana.person
    assert clock_of(record, "counted").due_at == datetime(2026, 12, 31, 23, tzinfo=UTC)


@pytest.mark.row("CLK-12", "TL-60")
def test_the_ticker_reminds_breaches_and_marks_and_the_act_makes_it_good(cast: Cast, record: Incident) -> None:
    wait(timedelta(days=32))
    assert entry(record, "lamps-gate").marks == ["dark"]
    wait(timedelta(days=2))
    assert RegisterRow.objects.get(incident=record, record="lamps", entry="").marks == ["neglected"]
    look = t.Enter(record="looks", fields={"lamp": "At the gate", "seen": "burns"})
    cast.done(record, look, actor=cast.tom)
    gate = entry(record, "lamps-gate")
    assert gate.marks == []
    assert datetime.fromisoformat(gate.fields["looked"]) == clock.now()
    assert RegisterRow.objects.get(incident=record, record="lamps", entry="").marks == ["neglected"]
    cast.done(record, t.Enter(record="looks", fields={"lamp": "In the cellar", "seen": "burns"}), actor=cast.tom)
    assert RegisterRow.objects.get(incident=record, record="lamps", entry="").marks == []
    kinds = set(TimelineRow.objects.filter(incident=record).values_list("kind", flat=True))
    assert {"ClockReminded", "OccurrenceMissed", "EntryMarked", "ClockMet"} <= kinds


@pytest.mark.row("CLK-12")
def test_whoever_does_not_owe_it_is_refused_and_proof_is_asked_for(cast: Cast, record: Incident) -> None:
    assert cast.refused(record, t.Enter(record="looks", fields={"lamp": "gate", "seen": "burns"}), actor=cast.dov) == "E101"
    renew = t.Fulfil(obligation="renewed", entry="lamps-gate")
    assert cast.refused(record, renew, actor=cast.tom) == "E106"
    assert cast.refused(record, t.ReadDirectory(seats={}), actor=cast.ana) == "E101"


@pytest.mark.row("X-33")
def test_an_empty_slot_is_red_until_it_is_filled(cast: Cast, record: Incident) -> None:
    assert clock_of(record, "numbered[lamps-gate]").status == "breached"
    orders = Delivery.objects.filter(recipient=cast.tom.person)
    assert "[Дом] Просрочено: Numbered" in set(orders.values_list("subject", flat=True))
    assert all(f"/o/{cast.organisation.slug}/readiness#house" in body for body in orders.values_list("body", flat=True))
    cast.done(record, t.Enter(record="lamps", entry="lamps-gate", fields={"number": "1"}), actor=cast.tom)
    assert clock_of(record, "numbered[lamps-gate]").status == "open"
    assert clock_of(record, "numbered[lamps-cellar]").status == "breached"


@pytest.mark.row("TL-73")
def test_a_gap_in_a_roster_is_late_at_once_and_over_when_somebody_is_on_duty(cast: Cast, record: Incident) -> None:
    assert clock_of(record, "gate_manned").status == "open"
    person = Membership.objects.get(person__name="Tom").person
    people.hold(cast.organisation, person, "house", {}, by=None)
    standing.keep(cast.organisation.id)
    assert clock_of(record, "gate_manned").status == "breached"
    people.hold(cast.organisation, person, "house", {"gate": 0}, by=None)
    standing.keep(cast.organisation.id)
    assert clock_of(record, "gate_manned").status == "open"


@pytest.mark.row("TL-76")
def test_who_joins_later_is_a_newcomer_and_who_leaves_owes_nothing_more(cast: Cast, record: Incident) -> None:
    assert not ClockRow.objects.filter(incident=record, obligation="taught").exists()
    wait(timedelta(days=1))
    eve = people.create("eve@example.org", "Eve", "en")
    membership = Membership.objects.create(organisation=cast.organisation, person=eve, access=Access.MEMBER)
    standing.keep(cast.organisation.id)
    name = f"people-{ids.typed('per', eve.id)}"
    assert clock_of(record, f"taught[{name}]").due_at == clock.now() + timedelta(days=7)
    assert clock_of(record, f"read[{name}]").owner == ids.typed("per", eve.id)
    membership.delete()
    standing.keep(cast.organisation.id)
    assert clock_of(record, f"taught[{name}]").ended == "no_longer"
    assert not entry(record, name).open


@pytest.mark.row("CLK-12", "PLN-05")
def test_another_version_in_force_moves_the_record_and_keeps_what_is_in_it(cast: Cast, record: Incident) -> None:
    cast.done(record, t.Enter(record="lamps", entry="lamps-cellar", fields={"removed": clock.now().isoformat()}), actor=cast.tom)
    wait(timedelta(days=3))
    newer = HOUSE.replace('version: "1"', 'version: "2"').replace("every: 1mo", "every: 2w")
    newer = newer.replace("    items:\n", "    items:\n      - {id: roof, name: On the roof, owner: porter, renews: 1y}\n")
    plan = put_in_force(cast, newer)
    standing.keep(cast.organisation.id)
    record.refresh_from_db()
    assert record.plan_hash == plan.hash
    due = clock_of(record, "looked_at[lamps-gate]").due_at
    assert due is not None
    assert due - clock.now() == timedelta(days=14, hours=1), "at the same time of day, though the clocks go back in between"
    assert entry(record, "lamps-roof").open
    assert not entry(record, "lamps-cellar").open
    assert clock_of(record, f"read[people-{cast.dov.person}]").generation == 2


def test_a_plan_that_is_withdrawn_lets_its_record_rest_until_it_is_in_force_again(cast: Cast, record: Incident) -> None:
    plan = Plan.objects.get(plan_id="house")
    plans.withdraw(plan)
    standing.keep(cast.organisation.id)
    assert standing.records(cast.organisation.id) == []
    wait(timedelta(days=40))
    assert clock_of(record, "looked_at[lamps-gate]").missed == 0
    plans.publish(plan)
    standing.keep(cast.organisation.id)
    wait(timedelta(seconds=1))
    assert clock_of(record, "looked_at[lamps-gate]").missed == 1


@pytest.mark.row("CLK-07", "CLK-12")
def test_a_downtime_is_caught_up_with_once_for_each_duty(cast: Cast, record: Incident) -> None:
    Incident.objects.update(down_since=clock.now())
    clock.shift(timedelta(days=100))
    answer = desk.handle(record.pk, t.Tick(), actor=t.Actor(t.SYSTEM))
    assert isinstance(answer, desk.Done)
    missed = [event for event in answer.events if isinstance(event, t.OccurrenceMissed) and event.clock == "looked_at[lamps-gate]"]
    assert [(event.missed, event.after_downtime) for event in missed] == [(3, True)]


def test_the_record_is_sealed_verified_and_made_again_from_its_journal(cast: Cast, record: Incident) -> None:
    cast.done(record, t.Enter(record="lamps", entry="lamps-gate", fields={"number": "17"}), actor=cast.tom)
    RegisterRow.objects.filter(incident=record, entry="lamps-gate").update(marks=["forged"])
    (complaint,) = doctor.examine(record.pk, mend=True)
    assert complaint.mendable
    assert entry(record, "lamps-gate").marks == []
    assert doctor.examine(record.pk) == ()
    assert '"number":"17"' not in "".join(Entry.objects.filter(incident=record).values_list("body", flat=True))
    assert Seal.objects.filter(incident=record, text="17").exists()
    assert contents.find("house").pk == record.pk
