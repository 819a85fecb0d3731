"""The contract of every channel, over whatever lies in the folder: a new file needs a sink of its name and no new test."""

import importlib
import pkgutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from tests.comms.conftest import SINKS, deliver
from tocsin.comms import channels, inbox, outbox, setup
from tocsin.comms.channel import Message
from tocsin.comms.channels import email, webhook
from tocsin.comms.models import Delivery
from tocsin.kit import ids
from tocsin.kit.egress import Rejected, Relay, Reply

MODULES = [module.name for module in pkgutil.iter_modules(channels.__path__)]
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrsc"


def message(**values: Any) -> Message:
    usual: dict[str, Any] = {
        "key": "msg_0123456789abcdef0123456789abcdef",
        "organisation_id": ids.new(),
        "event_id": "evt_17",
        "about": "inc_1/msg_2",
        "channel": "email",
        "recipient": "per_ana",
        "address": "ana@example.org",
        "locale": "zh-Hans",
        "subject": "热线中断",
        "body": "尊敬的客户：热线接通困难。\n\nZażółć gęślą jaźń. Подробности в 15:00.\n",
        "urgent": False,
        "created_at": datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
        "sent_at": datetime(2026, 3, 2, 12, 5, tzinfo=UTC),
    }
    return Message(**{**usual, **values})


@dataclass
class Door:
    """A door behind which everything is accepted, and kept."""

    answer: str = "2.0.0 Ok"
    reply: Reply = field(default_factory=lambda: Reply(200, {}, b"{}"))
    letters: list[tuple[Relay, str, str, bytes]] = field(default_factory=list)

    def mail(self, relay: Relay, *, sender: str, recipient: str, message: bytes) -> str:
        self.letters.append((relay, sender, recipient, message))
        return self.answer

    def post(self, url: str, *, content: bytes, headers: dict[str, str]) -> Reply:
        return self.reply


MAIL = {"host": "mail.example.org", "port": "587", "security": "starttls", "sender": "Дежурный <duty@пример.рф>"}


def letter(**values: Any) -> tuple[Any, bytes]:
    """Return what `message(**values)` is in the mail, read back by a mail program."""
    door = Door()
    email.send(message(**values), MAIL, door)
    raw = door.letters[0][3]
    return message_from_bytes(raw, policy=policy.default), raw


# ------------------------------------------------------------------ every channel


@pytest.mark.parametrize("name", MODULES)
def test_a_channel_is_called_like_its_file_and_says_what_it_is(name):
    module = importlib.import_module(f"{channels.__name__}.{name}")
    assert channels.found()[name] is module.CHANNEL
    assert module.__doc__
    assert module.CHANNEL.title
    assert len({one.name for one in module.CHANNEL.fields}) == len(module.CHANNEL.fields)


def test_every_channel_that_leaves_the_house_has_a_sink_to_prove_it():
    assert {channel.name for channel in channels.found().values() if channel.fields} == set(SINKS)


def test_the_whole_text_arrives_in_every_script(order, sink):
    subjects = ("Сбой горячей линии", "热线中断", "Zażółć gęślą jaźń", "plain")
    for subject in subjects:
        outbox.put(order(channel="out", event_id=subject, subject=subject, body=f"{subject}\n.\n..x\nFrom x\n"))
    deliver()
    assert {row.word for row in Delivery.objects.all()} == {"delivered"}
    assert sorted(sink.texts) == sorted((subject, f"{subject}\n.\n..x\nFrom x\n") for subject in subjects)


def test_a_second_attempt_says_the_same(order, sink, noon):
    sink.behaviour = "busy"
    outbox.put(order(channel="out"))
    deliver()
    sink.behaviour = "accepts"
    noon.shift(2 * (Delivery.objects.get().due_at - noon.now()))
    deliver()
    first, second = sink.contents
    assert first == second


# ------------------------------------------------------------------ the inbox


def test_the_inbox_needs_no_set_up_and_belongs_to_one_person(order, organisation):
    outbox.put(order(channel="inbox", urgent=True))
    deliver()
    (item,) = inbox.items(organisation.id, "per_ana")
    assert (item.subject, item.urgent, item.about) == (order().subject, True, "inc_1/msg_2")
    assert list(inbox.items(organisation.id, "per_bea")) == []
    inbox.read(organisation.id, "per_bea", item.pk)
    assert inbox.unread(organisation.id, "per_ana") == 1
    inbox.read(organisation.id, "per_ana", item.pk)
    assert inbox.unread(organisation.id, "per_ana") == 0


# ------------------------------------------------------------------ e-mail


def test_a_letter_is_marked_as_automatic_and_carries_the_key():
    read, raw = letter(urgent=True)
    assert read["Message-ID"] == "<msg_0123456789abcdef0123456789abcdef@xn--e1afmkfd.xn--p1ai>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["List-Id"]
    assert (read["Content-Language"], read["Importance"]) == ("zh-Hans", "high")
    assert read["From"].addresses[0].display_name == "Дежурный"
    assert read.get_content().replace("\r\n", "\n") == message().body
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) < 998


def test_the_hour_of_a_letter_is_that_of_the_message_not_of_the_attempt():
    assert letter()[1] == letter(sent_at=datetime(2027, 1, 1, tzinfo=UTC))[1]


@given(
    st.lists(st.text(max_size=20) | st.sampled_from(["=?utf-8?q?", "=0d=0aBcc:", "?=", "\r\n", "=?utf-8?b?DQpCY2M6?="])).map("".join),
    st.text(max_size=60),
)
def test_no_title_begins_a_header_of_its_own(subject, body):
    subject, body = (text.encode("utf-8", "ignore").decode() for text in (subject, body))
    usual, _ = letter()
    read, _ = letter(subject=subject, body=body)
    assert sorted(read.keys()) == sorted(usual.keys())
    assert not set(str(read["Subject"])) & set("\r\n\x00")


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: mallory@example.org", "a\nX: y\n\nbody", "a\x00b", "a\u2028X: y", "=?utf-8?q?a=0d=0aBcc:_m@example.org?="]
)
def test_a_hostile_title_stays_one_line(subject):
    read, raw = letter(subject=subject)
    assert read["Bcc"] is None
    assert b"\nBcc:" not in raw
    assert b"\nX:" not in raw


@pytest.mark.parametrize(
    "address",
    ["", "ana", "@example.org", "ana@", "ana@example.org\r\nRCPT TO:<m@example.org>", "ana@example.org, m@example.org",
     "a b@example.org", "анна@example.org", "ana@exa mple.org"],
)  # fmt: skip
def test_what_is_no_address_is_rejected_before_anything_is_sent(address):
    door = Door()
    with pytest.raises(Rejected) as caught:
        email.send(message(address=address), MAIL, door)
    assert caught.value.code == "bad_address"
    assert caught.value.hint
    assert door.letters == []


def test_a_recipient_of_an_international_domain_is_addressed_in_ascii():
    door = Door()
    email.send(message(address="ana@пример.рф"), MAIL, door)
    assert door.letters[0][2] == "ana@xn--e1afmkfd.xn--p1ai"


@pytest.mark.parametrize(
    ("answer", "contradicts"), [("5.7.1 no", True), ("4.2.0 later", True), ("2.0.0 Ok", False), ("Ok 5.7.1", False), ("", False)]
)
def test_a_yes_with_the_code_of_an_error_is_a_contradiction(answer, contradicts):
    if not contradicts:
        assert email.send(message(), MAIL, Door(answer)) == answer
        return
    with pytest.raises(Rejected) as caught:
        email.send(message(), MAIL, Door(answer))
    assert caught.value.code == "contradicted"


# ------------------------------------------------------------------ webhooks


def test_a_webhook_is_signed_as_the_standard_says_with_every_secret_in_use(order, organisation):
    with SINKS["webhook"]() as sink:
        setup.configure(organisation, "out", "webhook", {**sink.fields, "old_secret": OTHER_SECRET}, by=None)
        outbox.put(order(channel="out"))
        deliver()
        request = sink.requests[0]
    for secret in (sink.fields["secret"], OTHER_SECRET):
        read = Webhook(secret).verify(request.body, dict(request.headers))
        assert read["type"] == "message.published"
        assert (read["data"]["event_id"], read["data"]["subject"]) == ("evt_17", order().subject)
    with pytest.raises(WebhookVerificationError):
        Webhook(sink.fields["secret"]).verify(request.body.replace(b"13:52", b"13:53"), dict(request.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(request.body, dict(request.headers))
    assert "." not in request.headers["webhook-id"]


HOOK = {"url": "https://hooks.example.org/x", "secret": OTHER_SECRET}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "channel_is_archived"}', "channel_is_archived"),
        (b'{"ok": false}', "ok is false"),
        (b'{"success": false}', "success is false"),
        (b'{"errcode": 93000, "errmsg": "invalid webhook url"}', "invalid webhook url"),
        (b'{"errors": ["a"]}', "a"),
    ],
)
def test_a_200_with_an_error_in_it_is_a_contradiction(body, said):
    with pytest.raises(Rejected, match=said) as caught:
        webhook.send(message(), HOOK, Door(reply=Reply(200, {}, body)))
    assert caught.value.code == "contradicted"


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"{}", b'{"ok": true}', b'{"errcode": 0, "errmsg": "ok"}', b'{"error": null}', b"[]", b"\xff", b"[" * 60000]
)
def test_a_200_without_an_error_in_it_is_a_yes(body):
    assert webhook.send(message(), HOOK, Door(reply=Reply(200, {}, body))) == ""


def test_the_receivers_own_id_is_kept():
    assert webhook.send(message(), HOOK, Door(reply=Reply(200, {}, b'{"id": 17}'))) == "17"
