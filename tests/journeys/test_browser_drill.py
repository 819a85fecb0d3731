"""The first ten minutes, played from the empty board by one button and watched in a browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.serving import Installed, eventually
from tocsin.incidents.drills import PACE

pytestmark = pytest.mark.browser


def test_one_button_on_the_empty_board_plays_a_drill_to_its_end(running: Installed, board: Page) -> None:
    board.goto(running.pages + "/")
    board.get_by_role("button", name="Play the first ten minutes").click()
    row = board.locator(".incident-row[data-kind=drill] h3 a")
    expect(row).to_be_visible()
    row.click()
    expect(board.locator(".banner[data-tone=drill]")).to_be_visible()
    over = board.locator("#head .phases [aria-current]", has_text="Cancelled")
    eventually(lambda: running.served.move(PACE) or over.count(), within_s=120)  # nobody's eye needs each step to stay
    told = board.locator("#timeline")
    for line in ("signed Public explanation", "set Level 2", "changed the level from Level 2 to Level 3", "published Public explanation"):
        expect(told).to_contain_text(line)
    expect(board.locator("#messages [data-delivery]").first).to_have_attribute("data-delivery", "captured")
