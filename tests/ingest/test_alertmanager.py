"""What the Alertmanager source makes of payloads that no recording holds."""

import msgspec
import pytest

from tests.ingest import bodies
from tocsin.ingest.sources import Alert, Arrival
from tocsin.ingest.sources.alertmanager import SOURCE


def read(body: bytes) -> list[Alert]:
    return list(SOURCE.parse(msgspec.json.decode(body, type=SOURCE.payload), Arrival(bodies.NOON)))


def test_a_sender_that_leaves_the_fingerprint_out_is_known_by_its_labels():
    def keys(*labels: dict[str, str]) -> list[str]:
        entries = [{**bodies.entry(labels=one), "fingerprint": ""} for one in labels]
        return [alert.key for alert in read(bodies.body(*entries))]

    same, other, turned = keys({"a": "1", "b": "2"}, {"a": "1", "b": "3"}, {"b": "2", "a": "1"})
    assert same == turned
    assert same != other


def test_an_alert_without_a_summary_goes_by_its_name_and_without_that_by_its_key():
    named = bodies.entry(summary="")
    nameless = bodies.entry(key="k7", summary="", labels={"job": "x"})
    assert [alert.title for alert in read(bodies.body(named, nameless))] == ["HotlineQueue", "k7"]


def test_an_end_in_the_year_one_is_no_end():
    unknown = {**bodies.entry(firing=False), "endsAt": bodies.ZERO}
    assert [alert.ends_at for alert in read(bodies.body(unknown))] == [None]


@pytest.mark.parametrize(
    "spoilt",
    [{"status": "burning"}, {"labels": ["a"]}, {"labels": {"a": 1}}, {"startsAt": "yesterday"}, {"startsAt": "2026-03-04T12:00:00"}],
    ids=["status", "labels", "label", "time", "zone"],
)
def test_what_is_no_alert_does_not_decode(spoilt):
    with pytest.raises(msgspec.ValidationError):
        read(bodies.body({**bodies.entry(), **spoilt}))
