"""Mail: sent by a real client, on the disk before it is accepted, and read by the mapping of its feed."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest import bodies, posting
from tests.ingest.test_follower import follow
from tests.serving import eventually
from tests.world import World
from tocsin.ingest import feeds, log, mappings, writer
from tocsin.ingest.doors import Call
from tocsin.ingest.log import Arrived
from tocsin.ingest.mail import listener, message
from tocsin.ingest.models import Alert
from tocsin.ingest.sources import email

KEY = f"ingest_{'0a' * 20}"


@pytest.fixture
def store() -> posting.Store:
    return posting.Store()


@pytest.fixture
def port(store: posting.Store) -> Iterator[int]:
    """Give the port of a listener that knows one key and writes to a fake disk."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        taking = listener.Listener(door, lambda: posting.lane(store, known=[KEY]))
        taking.start()
        yield door.getsockname()[1]
        taking.stop()


def mail(subject: str = "PROBLEM: Queue grows", text: str = "Nine minutes", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = "monitor@example.net", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def send(port: int, what: EmailMessage, *to: str) -> int:
    """Send a mail and return the code of the answer."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        try:
            client.send_message(what, to_addrs=list(to) or [f"{KEY}@in.example.org"])
        except smtplib.SMTPRecipientsRefused as refused:
            return int(next(iter(refused.recipients.values()))[0])
        except smtplib.SMTPResponseException as refused:
            return int(refused.smtp_code)
    return 250


def test_a_mail_is_accepted_once_it_is_on_the_disk(port: int, store: posting.Store) -> None:
    assert send(port, mail()) == 250
    (row,) = store.rows
    assert (row.organisation_id, row.source, b"PROBLEM: Queue grows" in row.body) == (posting.HOLDER.organisation_id, "email", True)


def test_a_mail_that_could_not_be_stored_is_to_be_sent_again(port: int, store: posting.Store) -> None:
    store.failures.append(writer.NotStored("the disk is full"))
    assert send(port, mail()) == 451
    assert send(port, mail()) == 250


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (f"{KEY}@in.example.org", 250),
        (f"EMAIL+{KEY.upper()}@in.example.org", 250),
        ("nobody@in.example.org", 550),
        (f"ingest_{'0b' * 20}@in.example.org", 550),
        (f"nothing+{KEY}@in.example.org", 550),
    ],
)
def test_the_address_says_whose_it_is(port: int, address: str, code: int) -> None:
    assert send(port, mail(), address) == code


@pytest.mark.row("F-22")
def test_a_mail_too_large_is_refused(port: int, store: posting.Store) -> None:
    assert send(port, mail(text="long line\n" * 120_000)) == 552
    assert store.rows == []


def test_two_recipients_are_answered_one_by_one(port: int, store: posting.Store) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        left = client.send_message(mail(), to_addrs=[f"{KEY}@a.example.org", f"email+{KEY}@a.example.org"])
    assert [code for code, _ in left.values()] == [452]
    assert len(store.rows) == 1


def test_an_automatic_reply_is_refused_and_kept_with_its_reason(port: int, store: posting.Store) -> None:
    assert send(port, mail(Auto_Submitted="auto-replied")) == 554
    eventually(lambda: "automatic reply" in "".join(row.reason for row in store.rows))


def test_a_mail_to_a_source_is_what_that_source_would_have_posted(port: int, store: posting.Store) -> None:
    assert send(port, mail(text='{"alerts": []}'), f"alertmanager+{KEY}@in.example.org") == 250
    assert send(port, mail(text="no JSON"), f"alertmanager+{KEY}@in.example.org") == 554
    eventually(lambda: [(row.source, bool(row.code)) for row in store.rows] == [("alertmanager", False), ("alertmanager", True)])


@pytest.mark.parametrize(
    ("status", "code"),
    [(200, 250), (202, 250), (400, 554), (401, 550), (403, 550), (408, 451), (413, 552), (422, 554), (429, 451), (503, 451)],
)
def test_only_what_may_be_better_later_is_to_be_sent_again(status: int, code: int) -> None:
    assert listener.said(status).startswith(str(code))


# ------------------------------------------------------------------ what a mail says


@pytest.mark.row("F-22")
@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"Subject: =?utf-8?q?Kolejka_ro=C5=9Bnie?=\n\na", "Kolejka rośnie", "a"),
        (b"Subject: =?no-such?q?a=FF?=\n\na", "a\N{REPLACEMENT CHARACTER}", "a"),
        (b"Subject: a\n\tb\n\nc\0d", "a\tb", "c\N{REPLACEMENT CHARACTER}d"),
        (b"Subject: =?utf-8?b?a?=\n\na", "=?utf-8?b?a?=", "a"),
        (b"\n", "", ""),
        (b"\xff\xfe", "", "\N{REPLACEMENT CHARACTER}" * 2),
        (b"Content-Type: text/html\n\n<style>x</style><p>It <b>grows</b><script>y", "", "It grows"),
        (b"Content-Type: text/html\n\n<p>It grows<![x<![", "", "It grows"),
        (b"Content-Type: text/plain; charset=windows-1251\nContent-Transfer-Encoding: 8bit\n\n\xef\xf0", "", "пр"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>b\n--b\n\na\n--b--", "", "a"),
        (b"Content-Type: multipart/mixed\n\nnothing", "", ""),
    ],
)
def test_a_mail_is_read_whatever_it_is(raw: bytes, subject: str, text: str) -> None:
    said = message.read(raw)
    assert (said["subject"], said["text"]) == (subject, text)


@pytest.mark.row("F-22")
@given(st.binary(max_size=300), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n", b"Subject: =?utf-8?b?"]))
def test_no_bytes_are_more_than_no_mail(tail: bytes, head: bytes) -> None:
    with suppress(ValueError):
        said = message.read(head + tail)
        assert msgspec.json.decode(email.gather(Call(id="", headers={"content-type": email.MESSAGE}, body=head + tail))) == said


@pytest.mark.row("F-22")
@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/plain" + b";" * 1_000_000 + b"\n\na",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain" + b";" * 1_000_000 + b"\n\na\n--b--",
        b"Content-Type: text/plain; charset=PunyCode\n\n" + b"a" * 1_000_000,
        b"From: " + b"(" * 2_000 + b"\n\na",
    ],
    ids=["parameters", "parameters of a part", "a charset of names", "comments in comments"],
)
def test_a_mail_made_to_keep_us_busy_is_read(raw: bytes) -> None:
    """As many as would take minutes or more if each were gone over again for each of the others."""
    assert str(message.read(raw)["text"]).startswith("a")


@pytest.mark.row("F-22")
def test_a_mail_of_nothing_but_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="too many parts"):
        message.read(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\na\n" * 20_000)


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))


@pytest.mark.row("F-22")
@pytest.mark.parametrize("source", ["email", "alertmanager"])
def test_a_mail_nested_without_end_is_refused_for_good_and_kept(port: int, store: posting.Store, source: str) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("a@example.net", [f"{source}+{KEY}@in.example.org"], NESTED.replace(b"\n", b"\r\n"))
    assert refused.value.smtp_code == 554
    eventually(lambda: [(row.source, bool(row.code)) for row in store.rows] == [(source, True)])


@pytest.mark.row("F-22")
def test_a_mail_nested_without_end_is_refused_as_not_understood() -> None:
    lane = posting.lane(store := posting.Store())
    headers = [(b"content-type", b"message/rfc822")]
    assert posting.run(lane, posting.post(lane, "/in/email/good", NESTED, headers=headers)).status == 400
    assert len(store.rows) == 1


@pytest.mark.django_db(transaction=True)
def test_a_subject_opens_an_alert_and_another_ends_it(world: World) -> None:
    feed, _ = feeds.create(world.organisation, "email", "Duty mailbox", person=world.ana)
    mappings.save(feed, email.BEGINNING, 0, by=world.ana)
    for subject in ("PROBLEM: Queue grows", "PROBLEM: Disk full", "RESOLVED: Queue grows"):
        body = email.gather(Call(id="", headers={"content-type": email.MESSAGE}, body=mail(subject).as_bytes()))
        log.append([Arrived(world.organisation.id, "email", feed.keys.get().key, bodies.NOON, body)])
        follow()
    assert dict(Alert.objects.values_list("fingerprint", "firing")) == {
        f"{feed.pk.hex[-8:]}:Queue grows": False,
        f"{feed.pk.hex[-8:]}:Disk full": True,
    }
    assert Alert.objects.get(firing=True).annotations["text"] == "Nine minutes"
