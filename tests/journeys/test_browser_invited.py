"""Somebody from elsewhere is invited to a running incident, and takes part from a telephone, without a mouse."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD
from tests.journeys.test_browser_phone import OVERFLOW
from tests.serving import Installed

pytestmark = pytest.mark.browser
LOOK = Path(__file__).with_name("accessible.js").read_text("utf-8")
PHONE = {"width": 375, "height": 812}


@pytest.mark.row("COM-30")
def test_a_guest_is_let_in_accepts_and_speaks_on_a_telephone_with_the_keyboard(running: Installed, board: Page, chromium: Browser) -> None:
    board.goto(f"{running.pages}/plans")
    board.locator("form[action*='/incident-basics/taking'] button").click()
    board.locator("form[action$='/approval'] button").click()
    board.goto(f"{running.pages}/declare?plan=incident-basics")
    board.locator("#what").fill("Nothing prints")
    board.locator("#recommendation .declare-go button").last.click()
    board.wait_for_url("**/incidents/INC-1")
    board.set_viewport_size(PHONE)
    board.locator("#call-invited > summary").press("Enter")
    assert board.evaluate(OVERFLOW) <= 0
    board.get_by_label("Full name").fill("Gus")
    board.get_by_label("E-mail").fill("gus@partner.example")
    board.get_by_label("E-mail").press("Enter")
    link = board.locator(".hash--wrap").inner_text()
    assert board.evaluate(OVERFLOW) <= 0
    with chromium.new_context(viewport=PHONE, locale="en-GB") as context:
        theirs = context.new_page()
        theirs.goto(link)
        theirs.locator("input[name=password]").fill(PASSWORD)
        theirs.locator("input[name=password]").press("Enter")
        theirs.get_by_role("link", name="INC-1").press("Enter")
        theirs.get_by_role("button", name="Accept").press("Enter")
        expect(theirs.locator("#invitation")).to_contain_text("accepted")
        theirs.get_by_label("Say to the team").fill("It is out of paper")
        theirs.get_by_label("Say to the team").press("Enter")
        expect(theirs.locator("#stream")).to_contain_text("It is out of paper")
        assert theirs.evaluate(OVERFLOW) <= 0
        assert theirs.evaluate(LOOK) == []
        board.goto(f"{running.pages}/incidents/INC-1")
        expect(board.locator("#stream")).to_contain_text("It is out of paper")
        expect(board.locator("#roles")).to_contain_text("Gus")
