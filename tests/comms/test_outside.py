"""Addresses outside, trials of a channel, and the inbox that only a person has."""

import pytest

from tests.comms.conftest import deliver
from tests.comms.sinks.email import Sink
from tocsin.comms import outbox, outside, setup, trials
from tocsin.comms.models import Delivery, OutsideAddress
from tocsin.comms.receipts import receipts

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"


def enter(organisation, address, channel="email", locale="ru"):
    return [one.code for one in outside.enter(organisation, "plan", "clients", channel, address=address, locale=locale, by=None)]


def test_an_address_is_checked_by_the_channel_that_will_use_it(organisation):
    assert enter(organisation, "") == ["missing"]
    assert enter(organisation, "nobody") == ["bad_value"]
    assert enter(organisation, "a" * 321 + "@example.org") == ["too_long"]
    assert enter(organisation, "a@example.org") == []
    assert setup.configure(organisation, "email", "webhook", {"url": "https://hooks.example.org/", "secret": SECRET}, by=None) == ()
    assert enter(organisation, "") == []
    assert enter(organisation, "any name") == []


def test_the_same_address_again_takes_the_new_language(organisation):
    assert enter(organisation, "a@example.org", locale="ru") == enter(organisation, "a@example.org", locale="pl") == []
    (row,) = outside.addresses(organisation.id, "plan", ["clients"])
    assert row.locale == "pl"
    assert outside.addresses(organisation.id, "another plan", ["clients"]) == ()
    outside.strike(organisation, row.id, by=None)
    outside.strike(organisation, row.id, by=None)
    assert not OutsideAddress.objects.exists()


def test_the_last_trial_is_shown_and_every_trial_is_a_message_of_its_own(organisation):
    with Sink() as sink:
        setup.configure(organisation, "email", "email", sink.fields, by=None)
        for n in (1, 2):
            trials.send(organisation.id, "email", person="per_ana", address=f"a{n}@example.org", locale="en", subject="s", body="b")
        assert deliver() == 2
        assert sorted(sink.recipients) == ["a1@example.org", "a2@example.org"]
    last = trials.latest(organisation.id, "email", person="per_ana")
    assert last
    assert (last.address, last.word) == ("a2@example.org", "delivered")
    assert trials.latest(organisation.id, "email", person="per_an") is None
    assert all(trials.is_trial(about) for about in Delivery.objects.values_list("about", flat=True))


def test_only_a_person_has_an_inbox(organisation, order):
    outbox.put(order(channel="inbox", recipient="clients", address=""))
    outbox.put(order(channel="inbox", recipient="per_ana", address=""))
    deliver()
    words = {receipt.recipient: receipt.word for _, receipt in receipts(organisation.id, "inc_1/msg_2")}
    assert words == {"clients": "no_address", "per_ana": "delivered"}


@pytest.mark.parametrize("about", ["inc_0:message:x", "inc_0:told:remind:x", "", "trials"])
def test_nothing_of_an_incident_is_taken_for_a_trial(about):
    assert not trials.is_trial(about)
