"""The follower: what the log makes of alerts, on both databases."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.ingest import bodies
from tocsin.accounts.models import Organisation
from tocsin.incidents.models import Counter
from tocsin.ingest import alerts, follower, log
from tocsin.ingest.episodes import hear
from tocsin.ingest.follower import Follower
from tocsin.ingest.log import Arrived
from tocsin.ingest.matchers import Matcher, write
from tocsin.ingest.models import Alert, Episode, Match, RawBody, Rejected, Route
from tocsin.ingest.pace import Pace
from tocsin.ingest.repeats import Repeats
from tocsin.kit import bulk, ids

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


def organisation(name: str = "Hotline") -> Organisation:
    return Organisation.objects.create(slug=name.lower(), name=name)


def arrive(where: Organisation, *sent: bytes, at=bodies.NOON, code: str = "", source: str = "alertmanager") -> None:
    arrived = [Arrived(where.id, source, ids.new(), at, body, code, "because" if code else "") for body in sent]
    with transaction.atomic():
        log.append(arrived)


def follow() -> None:
    one = Follower()
    assert any(not one.run_once() for _ in range(100)), "there is no end to it"


def route(where: Organisation, **labels: str) -> Route:
    wanted = write(Matcher(name, "=", value) for name, value in labels.items())
    return Route.objects.create(organisation=where, name=str(sorted(labels.items())), rule={"wanted": wanted}, plan="hotline-outage")


def states() -> list[int]:
    return list(RawBody.objects.order_by("id").values_list("state", flat=True))


@pytest.mark.row("I2")
def test_the_same_body_twice_is_one_alert_counted_twice():
    where = organisation()
    arrive(where, bodies.body(), bodies.body())
    follow()
    arrive(where, bodies.body(), at=bodies.NOON + MINUTE)
    follow()
    alert = Alert.objects.get()
    assert (alert.received, alert.duplicates, alert.firing, alert.starts_at) == (3, 2, True, bodies.NOON)
    assert (alert.first_received_at, alert.last_received_at) == (bodies.NOON, bodies.NOON + MINUTE)
    assert states() == [RawBody.State.SETTLED] * 3


def test_a_resend_writes_only_that_it_came_and_one_in_other_words_brings_them():
    where = organisation()
    arrive(where, bodies.body(bodies.entry(), bodies.entry(key="a2")))
    follow()
    before = Alert.objects.values("title", "labels", "turned_at", "raw").get(fingerprint="a1")
    arrive(where, bodies.body(bodies.entry(), bodies.entry(key="a2", summary="Longer than ever")), at=bodies.NOON + MINUTE)
    with CaptureQueriesContext(connection) as asked:
        heard = [one for body in log.waiting(where.id, 10, 10**6)[0] for one in follower.read(body)]
        outcome = hear(alerts.known(where.id, {("alertmanager", "a1"), ("alertmanager", "a2")}), heard)
    assert len(asked) <= 3
    assert [one.alert.key for one in outcome.standings.values() if one.rewritten] == ["a2"]
    follow()
    assert Alert.objects.values("title", "labels", "turned_at", "raw").get(fingerprint="a1") == before
    assert dict(Alert.objects.values_list("fingerprint", "title"))["a2"] == "Longer than ever"
    assert set(Alert.objects.values_list("received", "duplicates", "last_received_at")) == {(2, 1, bodies.NOON + MINUTE)}


def test_a_resolve_and_a_new_beginning_make_two_episodes():
    where, later = organisation(), bodies.NOON + 60 * MINUTE
    for sent in (bodies.entry(), bodies.entry(firing=False), bodies.entry(starts_at=later)):
        arrive(where, bodies.body(sent))
        follow()
    alert = Alert.objects.get()
    assert (alert.firing, alert.starts_at, alert.ends_at, alert.received) == (True, later, None, 1)
    episode = Episode.objects.get()
    assert (episode.alert, episode.starts_at, episode.ends_at, episode.received) == (alert, bodies.NOON, bodies.NOON + 10 * MINUTE, 2)


def test_more_about_a_past_episode_is_added_to_it():
    where, later = organisation(), bodies.NOON + 60 * MINUTE
    for sent in (bodies.entry(), bodies.entry(starts_at=later), bodies.entry(firing=False)):
        arrive(where, bodies.body(sent))
        follow()
    assert Alert.objects.get().firing
    assert (Episode.objects.get().received, Episode.objects.get().ends_at) == (2, bodies.NOON + 10 * MINUTE)


def test_an_alert_keeps_its_words_and_labels():
    where = organisation()
    arrive(where, bodies.body(bodies.entry(summary="Очередь 队列", labels={"alertname": "Queue", "region": "север"})))
    follow()
    alert = Alert.objects.get()
    assert (alert.organisation, alert.source, alert.fingerprint) == (where, "alertmanager", "a1")
    assert (alert.title, alert.labels, alert.link) == (
        "Очередь 队列",
        {"alertname": "Queue", "region": "север"},
        "http://prometheus.example.net/graph",
    )


@pytest.mark.row("F-22")
def test_a_nul_is_shown_and_breaks_nothing():
    arrive(organisation(), bodies.body(bodies.entry(summary="a\0b", labels={"k\0": "v\0", "literally": "\\u0000"})))
    follow()
    alert = Alert.objects.get()
    assert (alert.title, alert.labels) == ("a�b", {"k�": "v�", "literally": "\\u0000"})


def test_a_link_that_a_browser_must_not_follow_is_not_kept():
    arrive(organisation(), bodies.body({**bodies.entry(), "generatorURL": "javascript:alert(1)"}))
    follow()
    assert Alert.objects.get().link == ""


def test_what_is_too_long_is_cut():
    arrive(organisation(), bodies.body(bodies.entry(summary="x" * 9000)))
    follow()
    assert len(Alert.objects.get().title) == 500


# ------------------------------------------------------------------ poison


@pytest.mark.row("F-23")
def test_a_poison_body_is_parked_with_its_reason_and_the_others_go_on():
    where = organisation()
    arrive(where, bodies.body(bodies.entry("a1")), b"poison", bodies.body(bodies.entry("a2")))
    follow()
    assert states() == [RawBody.State.SETTLED, RawBody.State.PARKED, RawBody.State.SETTLED]
    assert "malformed" in RawBody.objects.get(state=RawBody.State.PARKED).reason
    assert set(Alert.objects.values_list("fingerprint", flat=True)) == {"a1", "a2"}


@pytest.mark.row("F-23")
def test_one_in_a_hundred_is_poison_and_ninety_nine_are_settled():
    where = organisation()
    arrive(where, *[b"{}" if number % 100 == 42 else bodies.body(bodies.entry(f"a{number}")) for number in range(300)])
    follow()
    assert (Alert.objects.count(), RawBody.objects.filter(state=RawBody.State.PARKED).count()) == (297, 3)


@pytest.mark.row("F-23")
@pytest.mark.parametrize(
    "times",
    [
        {"startsAt": "0001-01-01T00:00:00+05:00"},
        {"startsAt": "9999-12-31T23:59:59-05:00"},
        {"status": "resolved", "endsAt": "9999-12-31T23:59:59-05:00"},
    ],
    ids=["begins before the first year", "begins after the last", "ends after the last"],
)
def test_a_time_that_no_database_keeps_parks_its_body_and_no_other(times):
    where = organisation()
    arrive(where, bodies.body(bodies.entry("odd") | times), bodies.body())
    follow()
    assert states() == [RawBody.State.PARKED, RawBody.State.SETTLED]
    assert "no time that can be kept" in RawBody.objects.get(state=RawBody.State.PARKED).reason
    assert set(Alert.objects.values_list("fingerprint", flat=True)) == {"a1"}


@pytest.mark.row("F-23")
def test_a_fault_in_the_log_of_one_organisation_keeps_no_other_waiting(monkeypatch):
    one, other = sorted([organisation("One"), organisation("Other")], key=lambda each: each.id)
    arrive(one, bodies.body())
    arrive(other, bodies.body())
    real = alerts.known

    def known(organisation_id, names):
        if organisation_id == one.id:
            raise OverflowError("a fault of ours")
        return real(organisation_id, names)

    monkeypatch.setattr(alerts, "known", known)
    with pytest.raises(ExceptionGroup):
        Follower().run_once()
    assert [alert.organisation for alert in Alert.objects.all()] == [other]


@pytest.mark.row("F-23")
def test_a_body_that_only_the_database_refuses_is_found_and_parked(monkeypatch):
    where, real = organisation(), bulk.run

    def refuse(statements):
        if any("cursed" in str(statement.values) for statement in statements):
            raise DataError("value out of range")
        return real(statements)

    monkeypatch.setattr(bulk, "run", refuse)
    arrived = [Arrived(where.id, "alertmanager", ids.new(), bodies.NOON, bodies.body(bodies.entry(key))) for key in ("a1", "cursed", "a3")]
    with transaction.atomic():
        real(
            bulk.insert(
                "ingest_rawbody", log._RAW, [(a.organisation_id, a.source, a.key_id, a.received_at, 0, "", a.size, a.body) for a in arrived]
            )
        )
    follow()
    assert states() == [RawBody.State.SETTLED, RawBody.State.PARKED, RawBody.State.SETTLED]
    assert RawBody.objects.get(state=RawBody.State.PARKED).reason == "DataError: value out of range"


def test_a_source_that_is_gone_parks_its_bodies():
    arrive(organisation(), bodies.body(), source="retired")
    follow()
    assert states() == [RawBody.State.PARKED]


# ------------------------------------------------------------------ crashes, order, fairness


@pytest.mark.row("F-1", "I1")
def test_a_crash_in_the_middle_of_a_turn_leaves_the_bodies_waiting(monkeypatch):
    where, real = organisation(), bulk.run
    arrive(where, bodies.body())

    class PowerCut(BaseException):
        pass

    def cut(statements):
        real(statements)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "run", cut)
        with pytest.raises(PowerCut):
            Follower().run_once()
    assert (states(), Alert.objects.count()) == ([RawBody.State.WAITING], 0)
    follow()
    assert (states(), Alert.objects.get().received) == ([RawBody.State.SETTLED], 1)


@pytest.mark.row("F-1")
def test_bodies_that_somebody_else_has_read_meanwhile_are_not_read_twice(monkeypatch):
    where, real = organisation(), follower.read
    arrive(where, bodies.body())

    def read_late(body):
        RawBody.objects.update(state=RawBody.State.SETTLED)
        return real(body)

    monkeypatch.setattr(follower, "read", read_late)
    follow()
    assert Alert.objects.count() == 0


@pytest.mark.row("I11", "I8")
def test_each_organisation_has_its_turn_while_one_storms(monkeypatch):
    storm, quiet = organisation("Storm"), organisation("Quiet")
    arrive(storm, *[bodies.body(bodies.entry(f"s{number}")) for number in range(follower.BODIES_MAX * 2)])
    arrive(quiet, bodies.body(bodies.entry("q1")))
    assert Follower().run_once()
    assert list(Alert.objects.filter(organisation=quiet).values_list("fingerprint", flat=True)) == ["q1"]
    assert 0 < Alert.objects.filter(organisation=storm).count() <= follower.BODIES_MAX
    follow()
    assert Alert.objects.filter(organisation=storm).count() == follower.BODIES_MAX * 2


def test_every_waiting_organisation_is_found_and_none_twice(monkeypatch):
    monkeypatch.setattr(follower, "ORGANISATIONS_MAX", 3)
    where = [organisation(f"O{number}") for number in range(8)]
    for one in where:
        arrive(one, bodies.body(), bodies.body())
    assert log.organisations(UUID(int=0), 100) == sorted(one.id for one in where)
    one = Follower()
    for _ in range(3):
        one.run_once()
    assert Alert.objects.count() == 8


@pytest.mark.row("I10")
def test_a_turn_is_bounded_in_bytes_but_never_stands_still():
    where = organisation()
    arrive(where, *[bodies.body(bodies.entry(f"a{number}")) for number in range(5)])
    own = Pace(1, 1 << 20)
    own.size = 2 * len(bodies.body())
    follower.settle(where.id, own, Repeats())
    assert Alert.objects.count() == 2
    own.size = 1
    follower.settle(where.id, own, Repeats())
    assert Alert.objects.count() == 3
    follow()
    assert Alert.objects.count() == 5


@pytest.mark.row("I8")
def test_the_same_fingerprint_in_another_organisation_is_another_alert():
    here, there = organisation("Here"), organisation("There")
    arrive(here, bodies.body())
    arrive(there, bodies.body(bodies.entry(firing=False)))
    follow()
    assert [(alert.organisation, alert.firing) for alert in Alert.objects.order_by("organisation")] == [(here, True), (there, False)]


# ------------------------------------------------------------------ routes


def test_a_route_wants_what_has_all_its_labels_once_per_turn():
    where = organisation()
    wanted = route(where, alertname="HotlineQueue", region="north")
    route(where, alertname="HotlineQueue", region="south")
    for sent in (bodies.entry(), bodies.entry(), bodies.entry(firing=False)):
        arrive(where, bodies.body(sent))
        follow()
    found = Match.objects.order_by("id").values_list("route", "turn", "firing", "starts_at")
    assert list(found) == [(wanted.id, 1, True, bodies.NOON), (wanted.id, 2, False, bodies.NOON)]


def test_a_route_without_labels_or_switched_off_wants_nothing():
    where = organisation()
    route(where)
    off = route(where, alertname="HotlineQueue")
    Route.objects.filter(pk=off.pk).update(enabled=False)
    arrive(where, bodies.body())
    follow()
    assert Match.objects.count() == 0


@pytest.mark.row("I8")
def test_a_route_of_another_organisation_never_sees_the_alert():
    here, there = organisation("Here"), organisation("There")
    route(there, alertname="HotlineQueue")
    arrive(here, bodies.body())
    follow()
    assert Match.objects.count() == 0


# ------------------------------------------------------------------ what was rejected


@pytest.mark.row("I10")
def test_only_the_newest_rejected_bodies_are_kept_and_cut():
    here, there = organisation("Here"), organisation("There")
    arrive(there, b"kept", code="not_understood")
    arrive(here, *[f"{number}".encode() * 40_000 for number in range(log.REJECTED_KEPT + 20)], code="not_understood")
    kept = Rejected.objects.filter(organisation=here).order_by("id")
    assert (kept.count(), bytes(kept[0].body)[:2], kept[0].length) == (log.REJECTED_KEPT, b"20", 80_000)
    assert max(len(row.body) for row in kept) == log.REJECTED_BYTES_MAX
    assert Rejected.objects.filter(organisation=there).count() == 1
    follow()
    assert RawBody.objects.count() == 0


def test_large_groups_go_in_a_statement_or_two():
    rows = [(ids.new(), "x")] * 5000
    assert len(list(bulk.insert("t", {"id": "uuid", "word": "text"}, rows))) <= 2


def test_whatever_their_number_all_rows_are_written_in_their_order():
    where = organisation()
    columns = {"organisation_id": "uuid", "name": "text", "value": "bigint"}
    for number in (1, bulk.AT_ONCE - 1, bulk.AT_ONCE, 2 * bulk.AT_ONCE + 1):
        rows = [(where.id, f"{number} {each}", each) for each in range(number)]
        with transaction.atomic():
            assert bulk.run(bulk.insert("incidents_counter", columns, rows)) == number
        assert [*Counter.objects.filter(name__startswith=f"{number} ").order_by("id").values_list("name", "value")] == [
            row[1:] for row in rows
        ]


@pytest.mark.row("F-13")
def test_whoever_stands_still_with_a_turn_loses_it_with_its_connection():
    where = organisation()
    with follower.turn(where.id) as mine:
        assert mine
        held = patience()
    assert (held, patience()) == (("10s", "0") if connection.vendor == "postgresql" else ("", ""))


def patience() -> str:
    """Return how long the server bears with this connection while it asks nothing; on SQLite there is no server."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_session_timeout")
        return str(cursor.fetchone()[0])
