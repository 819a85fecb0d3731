"""The outbox: what enters it, once; and what it hands back, once."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.comms.conftest import NOON, deliver
from tocsin.comms import outbox
from tocsin.comms.models import Attempt, Delivery


def outcomes():
    """Return what is finished and not yet reported, in short."""
    return [(one.event_id, one.channel, one.outcome, one.delivered, one.recipients) for one in outbox.finished()]


@pytest.mark.row("I6")
def test_an_order_lives_and_dies_with_the_transaction_that_caused_it(order):
    with transaction.atomic():
        outbox.put(order(channel="inbox"))
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0


@pytest.mark.row("I6")
def test_the_same_order_twice_is_one_delivery(order):
    outbox.put(order(channel="inbox"))
    outbox.put(order(channel="inbox", body="another text"))
    outbox.put(order(channel="inbox", recipient="per_bea"))
    outbox.put(order(channel="inbox", event_id="evt_18"))
    rows = Delivery.objects.order_by("event_id", "recipient").values_list("event_id", "recipient", "body")
    assert [(event, who) for event, who, _ in rows] == [("evt_17", "per_ana"), ("evt_17", "per_bea"), ("evt_18", "per_ana")]
    assert rows[0][2] == order().body


def test_a_channel_that_nobody_set_up_is_a_visible_end_with_a_hint(order):
    outbox.put(order(channel="weibo"))
    row = Delivery.objects.get()
    assert (row.state, row.word) == ("no_channel", "no_channel")
    assert "weibo" in row.detail
    assert row.hint
    assert deliver() == 0
    assert outcomes() == [("evt_17", "weibo", "failed", 0, 1)]
    assert outbox.finished()[0].detail.startswith("no_channel: ")


def test_a_recipient_without_an_address_is_a_visible_end_with_a_hint(order, sink):
    outbox.put(order(channel="out", address=""))
    row = Delivery.objects.get()
    expected = "no_address" if type(sink).__module__.endswith("email") else "waiting"
    assert row.word == expected
    assert bool(row.hint) == (expected == "no_address")


def test_a_drill_is_captured_and_nothing_leaves(order, sink):
    outbox.put(order(channel="out", captured=True))
    outbox.put(order(channel="nobody_set_this_up", captured=True))
    assert deliver() == 0
    assert sink.keys == []
    assert {row.word for row in Delivery.objects.all()} == {"captured"}
    assert [(one.outcome, one.detail) for one in outbox.finished()] == [("delivered", "captured")] * 2
    assert Attempt.objects.count() == 0


def test_an_outcome_is_one_per_event_and_channel_and_comes_when_the_last_recipient_has_ended(order):
    for name in ("ana", "bea", "chi"):
        outbox.put(order(channel="inbox", recipient=f"per_{name}"))
    outbox.put(order(channel="sms", recipient="per_ana"))
    assert outcomes() == [("evt_17", "sms", "failed", 0, 1)]
    assert deliver() == 3
    assert sorted(outcomes()) == [("evt_17", "inbox", "delivered", 3, 3), ("evt_17", "sms", "failed", 0, 1)]


def test_a_reported_outcome_does_not_come_back_and_another_does(order):
    outbox.put(order(channel="sms"))
    outbox.put(order(channel="voice"))
    first, second = outbox.finished()
    outbox.reported([first])
    assert outbox.finished() == [second]
    outbox.reported([first])
    assert outbox.finished() == [second]
    assert outbox.finished(limit=0) == []


def test_some_delivered_and_some_not_is_partly_with_the_reason(order, sink):
    sink.behaviour = "rejects"
    outbox.put(order(channel="out", recipient="per_ana"))
    deliver()
    sink.behaviour = "accepts"
    outbox.put(order(channel="out", recipient="per_bea"))
    deliver()
    (outcome,) = outbox.finished()
    assert (outcome.outcome, outcome.delivered, outcome.recipients) == ("partly", 1, 2)
    assert outcome.detail.startswith("refused: ")


def test_the_time_of_an_outcome_is_that_of_its_last_recipient(order, noon):
    outbox.put(order(channel="inbox", recipient="per_ana"))
    deliver()
    noon.shift(timedelta(minutes=3))
    outbox.put(order(channel="inbox", recipient="per_bea"))
    deliver()
    assert outbox.finished()[0].at == NOON + timedelta(minutes=3)


def test_what_no_database_takes_is_left_out_of_a_text(order):
    outbox.put(order(channel="inbox", subject="a\x00b", body="half \ud83d of a character"))
    row = Delivery.objects.get()
    assert (row.subject, row.body) == ("ab", "half ? of a character")
