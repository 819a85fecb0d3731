"""A government changes the rules of a zone: what was due at a time of day there is due at that time still, and the record says so."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.incidents.cast import MORNING, Cast, wait
from tests.incidents.test_standing import clock_of, record  # noqa: F401 - a fixture
from tocsin.accounts.models import Person
from tocsin.engine import terms as t
from tocsin.incidents import doctor, journal, zone_rules
from tocsin.incidents.models import Incident, ZoneRules
from tocsin.ingest.models import Check
from tocsin.ingest.pings import checks
from tocsin.ingest.pings.schedule import Schedule
from tocsin.kit import clock, zones

WARSAW = "Europe/Warsaw"
HOUR = timedelta(hours=1)
NEW_YEAR = datetime(2026, 12, 31, 23, tzinfo=UTC)


def summer_all_year(edition: str = "1999a") -> None:
    """Remember an edition by which Poland does not turn its clocks back."""
    row = {"edition": edition, "since": MORNING, "offsets": [[MORNING.isoformat(), 7200]]}
    ZoneRules.objects.update_or_create(zone=WARSAW, defaults=row)


def moved(record: Incident) -> list[t.ClockMoved]:  # noqa: F811
    return [written.event for written in journal.read(record) if isinstance(written.event, t.ClockMoved)]


@pytest.mark.row("F-12")
def test_what_is_due_at_a_time_of_day_is_due_at_that_time_by_the_new_rules_and_each_shift_is_recorded_once(record: Incident) -> None:  # noqa: F811
    assert clock_of(record, "counted").due_at == NEW_YEAR
    summer_all_year()
    zone_rules.run_once()
    assert clock_of(record, "counted").due_at == NEW_YEAR + HOUR, "what was one o'clock then is an hour later now"
    events = moved(record)
    assert {event.reason for event in events} == {"zone_changed"}
    assert [event.due_at for event in events if event.clock == "counted"] == [NEW_YEAR + HOUR]

    zone_rules.run_once()
    summer_all_year()  # cut short before what it had learned was kept
    zone_rules.run_once()
    assert moved(record) == events
    assert ZoneRules.objects.get(zone=WARSAW).edition == zones.edition()
    wait(NEW_YEAR + HOUR - clock.now())
    assert clock_of(record, "counted").missed == 0
    assert list(doctor.examine_all()) == []


@pytest.mark.row("F-12")
def test_a_process_that_goes_by_an_earlier_edition_changes_nothing(record: Incident) -> None:  # noqa: F811
    summer_all_year("9999z")
    zone_rules.run_once()
    assert (moved(record), ZoneRules.objects.get(zone=WARSAW).edition) == ([], "9999z")


@pytest.mark.row("F-12")
def test_the_same_rules_under_another_name_move_nothing(record: Incident) -> None:  # noqa: F811
    zone_rules.run_once()
    ZoneRules.objects.update(edition="1999a")
    zone_rules.run_once()
    assert moved(record) == []
    assert not ZoneRules.objects.filter(edition="1999a").exists()


@pytest.mark.row("F-12")
def test_a_length_of_time_is_as_long_as_ever(cast: Cast) -> None:
    incident = cast.declare()
    ZoneRules.objects.create(zone="UTC", edition="1999a", since=MORNING, offsets=[[MORNING.isoformat(), 3600]])
    zone_rules.run_once()
    assert moved(incident) == []


@pytest.mark.row("F-12")
def test_a_check_by_the_clocks_of_a_zone_is_expected_by_the_new_rules(cast: Cast) -> None:
    by = Person.objects.get(name="Ana")
    check, _ = checks.create(cast.organisation, "Night backup", Schedule(timedelta(), None, "30 2 * * *", WARSAW), by=by)
    right = datetime(2026, 10, 13, 0, 30, tzinfo=UTC)
    Check.objects.filter(pk=check.pk).update(last_at=MORNING, due_at=right + HOUR)
    ZoneRules.objects.create(zone=WARSAW, edition="1999a", since=MORNING, offsets=[[MORNING.isoformat(), 3600]])
    zone_rules.run_once()
    assert Check.objects.get(pk=check.pk).due_at == right
