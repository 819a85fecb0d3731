"""Right of way: requests first, but never alone."""

import threading
import time

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
    way, said = RightOfWay(), list[bool]()
    with way.taken():
        worker = threading.Thread(target=lambda: said.append(way.give(0.01)))
        worker.start()
        worker.join()
    assert said == [False]
    assert way.give(0.01)


def test_a_request_that_does_such_work_itself_does_not_wait_for_itself() -> None:
    way = RightOfWay()
    with way.taken():
        began = time.monotonic()
        assert not way.give(30)
        assert time.monotonic() - began < 10
    assert way.give(0)
