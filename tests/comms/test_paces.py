"""Helpings: as many messages at once as a channel takes quickly, and what waits too long behind others is put back."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.comms.conftest import wanted
from tocsin.comms import channels, claims, delivery, outbox
from tocsin.comms.channel import Channel
from tocsin.comms.models import Attempt, Delivery
from tocsin.comms.paces import FEW, MOST, NEAR_S, QUICK_S, Paces
from tocsin.kit import bells, clock
from tocsin.kit.egress import Unreachable


class Looks:
    """Somebody at rest beside a bell."""

    woken = 0

    def soon(self) -> bool:
        return False

    def wake(self) -> bool:
        self.woken += 1
        return True


def test_a_helping_grows_while_it_goes_quickly_and_is_one_again_after_no_answer(organisation: Any) -> None:
    paces, place = Paces(), (organisation.id, "out")
    seen = []
    for _ in range(8):
        seen.append(paces.most(place))
        paces.note(place, count=1, took_s=QUICK_S / 2, well=True)
    assert seen == [1, 2, 4, 8, 16, 32, MOST, MOST]
    paces.note(place, count=1, took_s=QUICK_S / 2, well=False)
    assert paces.most(place) == 1


def test_behind_a_provider_that_does_not_answer_the_rest_of_a_helping_is_put_back_without_a_trace(
    order: Callable[..., Any], organisation: Any, noon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> str:
        raise Unreachable("no answer")

    paces = Paces()
    for _ in range(2):
        paces.note((organisation.id, "gone"), count=1, took_s=0.0, well=True)
    monkeypatch.setattr(delivery, "PACES", paces)
    monkeypatch.setattr(channels, "found", lambda: {"gone": Channel("gone", "Gone", (), send=silent)})
    outbox.put_all(order(channel="gone", event_id=f"evt_{number}") for number in range(4))
    assert delivery.run_once(wanted)
    assert [(one.number, one.outcome) for one in Attempt.objects.all()] == [(1, "unanswered")]
    assert sorted(Delivery.objects.values_list("state", "attempts", "doubtful")) == [("pending", 0, False)] * 3 + [("pending", 1, False)]
    assert paces.most((organisation.id, "gone")) == 1


def test_what_is_most_pressing_is_taken_before_the_rest_of_a_quick_channel(
    order: Callable[..., Any], organisation: Any, noon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def send(message: Any, *_: object) -> str:
        sent.append(message.event_id)
        if len(sent) == 3:
            outbox.put(order(channel="other", event_id="urgent", urgent=True))
        return "taken"

    monkeypatch.setattr(delivery, "PACES", Paces())
    monkeypatch.setattr(channels, "found", lambda: {name: Channel(name, name, (), send=send) for name in ("quick", "other")})
    outbox.put_all(order(channel="quick", event_id=f"evt_{number}") for number in range(9))
    assert delivery.run_once(wanted)
    assert len(sent) == 1
    assert delivery.run_once(wanted)
    assert len(sent) == 3
    assert delivery.run_once(wanted)
    assert sent[3] == "urgent"
    while delivery.run_once(wanted):
        pass
    assert sorted(set(sent)) == sorted(sent)
    assert {(one.number, one.outcome) for one in Attempt.objects.all()} == {(1, "sent")}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_one_thread_at_a_time_claims_of_a_channel_and_whoever_rests_looks_after_it(
    order: Callable[..., Any], organisation: Any, noon: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paces, looks = Paces(), Looks()
    outbox.put_all(order(channel="inbox", event_id=f"evt_{number}") for number in range(2))
    with paces.claimed((organisation.id, "inbox")) as alone:
        assert alone
        assert claims.claim(paces) == []
    monkeypatch.setattr(delivery, "PACES", paces)

    bells.hang(outbox.TO_SEND, looks)
    try:
        assert delivery.run_once(wanted)
        assert (looks.woken, Delivery.objects.filter(state="pending").count()) == (1, 1)
    finally:
        bells.take_down(outbox.TO_SEND, looks)


def test_a_channel_that_is_near_has_one_thread_until_it_is_so_no_more(organisation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    paces, place, here, now = Paces(), (organisation.id, "out"), threading.get_ident(), 100.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    with paces.at_work(place, FEW):
        assert (paces.busy(2), paces.away(here)) == (set(), True), "nobody knows yet how near it is"
        paces.note(place, count=2, took_s=NEAR_S, well=True)
        assert (paces.busy(2), paces.away(here)) == ({place}, False)
        now += QUICK_S
        assert (paces.busy(2), paces.away(here)) == (set(), True), "this time it takes longer"
        paces.note(place, count=1, took_s=0.0, well=True)
        assert not paces.away(here)
        paces.note(place, count=1, took_s=NEAR_S, well=True)
        assert (paces.busy(2), paces.away(here)) == (set(), True), "of what is waited for, two can be under way at once"
    assert (paces.busy(2), paces.away(here)) == (set(), False)


def test_behind_a_crowd_a_second_thread_claims_the_next_while_the_first_sends(organisation: Any) -> None:
    paces, place, here = Paces(), (organisation.id, "out"), threading.get_ident()
    paces.note(place, count=1, took_s=0.0, well=True)
    with paces.at_work(place, FEW + 1):
        assert (paces.busy(2), paces.away(here)) == (set(), True)
    with paces.at_work(place, FEW):
        assert (paces.busy(2), paces.away(here)) == ({place}, False)
