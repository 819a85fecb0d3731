"""
A real Chromium, started once per process; each test has a context of its own.

Preferred is the same browser without its windows, which Playwright too takes by default: their drawing is two thirds of its work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import programs

# Without these the browser looks for its maker's servers at every start, and as root it does not start at all.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # All pages are ours: a process for each, and another at every step out of one and back, is an eighth of the browser's work.
    "--disable-site-isolation-trials",
    "--process-per-site",
    "--renderer-process-limit=1",
)
LONGEST = ("test_browser_end", "test_browser_incident", "test_browser_accessible")
PATIENCE_MS = 15_000


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Let the tests with a browser come last: it keeps an event loop running in their thread, in which Django refuses its database.

    The longest of them come before the others, so that at the end no process waits long for the other's last.
    """
    items.sort(key=lambda item: (item.path.stem not in LONGEST) + 1 if "chromium" in getattr(item, "fixturenames", ()) else 0)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs.program("browser"), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(chromium: Browser, **more: Any) -> Iterator[BrowserContext]:
    """
    Open a context as the fixture `context` gives it: with script on. `more` is what else Playwright takes, such as who is signed in.

    Whoever looks wants no motion: what moves is drawn again and again, and clicked only once it rests.
    """
    own = {"locale": "en-GB", "timezone_id": "Europe/Warsaw", "viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    context = chromium.new_context(**own | more)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a context with script on. Another one is `chromium.new_context(java_script_enabled=False, locale="zh-CN", …)`."""
    with opened(chromium) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
