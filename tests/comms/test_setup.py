"""Setting up channels: all that is wrong at once, secrets that never come back, and an audit of every change."""

import hashlib

import pytest

from tests.comms.sinks.webhook import Sink
from tocsin.accounts.models import AuditEntry
from tocsin.comms import setup
from tocsin.comms.models import ChannelSetup, OpenNetwork

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"
HOOK = {"url": "https://hooks.example.org/T0/secret-path", "secret": SECRET}
MAIL = {"host": "mail.example.org", "sender": "duty@example.org", "username": "duty", "password": "hunter2"}


def problems(found):
    """Return (field, code) of everything that is wrong."""
    return sorted((one.field, one.code) for one in found)


def test_everything_that_is_wrong_is_said_at_once(organisation):
    wrong = setup.configure(
        organisation, "not a name", "email", {"port": "70000", "security": "ssl", "sender": "nobody", "colour": "red"}, by=None
    )
    assert problems(wrong) == [
        ("colour", "unknown_field"),
        ("host", "missing"),
        ("name", "bad_name"),
        ("port", "bad_value"),
        ("security", "bad_value"),
        ("sender", "bad_value"),
    ]
    assert ChannelSetup.objects.count() == 0


@pytest.mark.parametrize("secret", ["whsec_", "whsec_AAAA", "x" * 40, "whsec_" + "!" * 40, SECRET.removeprefix("whsec_")])
def test_a_weak_or_misspelt_signing_secret_is_refused(organisation, secret):
    assert problems(setup.configure(organisation, "out", "webhook", {**HOOK, "secret": secret}, by=None)) == [("secret", "bad_value")]


def test_an_unknown_adapter_is_refused_with_the_known_ones(organisation):
    (wrong,) = setup.configure(organisation, "out", "pigeon", {}, by=None)
    assert wrong.code == "unknown_adapter"
    assert "email" in wrong.message


def test_what_is_not_said_takes_its_default(organisation):
    assert setup.configure(organisation, "email", "email", MAIL, by=None) == ()
    values = setup.ready(organisation.id, "email").values
    assert (values["port"], values["security"], values["password"]) == ("587", "starttls", "hunter2")


def test_secrets_are_encrypted_at_rest_and_not_shown(organisation):
    setup.configure(organisation, "email", "email", MAIL, by=None)
    setup.configure(organisation, "out", "webhook", HOOK, by=None)
    told = [repr(row) for row in ChannelSetup.objects.values()] + [repr(row) for row in AuditEntry.objects.values()]
    told += [repr(setup.shown(organisation.id)), repr(setup.ready(organisation.id, "out")), repr(setup.ready(organisation.id, "email"))]
    for secret in ("hunter2", "secret-path", SECRET):
        assert not any(secret in text for text in told)
    assert [(one.name, one.secrets) for one in setup.shown(organisation.id)] == [("email", ("password",)), ("out", ("url", "secret"))]


def test_an_empty_secret_keeps_what_it_was_unless_the_adapter_changes(organisation):
    setup.configure(organisation, "out", "webhook", HOOK, by=None)
    assert setup.configure(organisation, "out", "webhook", {"url": "https://other.example.org/"}, by=None) == ()
    assert setup.ready(organisation.id, "out").values["secret"] == SECRET
    setup.configure(organisation, "out", "email", MAIL, by=None)
    assert ("secret", "missing") in problems(setup.configure(organisation, "out", "webhook", {"url": HOOK["url"]}, by=None))


@pytest.mark.parametrize("change", [{"host": "mail.elsewhere.example"}, {"port": "2525"}, {"security": "none"}])
def test_a_kept_secret_does_not_follow_to_another_place(organisation, change):
    setup.configure(organisation, "email", "email", MAIL, by=None)
    changed = {**MAIL, **change, "password": ""}
    assert problems(setup.configure(organisation, "email", "email", changed, by=None)) == [("password", "again")]
    assert setup.configure(organisation, "email", "email", {**changed, "password": "hunter3"}, by=None) == ()
    assert setup.configure(organisation, "email", "email", {**changed, "sender": "new@example.org"}, by=None) == ()
    assert setup.ready(organisation.id, "email").values["password"] == "hunter3"


def test_equal_secrets_have_equal_fingerprints_that_are_no_plain_hash(organisation):
    setup.configure(organisation, "one", "email", MAIL, by=None)
    setup.configure(organisation, "two", "email", {**MAIL, "password": "hunter2"}, by=None)
    setup.configure(organisation, "three", "email", {**MAIL, "password": "hunter3"}, by=None)
    prints = {shown.name: shown.fingerprints["password"] for shown in setup.shown(organisation.id)}
    assert prints["one"] == prints["two"] != prints["three"]
    assert prints["one"] not in hashlib.sha256(b"hunter2").hexdigest()


def test_every_change_is_audited(organisation):
    before = AuditEntry.objects.count()
    setup.configure(organisation, "out", "webhook", HOOK, by=None)
    setup.configure(organisation, "out", "webhook", {"secret": "wrong"}, by=None)
    setup.remove(organisation, "out", by=None)
    setup.remove(organisation, "out", by=None)
    setup.open_network(organisation, "10.1.0.0/16", 443, "the gateway", by=None)
    setup.close_network(organisation, "10.1.0.0/16", by=None)
    acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))[before:]
    assert acts == ["channel.set_up", "channel.removed", "network.opened", "network.closed"]


def test_what_is_no_network_is_not_opened(organisation):
    before = OpenNetwork.objects.count()
    for text in ("", "inside", "10.0.0.1/8", "10.0.0.0/33"):
        assert problems(setup.open_network(organisation, text, None, "", by=None)) == [("network", "bad_network")]
    for text in ("0.0.0.0/0", "0.0.0.0/7", "::/0"):
        assert problems(setup.open_network(organisation, text, None, "", by=None)) == [("network", "too_wide")]
    assert OpenNetwork.objects.count() == before


def test_a_channel_with_fields_does_not_stand_behind_its_name_before_it_is_set_up(organisation):
    assert setup.ready(organisation.id, "email") is None
    assert setup.ready(organisation.id, "inbox") is not None
    with Sink() as sink:
        setup.configure(organisation, "inbox", "webhook", sink.fields, by=None)
    assert setup.ready(organisation.id, "inbox").channel.name == "webhook"
