"""Delivering: four answers, four states; asked again before each attempt; one key; one end."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.comms.conftest import NOON, deliver, hasty, wanted
from tests.comms.sinks import webhook
from tocsin.comms import claims, delivery, outbox, setup
from tocsin.comms.claims import Settlement
from tocsin.comms.models import Attempt, ChannelSetup, Delivery, InboxItem, State
from tocsin.comms.paces import Paces
from tocsin.comms.receipts import Summary, receipts, summaries
from tocsin.kit.egress import Egress

pytestmark = pytest.mark.django_db


def outcomes() -> list[str]:
    """Return the outcomes of all attempts in the order in which they were made."""
    return list(Attempt.objects.order_by("id").values_list("outcome", flat=True))


def summary(organisation_id: UUID, about: str) -> tuple[Summary, ...]:
    """Return one row per channel for what `about` names, by channel."""
    return summaries(organisation_id, [about]).get(about, ())


@pytest.mark.row("I6", "F-19")
def test_four_behaviours_of_a_provider_are_four_states(order, sink, organisation):
    for behaviour in ("accepts", "rejects", "hangs", "contradicts"):
        sink.behaviour = behaviour
        outbox.put(order(channel="out", event_id=f"evt_{behaviour}", about=behaviour))
        deliver(hasty if behaviour == "hangs" else setup.door)
    words = {behaviour: summary(organisation.id, behaviour)[0].word for behaviour in ("accepts", "rejects", "hangs", "contradicts")}
    assert words == {"accepts": "delivered", "rejects": "refused", "hangs": "unanswered", "contradicts": "contradicted"}
    hanging = summary(organisation.id, "hangs")[0]
    assert (hanging.waiting, hanging.failed) == (1, 0)
    assert hanging.next_at is not None
    assert "within 0.3 s" in hanging.error


def test_each_failure_says_what_the_other_side_said(order, sink, organisation):
    for behaviour, words in (
        ("rejects", ("no such hook", "refused by policy")),
        ("contradicts", ("channel_is_archived", "refused by policy")),
    ):
        sink.behaviour = behaviour
        outbox.put(order(channel="out", event_id=behaviour, about=behaviour))
        deliver()
        error = summary(organisation.id, behaviour)[0].error
        assert any(word in error for word in words)


@pytest.mark.row("I6")
def test_an_attempt_is_on_record_before_anything_is_sent(order, sink):
    seen = []

    def door(organisation_id):
        seen.append((Attempt.objects.get().outcome, Delivery.objects.get().state, len(sink.keys)))
        return setup.door(organisation_id)

    outbox.put(order(channel="out"))
    deliver(door)
    assert seen == [("", "sending", 0)]
    assert outcomes() == ["sent"]


@pytest.mark.row("I6", "F-20")
def test_every_attempt_carries_the_same_key_and_an_arrival_in_doubt_is_marked(order, sink, organisation, noon):
    sink.behaviour = "hangs"
    outbox.put(order(channel="out"))
    deliver(hasty)
    assert deliver() == 0
    sink.behaviour = "accepts"
    noon.shift(timedelta(minutes=1))
    assert deliver() == 1
    assert len(sink.keys) == 2
    assert len(set(sink.keys)) == 1
    assert outcomes() == ["unanswered", "sent"]
    row = summary(organisation.id, "inc_1/msg_2")[0]
    assert (row.word, row.doubtful) == ("delivered", 1)


def test_keys_tell_events_channels_and_recipients_apart(order, sink, organisation):
    adapter = setup.shown(organisation.id)[0].adapter
    setup.configure(organisation, "also_out", adapter, sink.fields, by=None)
    for event in ("evt_1", "evt_2"):
        for recipient in ("per_ana", "per_bea"):
            for channel in ("out", "also_out"):
                outbox.put(order(channel=channel, event_id=event, recipient=recipient))
    deliver()
    assert len(set(sink.keys)) == len(sink.keys) == 8


@pytest.mark.row("I7")
def test_what_is_no_longer_wanted_is_cancelled_and_not_sent(order, sink):
    outbox.put(order(channel="out", about="closed"))
    asked = []
    assert delivery.run_once(lambda about: bool(asked.append(about)))
    assert asked == ["closed"]
    assert sink.keys == []
    assert Delivery.objects.get().word == "cancelled"
    assert outbox.finished()[0].outcome == "cancelled"


@pytest.mark.row("I7")
def test_it_is_asked_again_before_a_second_attempt(order, sink, noon):
    sink.behaviour = "busy"
    outbox.put(order(channel="out"))
    deliver()
    sink.behaviour = "accepts"
    noon.shift(timedelta(minutes=2))
    delivery.run_once(lambda about: False)
    assert outcomes() == ["unanswered", "cancelled"]
    assert Delivery.objects.get().word == "cancelled"


def test_a_wish_of_the_provider_to_wait_is_honoured_for_the_whole_channel(order, organisation, noon):
    with webhook.Sink("busy") as sink:
        setup.configure(organisation, "out", "webhook", sink.fields, by=None)
        outbox.put(order(channel="out"))
        deliver()
        assert Delivery.objects.get().due_at >= NOON + timedelta(seconds=90)
        outbox.put(order(channel="out", event_id="evt_18"))
        assert deliver() == 0
        noon.shift(timedelta(seconds=91))
        sink.behaviour = "accepts"
        assert deliver() == 2


@pytest.mark.row("F-19")
def test_a_provider_that_is_down_is_spared_and_the_others_are_served(order, sink, noon):
    sink.behaviour = "busy"
    for number in range(claims.PAUSE_AFTER + 3):
        outbox.put(order(channel="out", event_id=f"evt_{number}"))
    outbox.put(order(channel="inbox", event_id="evt_inbox", recipient="per_bea"))
    deliver()
    assert outcomes().count("sent") == 1
    assert outcomes().count("unanswered") <= claims.PAUSE_AFTER
    assert ChannelSetup.objects.get().failures == outcomes().count("unanswered")
    sink.behaviour = "accepts"
    noon.shift(timedelta(minutes=2))
    deliver()
    assert {row.word for row in Delivery.objects.all()} == {"delivered"}
    assert (ChannelSetup.objects.get().failures, ChannelSetup.objects.get().paused_until) == (0, None)


@pytest.mark.row("F-19")
def test_a_slow_channel_keeps_only_its_share_of_the_threads(order, noon):
    for number in range(5):
        outbox.put(order(channel="inbox", event_id=f"evt_{number}"))
    taken = [claims.claim(Paces()) for _ in range(3)]
    assert [len(attempts) for attempts in taken] == [1, 1, 0]
    assert claims.AT_ONCE < delivery.THREADS


def test_an_urgent_message_goes_first(order, noon):
    outbox.put(order(channel="inbox", event_id="evt_1"))
    noon.shift(timedelta(seconds=1))
    outbox.put(order(channel="inbox", event_id="evt_2", urgent=True))
    assert [one.delivery.event_id for one in claims.claim(Paces())] == ["evt_2"]


def test_giving_up_is_an_end_of_its_own(order, sink, organisation, noon):
    sink.behaviour = "busy"
    outbox.put(order(channel="out", urgent=True))
    for _ in range(100):
        deliver()
        noon.shift(timedelta(minutes=2))
    row = summary(organisation.id, "inc_1/msg_2")[0]
    assert (row.word, row.failed, row.waiting) == ("gave_up", 1, 0)
    assert row.hint
    assert 5 < Attempt.objects.count() < 100
    assert Delivery.objects.get().finished_at <= NOON + timedelta(hours=1, minutes=2)


@pytest.mark.row("F-3")
def test_after_a_lost_lease_another_worker_tries_again_and_the_loser_changes_nothing(order, noon):
    outbox.put(order(channel="inbox"))
    (slow,) = claims.claim(Paces())
    noon.shift(claims.LEASE / 2)
    assert claims.claim(Paces()) == []
    noon.shift(claims.LEASE)
    (fast,) = claims.claim(Paces())
    assert (slow.number, fast.number) == (1, 2)
    refused, sent = Settlement(state=State.FAILED, outcome="refused", code="refused"), Settlement(state=State.SENT, outcome="sent")
    assert claims.settle([(slow, refused)], noon.now()) == [False]
    assert Delivery.objects.get().state == "sending"
    assert claims.settle([(fast, sent)], noon.now()) == [True]
    assert claims.settle([(slow, refused)], noon.now()) == [False]
    row = Delivery.objects.get()
    assert (row.word, row.doubtful) == ("delivered", True)


def test_an_error_of_ours_parks_one_message_with_its_reason_and_blocks_no_other(order, noon):
    def broken(about: str) -> bool:
        if about == "poison":
            raise LookupError
        return True

    outbox.put(order(channel="inbox", about="poison", recipient="per_ana"))
    outbox.put(order(channel="inbox", about="good", recipient="per_bea"))
    for _ in range(10):
        while delivery.run_once(broken):
            pass
        noon.shift(timedelta(minutes=10))
    assert {row.about: row.word for row in Delivery.objects.all()} == {"poison": "fault", "good": "delivered"}
    assert outcomes().count("fault") == delivery.FAULTS_MAX
    assert "LookupError" in Delivery.objects.get(about="poison").detail


def test_a_channel_that_is_removed_meanwhile_is_a_visible_end(order, sink, organisation):
    outbox.put(order(channel="out"))
    setup.remove(organisation, "out", by=None)
    deliver()
    assert Delivery.objects.get().word == "no_channel"


def test_a_network_that_is_not_open_is_a_visible_end(order, sink, organisation):
    setup.close_network(organisation, "127.0.0.1/32", by=None)
    outbox.put(order(channel="out"))
    deliver()
    row = Delivery.objects.get()
    assert row.word == "closed_address"
    assert "loopback" in row.detail
    assert sink.keys == []


def test_receipts_name_each_recipient_and_figures_count_them(order, sink, organisation, noon):
    outbox.put(order(channel="out", recipient="per_ana"))
    deliver()
    noon.shift(timedelta(seconds=40))
    outbox.put(order(channel="out", recipient="per_bea", event_id="evt_18"))
    deliver()
    sink.behaviour = "rejects"
    outbox.put(order(channel="out", recipient="per_chi", event_id="evt_19"))
    deliver()
    (row,) = summary(organisation.id, "inc_1/msg_2")
    assert (row.delivered, row.failed, row.waiting, row.word) == (2, 1, 0, "partly")
    assert (row.first_at, row.last_at) == (NOON, NOON + timedelta(seconds=40))
    assert [(who.recipient, who.word) for _, who in receipts(organisation.id, "inc_1/msg_2")] == [
        ("per_ana", "delivered"),
        ("per_bea", "delivered"),
        ("per_chi", "refused"),
    ]


@pytest.mark.row("I8")
def test_another_organisation_sees_nothing_of_it(order, organisation):
    stranger = type(organisation).objects.create(slug="other", name="Other")
    outbox.put(order(channel="inbox"))
    deliver()
    assert summary(stranger.id, "inc_1/msg_2") == ()
    assert receipts(stranger.id, "inc_1/msg_2") == ()
    assert setup.shown(stranger.id) == ()
    assert setup.door(stranger.id).openings == ()


def test_nothing_to_do_is_no_work():
    assert not delivery.run_once(wanted)


def test_a_channel_that_keeps_what_it_takes_sends_nothing_and_says_so(order, organisation):
    """Whoever tries Tocsin out sees each message: a person in the inbox, the rest in the record."""
    assert setup.configure(organisation, "email", "kept", {}, by=None) == ()
    for recipient in ("per_1", "clients"):
        outbox.put(order(channel="email", recipient=recipient, address="", about="notice"))
    deliver(no_door)
    assert summary(organisation.id, "notice")[0].words == {"captured": 2}
    assert [item.person for item in InboxItem.objects.all()] == ["per_1"]
    (outcome,) = outbox.finished()
    assert (outcome.outcome, outcome.detail) == ("delivered", "captured")


def no_door(organisation_id):
    """Give a door that finds no address at all."""
    return Egress(resolver=lambda *_: ())
