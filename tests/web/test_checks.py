"""Checks that ping: made, expected otherwise and paused on their page, which says how each stands."""

from datetime import timedelta
from typing import Any

import pytest

from tests.ingest.test_follower import follow
from tests.world import World
from tocsin.accounts import keys
from tocsin.accounts.models import Key, Person
from tocsin.ingest import feeds
from tocsin.ingest.models import Alert, Check
from tocsin.ingest.pings import checks, listening
from tocsin.kit import clock, ids

pytestmark = pytest.mark.django_db

DAILY = {"name": "Night backup", "period": "1", "period_unit": "d", "cron": "", "zone": "UTC", "grace": "30", "grace_unit": "min"}


def post(world: World, who: Person, path: str = "/new", **form: str) -> Any:
    return world.browse(who).post(f"/o/hotline/sources/checks{path}", DAILY | form)


def make(world: World) -> tuple[Check, str]:
    assert post(world, world.ana).status_code == 200
    check = Check.objects.get()
    return check, f"/{ids.typed('fee', check.pk)}"


def test_a_check_is_made_with_an_address_that_is_shown_once(world: World) -> None:
    page = post(world, world.ana).content.decode()
    key = keys.find(keys.INGEST, page.split("/ping/")[1].split("<")[0])
    assert key is not None
    feed = feeds.of_key(key.id)
    assert feed is not None
    assert (feed.source, feed.check_up.period, feed.check_up.grace) == ("ping", timedelta(days=1), timedelta(minutes=30))


def test_a_check_follows_cron_in_a_zone(world: World) -> None:
    check, place = make(world)
    assert post(world, world.ana, f"{place}/change", cron="30 2 * * *", zone="Europe/Warsaw").status_code == 303
    check.refresh_from_db()
    assert (check.period, check.cron, check.zone) == (None, "30 2 * * *", "Europe/Warsaw")
    assert "30 2 * * *" in world.browse(world.ana).get(f"/o/hotline/sources/checks{place}").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"cron": "hourly"}, {"cron": "30 2 * * *", "zone": "Nowhere"}, {"period": "0"}, {"grace": "a"}, {"period": "9999"}, {"name": ""}],
)
def test_what_is_no_schedule_is_refused_and_what_was_typed_stays(world: World, wrong: dict[str, str]) -> None:
    answer = post(world, world.ana, **wrong)
    assert answer.status_code == 409
    assert all(f'value="{value}"' in answer.content.decode() for name, value in wrong.items() if value and name != "zone")
    assert not Check.objects.exists()


def test_a_check_says_how_it_stands(world: World) -> None:
    check, place = make(world)

    def stands(**how: Any) -> str:
        Check.objects.update(**how)
        return str(world.browse(world.bea).get("/o/hotline/sources/checks").content.decode())

    assert "no ping yet" in stands()
    assert "in time" in stands(last_at=clock.now())
    assert "overdue" in stands(overdue_since=clock.now())
    assert post(world, world.ana, f"{place}/pausing").status_code == 303
    assert "paused" in stands()
    assert post(world, world.ana, f"{place}/pausing").status_code == 303
    check.refresh_from_db()
    assert check.due_at is not None


def test_members_look_and_change_nothing(world: World) -> None:
    _, place = make(world)
    assert post(world, world.bea).status_code == 403
    assert post(world, world.bea, f"{place}/pausing").status_code == 403
    assert world.browse(world.dov).get(f"/o/hotline/sources/checks{place}").status_code == 404


def test_a_check_is_removed_and_the_alert_about_it_ends(world: World) -> None:
    _check, place = make(world)
    Check.objects.update(last_at=clock.now() - timedelta(days=3), due_at=clock.now() - timedelta(days=1))
    listening.Pulse().beat(clock.now())
    checks.run_once()
    follow()
    assert Alert.objects.get().firing, "it was missed"
    assert post(world, world.bea, f"{place}/removal").status_code == 403
    assert post(world, world.ana, f"{place}/removal").status_code == 303
    follow()
    assert not Alert.objects.get().firing
    assert not Key.objects.filter(revoked_at=None, kind=keys.INGEST).exists()
    assert "No check yet" in world.browse(world.bea).get("/o/hotline/sources/checks").content.decode()
    assert "Removed" in world.browse(world.bea).get(f"/o/hotline/sources/feeds{place}").content.decode(), "its pings stay"
    assert post(world, world.ana, f"{place}/removal").status_code == 404
    assert post(world, world.ana).status_code == 200, "the name is free again"
