"""The harness itself: a whole server that starts, is moved in time, is killed and comes back."""

from datetime import timedelta

import httpx
import pytest


@pytest.mark.kill
def test_an_installation_outlives_its_process_and_keeps_its_place_in_time(installed):
    served = installed.served.start()
    assert httpx.get(installed.sign_in_link).status_code == 200
    served.move(timedelta(days=4))
    assert httpx.get(installed.sign_in_link).status_code == 410
    served.kill()
    served.start()
    assert httpx.get(installed.sign_in_link).status_code == 410
    assert served.stop() == 0


def test_a_server_that_cannot_start_says_why(served):
    served.environ["TOCSIN_DATABASE_URL"] = "mysql://nobody"
    with pytest.raises(AssertionError, match="must be empty"):
        served.start()


def test_a_command_that_fails_is_a_failure(served):
    with pytest.raises(AssertionError, match="No such command"):
        served.run("sing")
