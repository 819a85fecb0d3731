"""Silences and maintenance windows: shown with what they hold back, made by people, ended by people or by time."""

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from tests.ingest import bodies
from tests.web.test_alerts import alert, get
from tests.world import World
from tocsin.accounts.models import AuditEntry, Person
from tocsin.ingest.routing.models import MaintenanceWindow, Silence
from tocsin.kit import ids

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def post(world: World, who: Person, page: str, **body: str) -> Any:
    return world.browse(who).post(f"/o/{world.organisation.slug}/alerts/{page}", body)


def look(world: World, page: str, who: Person | None = None) -> str:
    return world.browse(who or world.bea).get(f"/o/{world.organisation.slug}/alerts/{page}").content.decode()


def test_a_preview_shows_what_fires_and_what_did_and_keeps_nothing(world: World, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON)
    alert(world, title="Line east", turned_at=bodies.NOON - HOUR)
    alert(world, fingerprint="f2", title="Line old", firing=False, ends_at=bodies.NOON - HOUR, turned_at=bodies.NOON - HOUR)
    alert(world, fingerprint="f3", title="Line west", labels={"region": "west"})
    page = post(world, world.bea, "silences", match="region=east", preview="1").content.decode()
    assert "Now: 1" in page
    assert "In the last 7 days: 2" in page
    assert "Line west" not in page
    assert not Silence.objects.exists()


def test_a_member_silences_with_a_reason_and_another_lifts_it(world: World, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON)
    alert(world)
    assert post(world, world.bea, "silences", match="region=east", lasts="4h").status_code == 409, "why?"
    assert post(world, world.bea, "silences", match="region=east", lasts="4h", comment="Planned work").status_code == 303
    made = Silence.objects.get()
    assert (made.matchers, made.ends_at, made.person) == ("region=east", bodies.NOON + 4 * HOUR, world.bea.id)
    assert "holds back 1" in look(world, "silences")
    assert "Silenced" in get(world, world.chi, show="silenced").content.decode()
    clock.shift(HOUR)
    assert post(world, world.chi, f"silences/{ids.typed('sil', made.id)}/lifting").status_code == 303
    assert Silence.objects.get().ends_at == bodies.NOON + HOUR
    assert "lifted by Chi" in look(world, "silences"), "an ended silence is kept"
    assert "Nothing found" in get(world, world.chi, show="silenced").content.decode()


@pytest.mark.parametrize("wrong", [{"match": ""}, {"match": "x=~["}, {"until": "2020-01-01T00:00"}, {"lasts": "", "until": ""}])
def test_a_silence_that_cannot_be_is_refused(world: World, wrong: dict[str, str]) -> None:
    body = {"match": "region=east", "lasts": "1h", "comment": "x"} | wrong
    assert post(world, world.bea, "silences", **body).status_code == 409
    assert not Silence.objects.exists()


def test_until_when_counts_before_for_how_long(world: World, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON)
    until = f"{bodies.NOON + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert post(world, world.bea, "silences", match="region=east", lasts="1h", comment="Cable work", until=until).status_code == 303
    made = Silence.objects.get()
    assert made.ends_at - made.starts_at > timedelta(days=1)


def test_an_editor_plans_maintenance_by_the_clocks_of_a_place(world: World, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON)  # a Wednesday
    body = {
        "name": "Billing",
        "match": "job=billing",
        "begins": "2026-03-08T02:00",
        "lasts": "120",
        "zone": "Europe/Warsaw",
        "repeats": "weekly",
    }
    assert post(world, world.bea, "windows", **body).status_code == 403
    assert post(world, world.ana, "windows", **body).status_code == 303
    made = MaintenanceWindow.objects.get()
    assert made.repeats == "FREQ=WEEKLY;BYDAY=SU"
    page = look(world, "windows")
    assert "Europe/Warsaw, every week, on that day" in page
    assert "8 Mar, 09:00 until 8 Mar, 11:00" in page, "Bea reads it in the zone of her organisation"
    assert post(world, world.ana, f"windows/{ids.typed('mnt', made.id)}/removal").status_code == 303
    assert "Billing" not in look(world, "windows")


def test_maintenance_that_is_sent_again_is_planned_once_until_it_is_removed(world: World, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON)
    body = {"name": "Billing", "match": "job=billing", "begins": "2026-03-08T02:00", "lasts": "120", "zone": "Europe/Warsaw"}
    for _ in range(2):
        assert post(world, world.ana, "windows", **body).status_code == 303
    made = MaintenanceWindow.objects.get()
    assert AuditEntry.objects.filter(act="window.planned").count() == 1
    assert post(world, world.ana, "windows", **body, repeats="weekly").status_code == 303
    assert post(world, world.ana, f"windows/{ids.typed('mnt', made.id)}/removal").status_code == 303
    assert post(world, world.ana, "windows", **body).status_code == 303
    assert MaintenanceWindow.objects.filter(removed_at=None).count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"lasts": "0"},
        {"zone": "Nowhere"},
        {"begins": "soon"},
        {"begins": "0001-01-01T00:00"},
        {"begins": "9999-12-31T23:59"},
        {"repeats": "own", "rrule": "FREQ=SECONDLY"},
        {"repeats": "", "rrule": "FREQ=SECONDLY"},
        {"begins": "2026-03-01T02:00"},
        {"begins": "2026-03-01T02:00", "rrule": "FREQ=DAILY;COUNT=2"},
        {"name": ""},
    ],
)
def test_maintenance_that_cannot_be_is_refused(world: World, clock: ModuleType, wrong: dict[str, str]) -> None:
    clock.freeze(bodies.NOON)
    body = {"name": "Billing", "match": "job=billing", "begins": "2026-03-08T02:00", "lasts": "60", "zone": "UTC", "repeats": ""} | wrong
    assert post(world, world.ana, "windows", **body).status_code == 409
    assert not MaintenanceWindow.objects.exists()


@pytest.mark.row("I8")
def test_strangers_end_nothing(world: World) -> None:
    post(world, world.bea, "silences", match="region=east", lasts="4h", comment="Planned work")
    silence = ids.typed("sil", Silence.objects.get().id)
    assert world.browse(world.dov).post(f"/o/{world.elsewhere.slug}/alerts/silences/{silence}/lifting").status_code == 404
