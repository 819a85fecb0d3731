"""Mappings: what somebody writes so that a body of any form becomes alerts; wrong ones are refused at their place, greedy ones stopped."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ingest.test_follower import follow, organisation
from tests.world import World
from tocsin.ingest import feeds, log, mappings
from tocsin.ingest.log import Arrived
from tocsin.ingest.mapping import reading, text
from tocsin.ingest.mapping.expressions import Evaluator, Expression, TooMuch, compiled
from tocsin.ingest.models import Alert, RawBody

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def read(mapping: str, body: Any) -> list[Any]:
    return list(reading.alerts(text.read(mapping), body, NOON))


def places(mapping: str) -> list[tuple[int, int, str]]:
    return [(one.line, one.column, str(one.message)) for one in text.read(mapping).findings]


def find(expression: str, value: Any) -> Any:
    made = compiled(expression)
    assert isinstance(made, Expression), made
    return Evaluator().find(made, value)


@pytest.mark.parametrize(
    ("mapping", "line", "column", "words"),
    [
        ("key: id ||", 1, 11, "breaks off"),
        ("key: id\ntitle: a\n  .b.[c,\n  d!]", 4, 4, "not expected here: !"),
        ("key: id\n\n# a remark\ntitle: a $ b", 4, 10, "belongs to no expression"),
        ("key: nope(id)", 1, 6, "no function nope"),
        ("key: abs(id, id)", 1, 6, "abs is given 2 arguments and takes 1"),
        ("key: " + "(" * 1500, 1, 6, "nested deeper than 32"),
        ("key: " + "a | " * 900, 1, 2006, "at most 2000 characters"),
        ("key: [" + ",".join("a" * 250) + "]", 1, 6, "more than 200 parts"),
        ("key:", 1, 5, "is missing"),
        ("key: id\nkei: id", 2, 1, "no field kei"),
        ("key: id\nkey: id", 2, 1, "twice"),
        ("key: id\nfiring: a\nresolved: b", 3, 1, "not both"),
        ("title: id", 1, 1, "The field key is missing"),
        ("key: id\nwhatever", 2, 1, "a field, a colon and an expression"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(mapping, line, column, words):
    found = places(mapping)
    assert [(one[0], one[1]) for one in found] == [(line, column)]
    assert words in found[0][2]


def test_an_expression_goes_on_over_indented_lines():
    (alert,) = read("key: id\nannotations: {reason: why,\n  place: where}\n", {"id": 7, "why": "fire", "where": "north"})
    assert (alert.key, alert.annotations) == ("7", {"reason": "fire", "place": "north"})


@pytest.mark.parametrize(
    ("body", "keys"),
    [([{"id": 1}, {"id": 2}], ["1", "2"]), ({"id": 1}, ["1"]), ([], [])],
    ids=["a list", "one", "an empty list"],
)
def test_one_body_is_one_alert_or_a_list_of_them(body, keys):
    assert [alert.key for alert in read("key: id", body)] == keys


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-11-27T14:00:00+02:00", NOON),
        (1795780800, NOON),
        (1795780800000, NOON),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_iso_8601_or_a_number_since_1970(value, at):
    (alert,) = read("key: id\nstarts_at: at", {"id": 1, "at": value})
    assert alert.starts_at == at


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"id": 1, "at": "2026-11-27 12:00"}, "alert 1: starts_at finds '2026-11-27 12:00', which does not say its zone"),
        ({"id": 1, "at": "soon"}, "alert 1: starts_at finds 'soon', which is no time"),
        ({"id": 1, "at": 1e300}, "which is no time"),
        ({"id": 1, "at": "9999-12-31T23:59:59-05:00"}, "which is no time"),
        ({"at": None}, "alert 1: key finds nothing"),
        ({"id": 1, "on": "yes"}, "alert 1: firing finds 'yes', which is neither true nor false"),
        ({"id": 1, "words": 7}, "labels finds 7, which has no names and values"),
        ({"id": 1, "n": "x"}, "annotations: "),
    ],
)
def test_what_an_alert_cannot_be_made_of_is_said_with_its_field(body, reason):
    mapping = "key: id\nstarts_at: at\nfiring: on != `null` && on || `true`\nlabels: words\nannotations: n && {n: abs(n)}"
    with pytest.raises(ValueError, match=reason):
        read(mapping, body)


def test_an_end_without_words_keeps_those_of_its_beginning():
    (end,) = read("key: id\ntitle: name\nresolved: done", {"id": 1, "done": True})
    assert (end.firing, end.brief) == (False, True)


DOUBLED = "|".join(["[@, @]"] * 24)


@pytest.mark.row("F-22")
@pytest.mark.parametrize(
    "greedy",
    [
        DOUBLED,
        f"to_string({DOUBLED})",
        f"({DOUBLED}) == ({DOUBLED})",
        "join(big, list)",
        "replace(big, 'x', big)",
        "split(join('', [big, big]), 'x')",
        "list[].[@, @, @][] | [].[@, @, @][] | [].[@, @, @][]",
        "map(&[@, @, @, @], list) | map(&[@, @, @, @], @)",
        "list[*].[`[" + ",".join(["1"] * 400) + "]`]",
    ],
)
def test_an_expression_that_multiplies_is_stopped(greedy):
    with pytest.raises(TooMuch):
        find(greedy, {"big": "x" * 400_000, "list": [0] * 150_000})


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("trim(replace(subject, 'RESOLVED:', ''))", "Queue grows"),
        ("contains(lower(subject), 'resolved')", True),
        ("split(subject, ': ')[1]", "Queue grows"),
        ("upper(split(subject, '')[0])", "RESOLVED: QUEUE GROWS"),
        ("replace(subject, '', 'x')", "RESOLVED: Queue grows"),
    ],
)
def test_texts_are_taken_apart_without_regular_expressions(expression, found):
    assert find(expression, {"subject": "RESOLVED: Queue grows"}) == found


@pytest.mark.row("F-22")
@pytest.mark.parametrize("odd", ["ceil(to_number('inf'))", "abs('x')", "`1` < 'a'", 'sort(`[1, "a"]`)', "length(`1`)"])
def test_what_a_function_does_not_take_is_a_reason_and_no_crash(odd):
    with pytest.raises(ValueError, match=r"\w"):
        find(odd, {})


def test_thousands_of_alerts_fit_into_one_body():
    mapping = "each: alerts\nkey: id\ntitle: join(' ', [id, state])\nfiring: state == 'on'\nlabels: labels\nannotations: {a: a, b: b}"
    body = {"alerts": [{"id": str(n), "state": "on", "labels": {"a": "b"}, "a": "x" * 50} for n in range(5000)]}
    assert len(read(mapping, body)) == 5000


# ------------------------------------------------------------------ in use


@pytest.mark.django_db
def test_only_a_mapping_without_a_fault_goes_into_use(world: World):
    feed, _ = feeds.create(world.organisation, "generic", "Uptime", person=world.ana)
    assert mappings.save(feed, "key: id ||", 0, by=world.ana)
    assert mappings.latest(feed) is None
    assert mappings.save(feed, "key: id", 0, by=world.ana) == ()
    assert [(one.number, one.text, one.saved_by) for one in mappings.versions(feed)] == [(1, "key: id", world.ana)]


@pytest.mark.django_db
def test_of_two_who_write_on_the_same_version_the_second_is_told(world: World):
    feed, _ = feeds.create(world.organisation, "generic", "Uptime", person=world.ana)
    mappings.save(feed, "key: id", 0, by=world.ana)
    with pytest.raises(mappings.Stale):
        mappings.save(feed, "key: name", 0, by=world.bea)
    assert mappings.versions(feed)[0].text == "key: id"


@pytest.mark.django_db(transaction=True)
def test_a_body_is_read_by_the_mapping_of_its_key_and_two_senders_share_no_alert(world: World):
    where = organisation("Third")
    for name, written in (("Uptime", "key: id\ntitle: word"), ("Probe", "key: number\ntitle: word"), ("New", "")):
        feed, _ = feeds.create(where, "generic", name, person=world.ana)
        if written:
            mappings.save(feed, written, 0, by=world.ana)
        body = b'{"id": 1, "number": 1, "word": "%s"}' % name.encode()
        log.append([Arrived(where.id, "generic", feed.keys.get().key, NOON, body)])
    follow()
    assert sorted(Alert.objects.values_list("title", flat=True)) == ["Probe", "Uptime"]
    assert RawBody.objects.get(state=RawBody.State.PARKED).reason == "there is no mapping for this key yet"
