"""A roster kept here: whoever stands in it is on duty in what begins, and takes over what runs on (REG-03)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.incidents.cast import SMALL, Cast, wait
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.incidents import doctor, plans, standing
from tocsin.incidents.models import Incident, RoleRow, TimelineRow
from tocsin.kit import clock

ROSTER = """
resources:
  nights:
    cite: S 9
    title: {en: Nights}
    owner: lead
    fields: {person: {type: person}, begins: {type: time}, ends: {type: time}}
"""
HOURS = timedelta(hours=1)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The technician is whoever stands in the roster; Tom is on record for it as long as there is none."""
    source = SMALL.replace('version: "1.0"', 'version: "2.0"').replace("{person: tech}", "{schedule: nights}") + ROSTER
    plan, findings = plans.load(cast.organisation.id, source, "small.yaml", cast.ana.person)
    assert plan is not None, findings
    plans.publish(plan)
    return replace(cast, plan=plan)


@pytest.fixture
def record(cast: Cast) -> Incident:
    standing.keep(cast.organisation.id)
    (found,) = standing.records(cast.organisation.id)
    return found


def shift(cast: Cast, record: Incident, person: t.Actor, begins: int, ends: int) -> None:
    times = {"begins": clock.now() + begins * HOURS, "ends": clock.now() + ends * HOURS}
    cast.done(record, t.Enter(record="nights", fields={"person": person.person, **{name: at.isoformat() for name, at in times.items()}}))


def technician(incident: Incident) -> str:
    return RoleRow.objects.get(incident=incident, role="tech").person


@pytest.mark.row("REG-03")
def test_whoever_is_on_duty_has_the_role_in_what_begins_and_hands_it_to_the_next_shift(cast: Cast, record: Incident) -> None:
    assert technician(cast.declare()) == cast.tom.person, "nobody has entered a shift"
    shift(cast, record, cast.cleo, 0, 8)
    shift(cast, record, cast.dov, 8, 16)
    incident = cast.declare()
    assert technician(incident) == cast.cleo.person
    wait(8 * HOURS)
    standing.keep(cast.organisation.id)
    assert technician(incident) == technician(record) == cast.dov.person
    turned = TimelineRow.objects.get(incident=incident, kind="DutyTurned")
    assert (turned.data["before"], turned.data["person"]) == (cast.cleo.person, cast.dov.person)
    assert Delivery.objects.filter(recipient=cast.dov.person, subject__contains=f"{incident.number}").exists()
    wait(9 * HOURS)
    standing.keep(cast.organisation.id)
    assert technician(incident) == cast.ana.person, "the roster has run out: it falls to whoever commands"
    assert list(doctor.examine_all()) == []


@pytest.mark.row("REG-03")
def test_what_somebody_took_in_an_incident_stays_with_them_when_their_shift_ends(cast: Cast, record: Incident) -> None:
    shift(cast, record, cast.cleo, 0, 8)
    incident = cast.declare()
    cast.done(incident, t.Assign(role="tech", person=cast.tom.person))
    cast.done(incident, t.Accept(role="tech"), actor=cast.tom)
    shift(cast, record, cast.dov, 8, 16)
    wait(8 * HOURS)
    standing.keep(cast.organisation.id)
    assert technician(incident) == cast.tom.person
    assert not Delivery.objects.filter(recipient=cast.dov.person, subject__contains=f"{incident.number}").exists()


def test_a_drill_keeps_its_people_over_the_change_of_shifts(cast: Cast, record: Incident) -> None:
    shift(cast, record, cast.cleo, 0, 8)
    incident = cast.declare(drill=True)
    wait(9 * HOURS)
    standing.keep(cast.organisation.id)
    assert technician(incident) == cast.cleo.person
