"""The pages on a phone: nothing runs off to the side, and in the room what waits for the viewer comes before all else, what one looks up last."""

import pytest
from playwright.sync_api import Page

from tests.serving import Installed

pytestmark = pytest.mark.browser
PAGES = (
    "",
    "declare",
    "incidents",
    "incidents/INC-1",
    "incidents/INC-1/review",
    "messages",
    "alerts",
    "plans",
    "plans/hotline-outage",
    "people",
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ORDER = ("steps", "now", "level", "decisions", "messages", "roles", "timeline", "facts")


def test_nothing_runs_off_to_the_side_and_the_work_comes_first(running: Installed, board: Page) -> None:
    board.goto(f"{running.pages}/plans")
    board.locator("form[action*='/pass24-critical-incidents/taking'] button").click()
    board.locator("form[action$='/approval'] button").click()
    board.goto(f"{running.pages}/declare?plan=hotline-outage")
    board.locator("#what").fill("The line is silent")
    board.locator("#recommendation .declare-go button").last.click()
    board.wait_for_url("**/incidents/INC-1")
    board.set_viewport_size({"width": 375, "height": 812})
    wide = {}
    for page in PAGES:
        board.goto(f"{running.pages}/{page}")
        wide[page] = board.evaluate(OVERFLOW)
    assert {page: by for page, by in wide.items() if by > 0} == {}
    board.goto(f"{running.pages}/incidents/INC-1")
    assert board.locator("#steps .step[data-state='next']").count(), "a step of the viewer's own"
    tops = [board.locator(f"#{name}").evaluate("panel => panel.getBoundingClientRect().top") for name in ORDER]
    assert tops == sorted(tops)
