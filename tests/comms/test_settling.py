"""Settling a moment later: what was sent is written down for many at once, what else became of a message at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from tests.comms.conftest import wanted
from tests.serving import eventually
from tocsin.comms import channels, claims, delivery, outbox, settling
from tocsin.comms.channel import Channel
from tocsin.comms.models import Delivery
from tocsin.comms.paces import Paces
from tocsin.comms.settling import Settling
from tocsin.kit.egress import Unreachable


@pytest.fixture
def paces(monkeypatch: pytest.MonkeyPatch) -> Paces:
    made = Paces()
    monkeypatch.setattr(delivery, "PACES", made)
    monkeypatch.setattr(channels, "found", lambda: {"out": Channel("out", "Out", (), send=send)})
    monkeypatch.setattr(settling, "WAIT_S", 0.0)
    return made


def send(message: Any, *_: object) -> str:
    if message.event_id == "silent":
        raise Unreachable("no answer")
    return "taken"


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_what_was_sent_is_written_down_together_and_takes_nobody_s_place_until_then(
    order: Callable[..., Any], noon: Any, paces: Paces, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    settle = claims.settle
    monkeypatch.setattr(claims, "settle", lambda ended, now: [written.append(len(ended)), settle(ended, now)])
    outbox.put_all(order(channel="out", event_id=f"evt_{number}") for number in range(6))
    later = Settling(paces)
    while delivery.run_once(wanted, settle=later.add):
        pass
    assert states() == ["sending"] * 6, "all were claimed, although so many stand as under way"
    assert not later.run_once()
    assert (states(), written) == (["sent"] * 6, [6])
    assert not later.run_once()
    assert written == [6]


def test_what_was_not_answered_is_written_down_at_once_with_what_waits(order: Callable[..., Any], noon: Any, paces: Paces) -> None:
    later = Settling(paces)
    for event in ("evt_1", "silent"):
        outbox.put(order(channel="out", event_id=event))
        assert delivery.run_once(wanted, settle=later.add)
    assert states() == ["pending", "sent"]


def test_as_many_as_one_helping_wait_for_no_more(
    order: Callable[..., Any], noon: Any, paces: Paces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "MOST", 3)
    outbox.put_all(order(channel="out", event_id=f"evt_{number}") for number in range(3))
    later = Settling(paces)
    assert delivery.run_once(wanted, settle=later.add)
    assert states() == ["pending", "pending", "sending"]
    assert delivery.run_once(wanted, settle=later.add)
    assert states() == ["sent"] * 3


def test_what_the_database_does_not_take_is_kept(
    order: Callable[..., Any], noon: Any, paces: Paces, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("gone")

    later = Settling(paces)
    outbox.put(order(channel="out"))
    delivery.run_once(wanted, settle=later.add)
    with monkeypatch.context() as patch:
        patch.setattr(claims, "settle", gone)
        with pytest.raises(OperationalError):
            later.run_once()
    later.run_once()
    assert states() == ["sent"]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_ends_as_it_should_has_written_everything_down(
    order: Callable[..., Any], paces: Paces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settling, "run_once", lambda _: False)
    outbox.put_all(order(channel="out", event_id=f"evt_{number}") for number in range(3))
    running = delivery.loops(wanted, every_s=60)
    for loop in running:
        loop.start()
    eventually(lambda: states() == ["sending"] * 3 and not paces.busy(1))
    stopped = [loop.stop() for loop in running]
    assert all(stopped)
    assert states() == ["sent"] * 3
