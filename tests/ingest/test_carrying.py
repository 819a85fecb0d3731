"""From the spool into the log: everything once, in its order, and before anybody judges by what has not come."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from tests.ingest import bodies
from tests.ingest.test_follower import follow, organisation
from tests.ingest.test_pings import HOURLY, passes
from tests.world import build
from tocsin.accounts.models import Organisation
from tocsin.incidents import declaring
from tocsin.ingest import carrying
from tocsin.ingest.log import Arrived
from tocsin.ingest.models import Alert, RawBody, Rejected, Route
from tocsin.ingest.pings import checks
from tocsin.ingest.writer import Spooled
from tocsin.kit import ids, spares, spool

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def folder() -> Path:
    found = carrying.folder()
    assert found is not None
    return found


@pytest.fixture
def lane(folder: Path) -> Iterator[Spooled]:
    made = Spooled(folder)
    yield made
    made.close()


def arrived(where: Organisation, body: bytes, **more: str) -> Arrived:
    return Arrived(where.id, "alertmanager", ids.new(), bodies.NOON, body, **more)


def stored() -> list[bytes]:
    return [bytes(body) for body in RawBody.objects.order_by("id").values_list("body", flat=True)]


@pytest.mark.row("I1")
def test_what_the_lane_wrote_is_carried_once_and_as_it_came(lane: Spooled) -> None:
    where = organisation()
    first = arrived(where, b"1")
    lane([first, arrived(where, b"2")])
    lane([arrived(where, b"no", code="not_understood", reason="it is no JSON")])
    carrying.carry_all()
    carrying.carry_all()
    lane([arrived(where, b"3")])
    carrying.carry_all()
    assert stored() == [b"1", b"2", b"3"]
    kept = RawBody.objects.earliest("id")
    assert (kept.organisation_id, kept.key, kept.received_at, kept.state) == (where.id, first.key_id, bodies.NOON, RawBody.State.WAITING)
    assert (Rejected.objects.get().code, bytes(Rejected.objects.get().body)) == ("not_understood", b"no")


@pytest.mark.row("I1")
def test_of_two_who_carry_the_same_one_does(lane: Spooled, folder: Path) -> None:
    where = organisation()
    lane([arrived(where, b"1")])
    begun = carrying.mark()
    _, reached = spool.read(folder, begun, 1000)
    carrying.carry()
    with pytest.raises(carrying.Overtaken):
        carrying._append([arrived(where, b"1")], begun, reached)
    assert stored() == [b"1"]


def test_a_large_group_is_carried_in_several_helpings(lane: Spooled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "BYTES_MAX", 100)
    where = organisation()
    lane([arrived(where, b"x" * 60) for _ in range(3)])
    assert carrying.carry()
    assert RawBody.objects.count() < 3
    carrying.carry_all()
    assert RawBody.objects.count() == 3


def test_files_that_were_carried_are_removed(lane: Spooled, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spares, "SEGMENT_BYTES", 100)
    monkeypatch.setattr(spares, "KEPT_MAX", 0)
    where = organisation()
    for _ in range(5):
        lane([arrived(where, b"x" * 60)])
        carrying.carry_all()
    assert spool.segments(folder) == [5]


def test_what_was_refused_of_an_organisation_that_is_gone_holds_nobody_up(lane: Spooled) -> None:
    where, gone = organisation(), Organisation(id=ids.new())
    lane([arrived(gone, b"no", code="not_understood", reason="it is no JSON"), arrived(where, b"1")])
    carrying.carry_all()
    assert (stored(), Rejected.objects.count()) == ([b"1"], 0)


def test_the_follower_reads_what_was_spooled_and_what_waited_in_the_log_before(lane: Spooled) -> None:
    where = organisation()
    with_an_older_release = bodies.body(bodies.entry("a1"))
    carrying.log.append([arrived(where, with_an_older_release)])
    lane([arrived(where, bodies.body(bodies.entry("a2")))])
    follow()
    assert set(Alert.objects.values_list("fingerprint", flat=True)) == {"a1", "a2"}


def test_a_ping_that_was_only_spooled_counts(lane: Spooled, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON)
    world = build()
    check, _ = checks.create(world.organisation, "Night backup", HOURLY, by=world.ana)
    key = check.feed.keys.get().key

    def ping() -> None:
        lane([Arrived(world.organisation.id, "ping", key, clock.now(), b'{"signal":"success"}')])

    ping()
    follow()
    clock.shift(timedelta(hours=1))
    ping()
    passes(clock, 20 * MINUTE)
    assert not Alert.objects.exists()
    passes(clock, 60 * MINUTE)
    assert Alert.objects.get().firing


def test_a_route_goes_by_time_only_as_far_as_everything_was_carried(lane: Spooled, clock: ModuleType) -> None:
    clock.freeze(bodies.NOON + timedelta(seconds=2))
    where = organisation()
    route = Route(organisation=where)
    assert declaring._horizon(route) == clock.now()
    lane([arrived(where, b"1")])
    assert declaring._horizon(route) == bodies.NOON
