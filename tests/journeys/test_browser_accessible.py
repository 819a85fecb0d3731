"""Every page for somebody who sees little or has no mouse: names, headings, contrast as drawn, and the keyboard alone, in a real browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.browser import opened
from tests.journeys.conftest import sign_in
from tests.serving import Installed, Template
from tests.web.test_census import INSIDE

pytestmark = pytest.mark.browser
LOOK = Path(__file__).with_name("accessible.js").read_text("utf-8")
FOCUSABLE = """() => {
  const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const together = (e) => [...document.getElementsByName(e.name)].filter((r) => r.type === "radio" && r.form === e.form);
  const group = (e) => e.type === "radio" && (together(e).find((r) => r.checked) ?? together(e)[0]) !== e;
  return [...document.querySelectorAll(kinds)].filter((e) => !e.disabled && !group(e) && e.checkVisibility()).length;
}"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (e) e.dataset.reached = "";
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== "none";
  const label = e.labels?.[0] && ring(getComputedStyle(e.labels[0]));
  const drawn = ring(style) || label;
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const what = `${e.tagName} ${e.id} ${e.className} ${e.textContent.trim().slice(0, 40)}`;
  return { what, drawn, inside };
}"""
TEXTLESS = {"events", "dossier-file", "scenario", "panel", "recommendation", "unread", "version-preview"}
"""What is no page of its own: a stream, a file, a part of a page."""


def pages(board: Page, running: Installed) -> dict[str, str]:
    """Return the address of every page of the organisation that can be looked at, by its route."""
    board.goto(f"{running.pages}/plans/hotline-outage")
    plan_hash = board.locator(".hash--wrap").inner_text()[:12]
    board.goto(f"{running.pages}/people")
    person = (board.locator("a[href*='/people/per_']").first.get_attribute("href") or "").rsplit("/", 1)[1]
    known = {
        "slug": running.pages.rsplit("/", 1)[1],
        "number": "INC-1",
        "plan_id": "hotline-outage",
        "plan_hash": plan_hash,
        "person_id": person,
        "cite": "H 四.1",
        "scenario": "first-ten-minutes",
        "step": "3",
        "channel": "email",
    }
    found = {}
    for where, route in INSIDE:
        names = [part.strip("<>").split(":")[-1] for part in where.split("/") if part.startswith("<")]
        if route.name in TEXTLESS or not set(names) <= set(known):
            continue
        path = "/".join(known[part.strip("<>").split(":")[-1]] if part.startswith("<") else part for part in where.split("/"))
        address = f"{running.served.url}/{path}"
        answer = board.request.get(address)
        if answer.ok and answer.headers.get("content-type", "").startswith("text/html"):
            found[where] = address
    return found


@dataclass(frozen=True)
class Standing:
    """An organisation at which the tests of this module only look: they share it, and its owner is signed in."""

    running: Installed
    owner: StorageState
    addresses: dict[str, str]


@contextmanager
def standing(template: Template, chromium: Browser, home: Path, do: Callable[[Page, Installed], None]) -> Iterator[Standing]:
    """Start a copy of the sample organisation and do something in it."""
    running = template.copy(home, "")
    running.served.start()
    with opened(chromium) as context:
        board = context.new_page()
        sign_in(board, running)
        do(board, running)
        found = Standing(running, context.storage_state(), pages(board, running))
    yield found
    running.served.close()


@pytest.fixture(scope="module")
def empty(template: Template, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Give one in which nothing stands yet."""
    with standing(template, chromium, tmp_path_factory.mktemp("empty") / "home", lambda board, running: None) as found:
        yield found


@pytest.fixture(scope="module")
def lived(template: Template, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """Give one in which something runs."""
    with standing(template, chromium, tmp_path_factory.mktemp("lived") / "home", declare) as found:
        yield found


def declare(board: Page, running: Installed) -> None:
    board.goto(f"{running.pages}/declare?plan=hotline-outage")
    board.locator("#what").fill("The line is silent")
    board.locator("#recommendation .declare-go button").last.click()
    board.wait_for_url("**/incidents/INC-1")


@contextmanager
def board_of(standing: Standing, chromium: Browser) -> Iterator[Page]:
    """Open a page of its own for its owner."""
    with opened(chromium, storage_state=standing.owner) as context:
        yield context.new_page()


def test_every_page_names_its_controls_orders_its_headings_and_can_be_read(chromium: Browser, lived: Standing) -> None:
    assert len(lived.addresses) >= 25
    with board_of(lived, chromium) as board:
        assert_readable(board, lived.addresses)


def test_so_does_every_page_on_which_nothing_stands_yet(chromium: Browser, empty: Standing) -> None:
    with board_of(empty, chromium) as board:
        assert_readable(board, empty.addresses)


def assert_readable(board: Page, addresses: dict[str, str]) -> None:
    wrong: dict[str, list[str]] = {}
    for where, address in addresses.items():
        board.goto(address)
        board.evaluate("() => document.querySelectorAll('details:not(.menu)').forEach((d) => { d.open = true; })")
        for scheme in ("light", "dark"):
            board.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            board.wait_for_function("() => !document.getAnimations().some((a) => a.playState === 'running')")
            found = [f"{scheme}: {one}" for one in board.evaluate(LOOK)]
            if found:
                wrong[where] = [*wrong.get(where, []), *found]
    assert "\n".join(f"{where}: {one}" for where, found in wrong.items() for one in found) == ""


def test_every_page_is_gone_through_with_the_keyboard_alone_and_shows_where_one_is(chromium: Browser, lived: Standing) -> None:
    wrong: dict[str, list[str]] = {}
    with board_of(lived, chromium) as board:
        for where, address in lived.addresses.items():
            board.goto(address)
            wanted = board.evaluate(FOCUSABLE)
            for _ in range(wanted + 20):
                board.keyboard.press("Tab")
                focused = board.evaluate(FOCUSED)
                if focused and not (focused["drawn"] and focused["inside"]):
                    wrong.setdefault(where, []).append(f"{focused['what']}: {'cannot be seen' if focused['drawn'] else 'shows no focus'}")
            reached = board.locator("[data-reached]").count()
            if reached < wanted:
                wrong.setdefault(where, []).append(f"{reached} of {wanted} reached")
    assert "\n".join(f"{where}: {one}" for where, found in wrong.items() for one in found) == ""


def test_what_changes_by_itself_is_announced_politely(chromium: Browser, lived: Standing) -> None:
    with board_of(lived, chromium) as board:
        board.goto(f"{lived.running.pages}/incidents/INC-1")
        assert board.locator("#timeline [aria-live=polite], #timeline[aria-live=polite]").count() == 1
        assert board.locator("[role=status], [aria-live=polite]").count() >= 2


def test_the_look_sees_what_is_wrong(page: Page) -> None:
    page.set_content(
        """<title>t</title><main><h1>One</h1><h3 id="a">Three</h3><input placeholder="no label"><button></button>
        <p id="a" style="color: #999; background: #fff">pale</p><div style="background: #000"><p style="color: #444">dark</p></div>
        <p style="opacity: .4">faint</p><b tabindex="3">first</b><svg width="9" height="9"></svg><p aria-labelledby="gone">good</p></main>"""
    )
    said = " ".join(page.evaluate(LOOK))
    for wrong in ("has no name: <input", "has no name: <button", "order 3 after one of 1", "id a stands 2 times", "says no language"):
        assert wrong in said
    for wrong in ("> pale", "> dark", "> faint", "before its turn: <b", "a picture without words", "leads nowhere: gone"):
        assert wrong in said
    assert "contrast" in said
    assert "> good" not in said.replace("leads nowhere: gone of <p> good", "")
