"""What has just come is settled at once where nothing is in the way, and waits in the log as ever where something is."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError

from tests.ingest import bodies
from tests.ingest.test_carrying import arrived
from tests.ingest.test_follower import follow, organisation, states
from tocsin.accounts.models import Organisation
from tocsin.ingest import alerts, carrying, follower, log
from tocsin.ingest.follower import Follower
from tocsin.ingest.log import Arrived
from tocsin.ingest.models import Alert, RawBody, Rejected
from tocsin.ingest.writer import Spooled
from tocsin.kit import ids, spares, spool

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

SETTLED, PARKED = RawBody.State.SETTLED, RawBody.State.PARKED


def says(key: str, **more: str) -> bytes:
    return bodies.body(bodies.entry(key, **more))


@pytest.fixture
def where() -> Organisation:
    return organisation()


@pytest.fixture
def lane(where: Organisation) -> Iterator[Spooled]:
    """Give a lane of whose spool something was carried before."""
    folder = carrying.folder()
    assert folder is not None
    made = Spooled(folder)
    made([arrived(where, says("before"))])
    follow()
    yield made
    made.close()


def received() -> dict[str, int]:
    return dict(Alert.objects.values_list("fingerprint", "received"))


@pytest.mark.row("I1", "F-1")
def test_what_has_just_come_is_in_the_log_and_settled_in_one_transaction(lane: Spooled, where: Organisation, monkeypatch) -> None:
    monkeypatch.setattr(carrying, "carry_all", lambda: pytest.fail("it was laid by"))
    lane([arrived(where, says("a1")), arrived(where, says("a2"))])
    lane([arrived(where, says("a1"))])
    assert not Follower().run_once()
    assert received() == {"before": 1, "a1": 2, "a2": 1}
    assert (states(), carrying.oldest()) == ([SETTLED] * 4, None)
    positions = list(RawBody.objects.order_by("id").values_list("id", flat=True))
    assert [Alert.objects.get(fingerprint=key).raw for key in ("a1", "a2")] == positions[1:3]


def test_so_is_the_very_first_body_of_an_installation(where: Organisation, monkeypatch) -> None:
    folder = carrying.folder()
    assert folder is not None
    monkeypatch.setattr(carrying, "carry_all", lambda: pytest.fail("it was laid by"))
    first = Spooled(folder)
    first([arrived(where, says("a1"))])
    first.close()
    assert not Follower().run_once()
    assert (received(), states(), carrying.oldest()) == ({"a1": 1}, [SETTLED], None)


def test_what_comes_again_is_counted_at_once(lane: Spooled, where: Organisation) -> None:
    one = Follower()
    for _ in range(3):
        lane([arrived(where, says("a1"))])
        one.run_once()
    assert (received(), states()) == ({"before": 1, "a1": 3}, [SETTLED] * 4)


def test_files_that_were_read_are_removed(lane: Spooled, where: Organisation, monkeypatch) -> None:
    monkeypatch.setattr(spares, "SEGMENT_BYTES", 100)
    monkeypatch.setattr(spares, "KEPT_MAX", 0)
    for number in range(3):
        lane([arrived(where, says(f"a{number}"))])
        Follower().run_once()
    assert spool.segments(carrying.folder() or pytest.fail("there is a spool")) == [4]


@pytest.mark.row("F-23")
def test_a_body_that_cannot_be_read_is_parked_and_the_others_go_on(lane: Spooled, where: Organisation) -> None:
    lane([arrived(where, says("a1")), arrived(where, b"poison"), arrived(where, says("a2"))])
    follow()
    assert states() == [SETTLED, SETTLED, PARKED, SETTLED]
    assert set(received()) == {"before", "a1", "a2"}


@pytest.mark.row("F-23", "I8")
def test_a_fault_of_ours_keeps_no_other_organisation_waiting(lane: Spooled, where: Organisation, monkeypatch) -> None:
    lane([arrived(where, says("a1"))])
    other, known = organisation("Other"), alerts.known

    def faulty(organisation_id, names):
        if organisation_id == where.id:
            raise OverflowError("a fault of ours")
        return known(organisation_id, names)

    monkeypatch.setattr(alerts, "known", faulty)
    with pytest.raises(ExceptionGroup):
        Follower().run_once()
    lane([arrived(other, says("b1"))])
    with pytest.raises(ExceptionGroup):
        Follower().run_once()
    assert set(received()) == {"before", "b1"}


@pytest.mark.row("I8", "I11")
def test_what_two_organisations_sent_has_its_turns(lane: Spooled, where: Organisation) -> None:
    other = organisation("Other")
    lane([arrived(where, says("a1")), arrived(other, says("b1"))])
    follow()
    assert set(Alert.objects.values_list("organisation", "fingerprint")) == {(where.id, "before"), (where.id, "a1"), (other.id, "b1")}


def test_what_was_refused_is_kept_beside(lane: Spooled, where: Organisation) -> None:
    lane([arrived(where, says("a1")), arrived(where, b"no", code="not_understood", reason="it is no JSON")])
    follow()
    assert (set(received()), Rejected.objects.count()) == ({"before", "a1"}, 1)


def test_what_waits_in_the_log_goes_first(lane: Spooled, where: Organisation) -> None:
    log.append([arrived(where, says("a1", summary="First"))])
    lane([arrived(where, says("a1", summary="Then"))])
    follow()
    assert (Alert.objects.get(fingerprint="a1").title, received()["a1"]) == ("Then", 2)


@pytest.mark.parametrize("meanwhile", ["carried", "appended"])
@pytest.mark.row("I1")
def test_what_somebody_else_does_meanwhile_is_seen(lane: Spooled, where: Organisation, monkeypatch, meanwhile: str) -> None:
    """A check that is missed carries what has come, or puts something into the log itself."""
    lane([arrived(where, says("a1"))])
    real, done = alerts.known, []

    def known(*asked):
        if not done:
            done.append(carrying.carry_all() if meanwhile == "carried" else log.append([arrived(where, says("a0"))]))
        return real(*asked)

    monkeypatch.setattr(alerts, "known", known)
    follow()
    assert received() == {"before": 1, "a1": 1, **({"a0": 1} if meanwhile == "appended" else {})}
    assert states() == [SETTLED] * len(received())


@pytest.mark.row("I1", "F-1")
def test_a_crash_before_the_commit_leaves_it_in_the_spool(lane: Spooled, where: Organisation, monkeypatch) -> None:
    class PowerCut(BaseException):
        pass

    def cut(_: object) -> None:
        raise PowerCut

    lane([arrived(where, says("a1"))])
    with monkeypatch.context() as patch:
        patch.setattr(follower.checks, "hear", cut)
        with pytest.raises(PowerCut):
            Follower().run_once()
    assert (states(), carrying.oldest(), set(received())) == ([SETTLED], bodies.NOON, {"before"})
    follow()
    assert (states(), received()) == ([SETTLED] * 2, {"before": 1, "a1": 1})


def test_a_position_that_is_taken_is_refused(where: Organisation) -> None:
    one = Arrived(where.id, "alertmanager", ids.new(), bodies.NOON, says("a1"))
    log.append_settled([one], 7)
    with pytest.raises(IntegrityError):
        log.append_settled([one], 7)
