"""Take the screenshots of the documentation from a server of its own: the sample organisation, in the middle of the first drill."""

import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests import programs
from tests.browser import FLAGS
from tests.journeys.conftest import sign_in
from tests.serving import Installed, Served, eventually

FOLDER = Path(__file__).parent.parent / "docs" / "screens"
DESK, PHONE = (1280, 900), (375, 812)
ROOM = "incidents/INC-1"
DRILL_WITHIN_S = 120


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs.program("browser"), args=FLAGS)
        served = Served(Path(home) / "home")
        try:
            take(browser, served)
        finally:
            served.close()
            browser.close()
    return 0


def take(browser: Browser, served: Served) -> None:
    printed = {name: value for name, value in served.setup(organisation="Hotline").items() if name != "url"}
    installed = Installed(served.start(), **printed)
    page = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]}, locale="en-GB", timezone_id="Asia/Shanghai")
    sign_in(page, installed)
    shoot(page, installed, "", "board-empty")
    page.locator("form[action$='/drills'] button").click()
    eventually(lambda: level_decided(installed), DRILL_WITHIN_S)
    shoot(page, installed, "", "board")  # while it runs: the drill goes on and ends
    for name, theme, size in (("room", "light", DESK), ("room-dark", "dark", DESK), ("room-phone", "light", PHONE)):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        shoot(page, installed, ROOM, name)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    for name in ("plans/hotline-outage", "declare"):
        shoot(page, installed, name, name.partition("/")[0])


def level_decided(installed: Installed) -> bool:
    """Return whether the drill has come so far that a level was decided and clocks run."""
    answer = httpx.get(
        f"{installed.served.url}/api/v1/incidents", headers={"Authorization": f"Bearer {installed.api_key}"}, trust_env=False
    )
    return any(incident["level"] for incident in answer.json()["items"])


def shoot(page: Page, installed: Installed, place: str, name: str) -> None:
    page.goto(f"{installed.pages}/{place}")
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/screens/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
