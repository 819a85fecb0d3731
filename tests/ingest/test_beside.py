"""What people do to an alert at the sender's side, beside beginning and ending it: through the log, into the alert and its history."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.ingest import posting, recordings
from tests.ingest.bodies import NOON
from tests.ingest.test_follower import follow, organisation
from tocsin.accounts.models import Organisation
from tocsin.ingest import filing, log, search
from tocsin.ingest.asking import Asking
from tocsin.ingest.doors import Call
from tocsin.ingest.keyring import Holder, Keyring
from tocsin.ingest.matchers import parse
from tocsin.ingest.models import Acknowledgement, Alert, Match, Remark, Route
from tocsin.ingest.sources import registry
from tocsin.kit import clock, ids

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = {"message": "Disk full", "alias": "disk", "tags": ["night"], "priority": "P3", "details": {"region": "north"}}
MINUTE = timedelta(minutes=1)


class Sender:
    """Calls Opsgenie's addresses; what it sends is read at once."""

    def __init__(self, where: Organisation) -> None:
        self.where, self.at = where, NOON

    def call(self, door: str, *, method: str = "POST", alias: str = "disk", query: dict[str, str] | None = None, **body: Any) -> str:
        """Let one call arrive, a minute after the last, and return its id."""
        call = Call(
            id=str(ids.new()), method=method, door=door, parts={"identifier": alias}, query=query or {}, body=json.dumps(body).encode()
        )
        kept = registry()["opsgenie"].gather(call)  # type: ignore[misc]
        self.at += MINUTE
        log.append([log.Arrived(self.where.id, "opsgenie", ids.new(), self.at, kept)])
        follow()
        return call.id

    def do(self, what: str, **more: Any) -> str:
        """Do something to the alert."""
        return self.call("/v2/alerts/{identifier}/" + what, **more)


@pytest.fixture
def sender() -> Sender:
    return Sender(organisation())


@pytest.fixture
def open_one(sender: Sender) -> Sender:
    sender.call("/v2/alerts", **CREATE)
    return sender


def remarks() -> list[tuple[str, str, str]]:
    return list(Remark.objects.order_by("at").values_list("deed", "by", "words"))


def test_what_is_done_to_an_alert_changes_what_it_says_and_stands_in_its_history(open_one):
    open_one.do("tags", tags=["log", "queue"], user="bea")
    open_one.do("tags", method="DELETE", query={"tags": "night,none", "user": "bea"})
    open_one.do("details", details={"volume": "/var"}, note="the large one")
    open_one.do("details", method="DELETE", query={"keys": "region"})
    open_one.do("message", method="PUT", message="Disk of the log is full")
    open_one.do("description", method="PUT", description="96 %")
    open_one.do("notes", note="It is the queue.", user="bea")
    alert = Alert.objects.get()
    assert alert.labels == {"volume": "/var", "severity": "P3", "priority": "P3", "tags": "log, queue"}
    assert (alert.title, alert.annotations, alert.turn, alert.received) == ("Disk of the log is full", {"description": "96 %"}, 1, 1)
    assert remarks() == [
        ("tags", "bea", "+ log, queue"),
        ("tags", "bea", "− night, none"),
        ("details", "", "volume=/var\nthe large one"),
        ("details", "", "− region"),
        ("text", "", "Disk of the log is full"),
        ("text", "", "96 %"),
        ("note", "bea", "It is the queue."),
    ]


@pytest.mark.parametrize("filed_before", [True, False])
def test_an_alert_is_found_by_a_tag_that_it_was_given_later(open_one, filed_before):
    def file_all() -> None:
        one = filing.Filing()
        while one.run_once():
            pass

    if filed_before:
        file_all()
    open_one.do("details", details={"volume": "big"})
    file_all()
    found = [
        search.find(search.Query(open_one.where.id, matchers=parse(words))).alerts for words in ("volume=big", "volume=big,region=north")
    ]
    assert [len(those) for those in found] == [1, 1]


def test_a_graver_priority_is_heard_by_the_route_that_waits_for_it(open_one):
    Route.objects.create(organisation=open_one.where, name="grave", rule={"wanted": "severity=P1"}, plan="any")
    open_one.do("priority", method="PUT", priority="P1")
    assert list(Match.objects.values_list("turn", "firing")) == [(2, True)]
    assert remarks() == [("priority", "", "P1")]


def test_somebody_takes_an_alert_on_leaves_it_and_takes_it_on_again(open_one):
    def on_it() -> list[tuple[str, bool]]:
        return [(row.by, row.withdrawn_at is None) for row in Acknowledgement.objects.order_by("by")]

    open_one.do("acknowledge", user="bea", note="looking")
    open_one.do("acknowledge", user="chi")
    open_one.do("unacknowledge", user="bea")
    assert on_it() == [("bea", False), ("chi", False)]
    open_one.do("acknowledge", user="bea")
    assert on_it() == [("bea", True), ("chi", False)]
    assert remarks() == [("note", "bea", "looking"), ("left", "bea", "")]


def test_who_takes_on_and_leaves_within_one_batch_has_left(open_one):
    bodies = []
    for what in ("acknowledge", "unacknowledge", "acknowledge", "unacknowledge"):
        call = Call(id="1", door="/v2/alerts/{identifier}/" + what, parts={"identifier": "disk"}, body=b'{"user": "bea"}')
        bodies.append(registry()["opsgenie"].gather(call))
    log.append([log.Arrived(open_one.where.id, "opsgenie", ids.new(), NOON + 5 * MINUTE, body) for body in bodies])
    follow()
    assert Acknowledgement.objects.get().withdrawn_at is not None


def test_what_is_done_to_an_alert_that_nobody_knows_begins_none(sender):
    for what, more in {
        "notes": {"note": "?"},
        "tags": {"tags": ["a"]},
        "acknowledge": {},
        "snooze": {"endTime": "2030-01-01T00:00:00Z"},
    }.items():
        sender.do(what, **more)
    assert not Alert.objects.exists()
    assert not Remark.objects.exists()


def test_an_assignment_a_call_and_a_snooze_are_written_down_and_silence_nothing(open_one):
    open_one.do("assign", owner={"username": "chi"}, user="bea")
    open_one.do("responders", responder={"name": "Storage", "type": "team"})
    open_one.do("snooze", endTime="2030-01-01T00:00:00Z", note="after the holidays")
    open_one.do("close", user="bea", note="cleaned")
    open_one.do("notes", note="It had been the queue.")
    assert remarks() == [
        ("assigned", "bea", "chi"),
        ("called", "", "Storage"),
        ("snoozed", "", "2030-01-01T00:00:00Z\nafter the holidays"),
        ("note", "bea", "cleaned"),
        ("note", "", "It had been the queue."),
    ]
    assert not Alert.objects.get().firing


def test_what_is_done_in_zabbix_stands_beside_the_problem_whose_words_stay(sender):
    for name in ("problem", "acknowledged", "regraded", "unacknowledged", "recovery"):
        sender.at += MINUTE
        body = recordings.read(recordings.PAYLOADS / "zabbix" / f"server_{name}.http").body
        log.append([log.Arrived(sender.where.id, "zabbix", ids.new(), sender.at, body)])
        follow()
    alert = Alert.objects.get()
    assert (alert.annotations["description"], alert.labels["severity"], alert.firing) == ("Queue of line 4001", "high", False)
    assert remarks() == [
        ("note", "Беа (bea)", "on my way"),
        ("other", "Беа (bea)", "changed severity from Disaster to High"),
        ("left", "Беа (bea)", ""),
    ]
    assert Acknowledgement.objects.get().withdrawn_at is not None


# ------------------------------------------------------------------ what its client reads again


def ask(where: Organisation, path: str, key: str = "good", source: str = "") -> tuple[int, Any]:
    holders = {"good": Holder(ids.new(), where.id, source)}
    asking = Asking(lambda: Keyring(holders.get))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope["headers"] = [(b"authorization", f"GenieKey {key}".encode())]
    assert asking.answers(scope)
    asyncio.run(asking(scope, posting.run, send))  # type: ignore[arg-type]
    return sent[0]["status"], json.loads(sent[1]["body"])


def status(where: Organisation, request: str) -> tuple[int, Any]:
    code, said = ask(where, f"/v2/alerts/requests/{request}")
    return code, said.get("data", said)


@pytest.fixture
def present(sender: Sender) -> Sender:
    """Give a sender whose calls come now: what became of a call is looked for where its time is in the log."""
    sender.at = clock.now() - MINUTE
    return sender


def test_the_status_of_a_request_says_what_became_of_it(present):
    made = present.call("/v2/alerts", **CREATE)
    code, said = status(present.where, made)
    assert code == 200, said
    assert (said["isSuccess"], said["action"], said["status"], said["alias"]) == (True, "Create", "Created alert", "disk")
    present.at -= MINUTE
    lost = present.do("close", alias="other/one")
    done = status(present.where, lost)[1]
    assert (done["isSuccess"], done["action"]) == (True, "Close"), "an end that overtook its beginning is remembered"
    present.at -= MINUTE
    noted = present.do("notes", alias="nobody", note="?")
    assert status(present.where, noted)[1]["status"] == "Alert does not exist"


def test_a_request_that_nobody_has_read_or_sent_is_not_found(present):
    log.append([log.Arrived(present.where.id, "opsgenie", ids.new(), clock.now(), b"{}")])
    for request in (str(ids.new()), "43a29c5c-3dbf-4fa4-9c26-f4f71023e120", "no-id"):
        assert status(present.where, request)[0] == 404


def test_a_key_reads_what_its_own_source_sent_to_its_own_organisation(present):
    made = present.call("/v2/alerts", **CREATE)
    other = organisation("Other")
    assert status(other, made)[0] == 404
    assert ask(other, "/v2/alerts/disk")[0] == 404
    assert ask(present.where, "/v2/alerts/disk", key="bad")[0] == 403
    assert ask(present.where, "/v2/alerts/disk", source="zabbix")[0] == 403
    assert ask(present.where, "/v2/alerts/disk")[0] == 200
    Alert.objects.update(source="pagerduty")
    assert ask(present.where, "/v2/alerts/disk")[0] == 404


def test_what_only_reads_is_not_for_the_lane_and_what_sends_is():
    asking = Asking(lambda: Keyring({}.get))

    def asked(method: str, path: str) -> bool:
        return asking.answers({"method": method, "path": path, "raw_path": path.encode()})

    assert asked("GET", "/in/opsgenie/k/v2/alerts/requests/1")
    assert asked("GET", "/alert/1/notes")
    assert not asked("DELETE", "/v2/alerts/disk")
    assert not asked("GET", "/in/opsgenie/k")
    assert not asked("GET", "/ping/k")
    assert not asked("GET", "/o/north/alerts")
