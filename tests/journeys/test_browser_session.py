"""A session that ends while somebody writes: whoever signs in again finds on the same page what was not sent, and nobody else does."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PASSWORD
from tests.serving import Installed

pytestmark = pytest.mark.browser
WORDS = "The provider says it is the second trunk"


def press(board: Page) -> None:
    """Send the note, signed out meanwhile, and stand at the door."""
    board.context.clear_cookies(name="tocsin_session")
    board.locator("form[action$='/notes'] button").first.click()
    expect(board).to_have_url(re.compile("/sign-in"))


def note(board: Page) -> Locator:
    return board.locator("form[action$='/notes'] [name=words]").first


def sign_in(board: Page) -> None:
    board.locator("input[name=email]").fill("ana@example.org")
    board.locator("input[name=password]").fill(PASSWORD)
    board.locator("form:has(input[name=password]) button").last.click()
    expect(board).to_have_url(re.compile("/incidents/INC-1$"))


def test_what_was_written_is_there_after_signing_in_again(running: Installed, board: Page) -> None:
    board.goto(f"{running.pages}/declare?plan=hotline-outage")
    board.locator("#what").fill("The line is silent")
    board.locator("#recommendation .declare-go button").last.click()
    board.wait_for_url("**/incidents/INC-1")
    board.route(re.compile("/panels/|/unread"), lambda route: route.abort())  # only what is pressed asks, not what is shown anew beside it
    note(board).fill("For my eyes only")
    press(board)
    board.evaluate("sessionStorage['tocsin-unsent'] = sessionStorage['tocsin-unsent'].replace('whose\":\"', 'whose\":\"not ')")
    sign_in(board)
    expect(note(board)).to_have_value("")
    assert board.evaluate("sessionStorage.getItem('tocsin-unsent')") is None, "kept for whoever wrote it, once"

    note(board).fill(WORDS)
    press(board)
    sign_in(board)
    expect(note(board)).to_have_value(WORDS)
    board.locator("form[action$='/notes'] button").first.click()
    expect(board.locator("#timeline")).to_contain_text(WORDS)
