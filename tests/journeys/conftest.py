"""Journeys go through HTTP against a whole server, with local fakes around it and a clock that is moved."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from tests.serving import Installed

PASSWORD = "a long enough password"


@pytest.fixture
def running(installed: Installed) -> Installed:
    """Give the sample organisation on a server that answers."""
    installed.served.start()
    return installed


@pytest.fixture
def api(running: Installed) -> Iterator[httpx.Client]:
    """Give a client of the API that acts as the owner, who heads the command. Any answer but 2xx is an error, shown as it came."""
    headers = {"Authorization": f"Bearer {running.api_key}"}
    hooks = {"response": [_succeeded]}
    with httpx.Client(base_url=f"{running.served.url}/api/v1", headers=headers, trust_env=False, timeout=30, event_hooks=hooks) as client:
        yield client


def _succeeded(response: httpx.Response) -> None:
    if not response.is_success:
        response.read()
        raise AssertionError(f"{response.request.method} {response.url}: {response.status_code} {response.text[:2000]}")


def sign_in(page: Page, installed: Installed) -> None:
    """Go in by the one-time link as the owner, who chooses a password on the way, and arrive at the board. Works without script."""
    page.goto(installed.sign_in_link)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button").click()
    page.wait_for_url(f"{installed.pages}/**")


@pytest.fixture
def board(page: Page, running: Installed) -> Page:
    """Give a browser with script in which the owner looks at the board."""
    sign_in(page, running)
    return page
