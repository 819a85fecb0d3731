"""The search: the same alerts as reading them one by one would find, whatever is filed already, and never more work than a page is worth."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest import bodies
from tests.ingest.test_follower import arrive, follow, organisation, route
from tocsin.accounts.models import Organisation
from tocsin.ingest import filing, received, search
from tocsin.ingest.filing import Filing
from tocsin.ingest.matchers import parse
from tocsin.ingest.models import Alert, Filed, Match, Posting, RawBody
from tocsin.ingest.search import Place, Query, find
from tocsin.kit import bulk, clock, ids

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


def put(where: Organisation, number: int, *, firing: bool = True, raw: int = 0, **labels: str) -> Alert:
    at = bodies.NOON + number * MINUTE
    return Alert(
        organisation=where, source="alertmanager", fingerprint=f"f{number}", title=f"Alert {number}", labels=labels, annotations={},
        firing=firing, starts_at=at, first_received_at=at, last_received_at=at, turned_at=at, turn=1, received=1, duplicates=0,
        raw=raw or number,
    )  # fmt: skip


def file_all() -> None:
    one = Filing()
    while one.run_once():
        pass


def walk(query: Query, limit: int) -> list[str]:
    """Return what all pages find, in order."""
    found: list[str] = []
    after: Place | None = None
    while True:
        page = find(query, after, limit)
        found += [alert.fingerprint for alert in page.alerts]
        after = page.next
        if after is None:
            return found


LABELS = st.fixed_dictionaries({"region": st.sampled_from(["east", "west", ""]), "job": st.sampled_from(["a", "b"])})
QUERIES = st.sampled_from(
    ["", "region=east", "region=east,job=b", "region!=east", "job=~[ab]", "region=", "region=~e.*,job=a", "region=nowhere"]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(LABELS, st.booleans(), st.integers(1, 6)), max_size=12),
    QUERIES,
    st.lists(QUERIES.filter(bool), max_size=2),
    st.sampled_from([None, True, False]),
    st.integers(0, 7),
    st.integers(1, 5),
    st.sampled_from([search._CHUNKS, (1, 2)]),
)
def test_pages_find_what_reading_every_alert_finds(alerts, written, any_of, firing, upto, limit, chunks):
    where = Organisation.objects.create(slug=ids.new().hex, name="Hotline")
    Alert.objects.bulk_create(put(where, at, firing=up, raw=raw, **labels) for at, (labels, up, raw) in enumerate(alerts))
    Filed.objects.create(organisation=where)
    file_all()
    Filed.objects.filter(organisation=where).update(upto=upto, waiting=True)
    query = Query(where.id, firing, matchers=parse(written), any_of=tuple(map(parse, any_of)))
    everything = Alert.objects.filter(organisation=where).order_by("-raw", "-id")
    with pytest.MonkeyPatch.context() as few:
        few.setattr(search, "_CHUNKS", chunks)
        few.setattr(search, "_AMONG", 1 if len(chunks) == 2 else search._AMONG)
        assert walk(query, limit) == [alert.fingerprint for alert in everything if query.finds(alert)]


def test_what_has_turned_is_filed_anew_and_found_by_its_labels_before_and_after():
    where = organisation()
    query = Query(where.id, matchers=parse("region=north"))
    arrive(where, bodies.body())
    follow()
    assert [alert.fingerprint for alert in find(query).alerts] == ["a1"]
    file_all()
    assert [alert.fingerprint for alert in find(query).alerts] == ["a1"]
    arrive(where, bodies.body(bodies.entry(firing=False)), at=bodies.NOON + MINUTE)
    follow()
    assert find(query).alerts == []
    file_all()
    assert find(query).alerts == []
    assert Posting.objects.filter(firing=True).count() == 0
    assert not Filed.objects.get().waiting


def test_a_body_that_is_read_late_is_filed_all_the_same():
    where = organisation()
    arrive(where, bodies.body(bodies.entry("a1")), bodies.body(bodies.entry("a2")))
    follow()
    file_all()
    Alert.objects.filter(fingerprint="a1").delete()
    first = RawBody.objects.order_by("id").first()
    RawBody.objects.filter(pk=first.pk).update(state=RawBody.State.WAITING)
    follow()
    assert {alert.fingerprint for alert in find(Query(where.id, matchers=parse("region=north"))).alerts} == {"a1", "a2"}
    file_all()
    assert {alert.fingerprint for alert in find(Query(where.id, matchers=parse("region=north"))).alerts} == {"a1", "a2"}


@pytest.mark.row("I11")
def test_filing_sits_back_while_the_follower_is_behind_but_not_for_ever(monkeypatch):
    def filed() -> int:
        return Posting.objects.filter(label=filing.hashed("region", "north")).count()

    where, one, now = organisation(), Filing(), clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    arrive(where, bodies.body(bodies.entry("a1")))
    follow()
    one.run_once()
    assert filed() == 1
    arrive(where, bodies.body(bodies.entry("a2")))
    follow()
    arrive(where, bodies.body(bodies.entry("a3")))
    assert not one.run_once()
    assert filed() == 1, "a3 has waited since noon"
    assert {alert.fingerprint for alert in find(Query(where.id, matchers=parse("region=north"))).alerts} == {"a1", "a2"}
    now += filing.BEHIND_EVERY_S
    one.run_once()
    assert filed() == 2
    follow()
    assert one.run_once()
    assert filed() == 3, "nobody is behind any more"


@pytest.mark.row("I11")
def test_filing_sits_back_while_a_route_takes_its_turns_but_not_for_one_that_cannot():
    def filed() -> int:
        return Posting.objects.filter(label=filing.hashed("region", "north")).count()

    where, one = organisation(), Filing()
    one.run_once()
    route(where, region="north")
    for number in range(3):
        arrive(where, bodies.body(bodies.entry(f"a{number}")))
        follow()
    for _ in range(2):
        assert not one.run_once()
        assert filed() == 0, "its turns have waited since noon"
        Match.objects.filter(pk=Match.objects.filter(handled_at=None).earliest("id").pk).update(handled_at=clock.now())
    assert not one.run_once()
    assert one.run_once()
    assert filed() == 3, "nothing was taken since it looked last"


def test_words_source_and_time_narrow_it():
    where = organisation()
    for number in range(4):
        arrive(where, bodies.body(bodies.entry(f"a{number}", summary=f"Line {number}")), at=bodies.NOON + number * 20 * MINUTE)
    follow()
    assert walk(Query(where.id, words="LINE 2"), 5) == ["a2"]
    assert walk(Query(where.id, source="zabbix"), 5) == []
    assert walk(Query(where.id, since=bodies.NOON + 30 * MINUTE), 5) == ["a3", "a2"]
    assert walk(Query(where.id, until=bodies.NOON + 30 * MINUTE), 5) == ["a1", "a0"]


def test_what_came_lately_is_found_although_refused_bodies_of_long_ago_were_replayed_meanwhile():
    where, days_ago = organisation(), bodies.NOON - timedelta(days=20)
    arrive(where, bodies.body(bodies.entry("a0")), at=days_ago)
    arrive(where, bodies.body(bodies.entry("a1")))
    arrive(where, *[bodies.body(bodies.entry(f"r{number}", starts_at=days_ago)) for number in range(20)], at=days_ago, code="no")
    received.replay(where.id, [kept.name for kept in received.latest(where.id, received.REFUSED, 20)])
    arrive(where, bodies.body(bodies.entry("a2")), at=bodies.NOON + MINUTE)
    follow()
    assert walk(Query(where.id, since=bodies.NOON - MINUTE), 5) == ["a2", "a1"]


@pytest.mark.row("I8")
def test_another_organisations_alerts_are_not_found():
    here, there = organisation("Here"), organisation("There")
    arrive(there, bodies.body())
    follow()
    file_all()
    for written in ("", "region=north"):
        assert find(Query(here.id, matchers=parse(written))).alerts == []


def test_a_page_looks_at_so_many_and_says_where_to_go_on(monkeypatch):
    monkeypatch.setattr(search, "LOOKED_AT_MAX", 100)
    monkeypatch.setattr(search, "_CHUNKS", (100,))
    where = organisation()
    Alert.objects.bulk_create(put(where, number, instance=str(number)) for number in range(1, 301))
    page = find(Query(where.id, matchers=parse("instance=~^1$")))
    assert (page.alerts, page.looked_at, page.next is not None) == ([], 100, True)
    assert walk(Query(where.id, matchers=parse("instance=~^1$")), 50) == ["f1"]


@pytest.mark.parametrize("written", ["", "instance=17", "region=east,instance=17", "region=east"])
def test_a_page_does_the_same_work_among_many_as_among_few(written):
    looked, statements = [], []
    for size in (200, 4_000):
        where = organisation(f"O{size}")
        Alert.objects.bulk_create(
            (put(where, number, instance=str(number), region="east") for number in range(1, size + 1)), batch_size=500
        )
        Filed.objects.create(organisation=where)
        file_all()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            looked.append(find(Query(where.id, matchers=parse(written))).looked_at)
        statements.append(len(captured))
    assert looked[0] == looked[1]
    assert statements[0] == statements[1]


def test_one_of_several_is_found_by_its_own_label_however_far_back(monkeypatch):
    where = organisation()
    Alert.objects.bulk_create(put(where, number, host="a" if number < 3 else "b" if number < 5 else "c") for number in range(1, 200))
    Filed.objects.create(organisation=where)
    file_all()
    monkeypatch.setattr(search, "LOOKED_AT_MAX", 10)
    found = find(Query(where.id, any_of=(parse("host=a"), parse("host=b"))))
    assert [alert.fingerprint for alert in found.alerts] == ["f4", "f3", "f2", "f1"]


def test_groups_are_counted_over_everything_with_the_latest_of_each():
    where = organisation()
    Alert.objects.bulk_create(put(where, number, **({"host": "a"} if number % 3 else {})) for number in range(1, 100))
    grouped = search.group(Query(where.id), "host", 2)
    assert [(one.value, one.count, [alert.fingerprint for alert in one.latest]) for one in grouped.groups] == [
        ("a", 66, ["f98", "f97"]),
        ("", 33, ["f99", "f96"]),
    ]
    assert grouped.looked_at == 0, "it is all there is"


def test_what_another_process_has_just_filed_is_looked_at_again(monkeypatch):
    where = organisation()
    arrive(where, bodies.body(bodies.entry(), bodies.entry(key="a2")))
    follow()
    run, refused = bulk.run, []

    def once_refused(statements):
        if not refused:
            refused.append(True)
            raise IntegrityError("a posting like this is there")
        return run(statements)

    monkeypatch.setattr(bulk, "run", once_refused)
    file_all()
    assert refused
    assert not Filed.objects.get().waiting
    assert Posting.objects.count() == 2 * len(bodies.entry()["labels"])
