"""Every page for somebody who sees little or has no mouse: names, headings, contrast as drawn, and the keyboard alone, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.serving import Installed
from tests.web.test_census import INSIDE

pytestmark = pytest.mark.browser
LOOK = Path(__file__).with_name("accessible.js").read_text("utf-8")
FOCUSABLE = """() => {
  const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const together = (e) => [...document.getElementsByName(e.name)].filter((r) => r.type === "radio" && r.form === e.form);
  const group = (e) => e.type === "radio" && (together(e).find((r) => r.checked) ?? together(e)[0]) !== e;
  return [...document.querySelectorAll(kinds)].filter((e) => !e.disabled && !group(e) && e.checkVisibility()).length;
}"""
WATCH = """() => {
  const ring = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== "none";
  window.wrong = [];
  addEventListener("keyup", () => {
    const e = document.activeElement;
    if (!e || e === document.body) return;
    e.dataset.reached = "";
    const box = e.getBoundingClientRect(), label = e.labels?.[0];
    const what = `${e.tagName} ${e.id} ${e.className} ${e.textContent.trim().slice(0, 40)}`;
    if (!ring(getComputedStyle(e)) && !(label && ring(getComputedStyle(label)))) wrong.push(`${what}: shows no focus`);
    else if (!(box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth)) wrong.push(`${what}: cannot be seen`);
  });
}"""
"""From here on, look at whatever a key leads to."""
MORE_STOPS = 20
"""How many stops a page may have beside its controls, such as a table that is scrolled."""
TEXTLESS = {"events", "dossier-file", "scenario", "panel", "recommendation", "unread", "version-preview"}
"""What is no page of its own: a stream, a file, a part of a page."""


def pages(board: Page, running: Installed) -> Iterator[str]:
    """Go to every page of the organisation that there is, and yield its route each time."""
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
    for where, route in INSIDE:
        names = [part.strip("<>").split(":")[-1] for part in where.split("/") if part.startswith("<")]
        if route.name in TEXTLESS or not set(names) <= set(known):
            continue
        path = "/".join(known[part.strip("<>").split(":")[-1]] if part.startswith("<") else part for part in where.split("/"))
        answer = board.goto(f"{running.served.url}/{path}")
        if answer is not None and answer.ok:
            yield where


def declare(board: Page, running: Installed) -> None:
    board.goto(f"{running.pages}/declare?plan=hotline-outage")
    board.locator("#what").fill("The line is silent")
    board.locator("#recommendation .declare-go button").last.click()
    board.wait_for_url("**/incidents/INC-1")


def test_every_page_shows_where_the_keyboard_alone_leads_and_names_orders_and_can_be_read(board: Page, running: Installed) -> None:
    """One visit to each page, with something that runs: first by the keys as it comes, then unfolded by the eye."""
    declare(board, running)
    room = f"{running.pages}/incidents/INC-1"
    wrong, seen, polite = [], 0, (0, 0)
    for where in pages(board, running):
        seen += 1
        if board.url == room:
            lines, places = "#timeline [aria-live=polite], #timeline[aria-live=polite]", "[role=status], [aria-live=polite]"
            polite = board.locator(lines).count(), board.locator(places).count()
        wrong += [f"{where}: {one}" for one in (*unseen_by_keyboard(board), *unreadable(board))]
    assert "\n".join(wrong) == ""
    assert seen >= 25
    assert (polite[0], polite[1] >= 2) == (1, True), "what changes by itself is announced"


def test_every_page_on_which_nothing_stands_yet_names_orders_and_can_be_read(board: Page, running: Installed) -> None:
    assert "\n".join(f"{where}: {one}" for where in pages(board, running) for one in unreadable(board)) == ""


def unseen_by_keyboard(board: Page) -> list[str]:
    """Go through the page with Tab and return what is not reached, shows no focus or lies out of sight."""
    wanted = board.evaluate(FOCUSABLE)
    board.evaluate(WATCH)
    for stops in (wanted, MORE_STOPS):
        for _ in range(stops):
            board.keyboard.press("Tab")
        reached = board.locator("[data-reached]").count()
        if reached >= wanted:
            break
    wrong = list(dict.fromkeys(board.evaluate("() => wrong")))  # whoever went round met them twice
    return wrong if reached >= wanted else [*wrong, f"{reached} of {wanted} reached"]


def unreadable(board: Page) -> list[str]:
    """Unfold the page and return what is wrong with its names, order and contrast, drawn lightly and darkly."""
    wrong = []
    board.evaluate("() => document.querySelectorAll('details:not(.menu)').forEach((d) => { d.open = true; })")
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        board.emulate_media(color_scheme=scheme)
        board.wait_for_function("() => !document.getAnimations().some((a) => a.playState === 'running')")
        wrong += [f"{scheme}: {one}" for one in board.evaluate(LOOK)]
    return wrong


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


def test_so_does_the_walk_with_the_keyboard(page: Page) -> None:
    page.set_content(
        """<a href="#">seen</a><button style="outline: none">dull</button><button style="position: fixed; left: -999px">away</button>
        <a href="#" onfocus="this.blur()">shy</a>"""
    )
    dull, away, reached = unseen_by_keyboard(page)
    assert (dull, away) == ("BUTTON   dull: shows no focus", "BUTTON   away: cannot be seen")
    assert reached == "3 of 4 reached"
