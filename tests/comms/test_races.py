"""Many workers at one outbox: each message goes out once."""

import threading

import pytest
from django.db import connections

from tests.comms.conftest import wanted
from tocsin.comms import delivery, outbox
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
