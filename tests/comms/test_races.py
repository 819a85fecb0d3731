"""Many workers at one outbox: each message goes out once."""

import threading

import pytest
from django.db import connections

from tests.comms.conftest import wanted
from tests.comms.sinks import webhook
from tests.serving import eventually
from tocsin.comms import claims, delivery, outbox, setup
from tocsin.comms.models import Attempt, Delivery


@pytest.mark.row("F-13", "I6")
@pytest.mark.django_db(transaction=True)
def test_workers_that_race_send_each_message_once(order, sink):
    outbox.put_all(order(channel="out", recipient=f"per_{number}", address=f"p{number}@example.org") for number in range(24))
    faults = []

    def work() -> None:
        try:
            while Delivery.objects.filter(finished_at=None).exists():
                delivery.run_once(wanted)
        except Exception as error:  # noqa: BLE001 - the test's own thread must tell the test
            faults.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(delivery.THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert faults == []
    assert len(sink.keys) == len(set(sink.keys)) == 24
    assert {row.word for row in Delivery.objects.all()} == {"delivered"}
    assert Attempt.objects.count() == 24


@pytest.mark.row("F-19")
@pytest.mark.django_db(transaction=True)
def test_a_provider_that_hangs_holds_up_no_other_channel(order, organisation):
    with webhook.Sink("hangs") as sink:
        setup.configure(organisation, "out", "webhook", sink.fields, by=None)
        outbox.put_all(order(channel="out", event_id=f"evt_{number}") for number in range(6))
        running = delivery.loops(wanted, every_s=0.02)
        for loop in running:
            loop.start()
        eventually(lambda: len(sink.keys) == claims.AT_ONCE)
        outbox.put(order(channel="inbox"))
        eventually(lambda: Delivery.objects.get(channel="inbox").word == "delivered", within_s=5)
        assert {row.word for row in Delivery.objects.filter(channel="out")} == {"sending", "waiting"}
        sink.over.set()
        stopped = [loop.stop() for loop in running]
    assert all(stopped)
