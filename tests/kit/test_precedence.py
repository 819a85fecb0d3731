"""Right of way: requests first, but never alone."""

import threading

from tests.serving import eventually
from tocsin.kit.precedence import RightOfWay


def test_work_that_can_wait_waits_until_the_last_request_is_answered() -> None:
    way, passed = RightOfWay(), threading.Event()
    with way.taken():
        with way.taken():
            worker = threading.Thread(target=lambda: way.give(30) and passed.set())
            worker.start()
        assert not passed.wait(0.05)
    eventually(passed.is_set)
    worker.join()


def test_requests_without_end_do_not_stop_it() -> None:
    way = RightOfWay()
    with way.taken():
        assert not way.give(0.01)
    assert way.give(0.01)
