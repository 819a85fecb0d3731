"""The strict policy: said on every answer, and nothing of ours breaks it in a real browser, with script and without."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import PATIENCE_MS
from tests.serving import Installed, Served
from tocsin.web import headers, reply

TEMPLATES = Path(reply.__file__).parent / "templates"
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|hx-on", re.IGNORECASE)
PASSWORD = "four words nobody guesses"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_policy_is_the_strict_one():
    assert headers.CONTENT_SECURITY_POLICY.split("; ") == [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/no/such/page", "/static/tocsin/base.css", "/o/hotline/people"])
def test_every_answer_says_it(client, house, path):
    client.force_login(house.owner)
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in headers.HEADERS} == headers.HEADERS


def test_no_template_has_an_inline_style_script_or_handler():
    pages = [page for page in TEMPLATES.rglob("*.html") if page.name != "document.html"]  # a file for people, not a page
    assert len(pages) > 20
    assert {page.name: INLINE.findall(page.read_text()) for page in pages if INLINE.search(page.read_text())} == {}


@pytest.fixture
def watched(page: Page) -> Callable[[], list[str]]:
    """Give a function that returns what the browser complained of so far."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return lambda: said


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1280])
def test_set_up_in_a_browser_breaks_no_policy(served: Served, page: Page, watched, width):
    served.start()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(next(line for line in served.lines if "/setup/" in line).split()[-1])
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Настройка Tocsin")
    page.get_by_label("Организация").first.fill("Линия помощи")
    page.get_by_label("Ваше имя").fill("Ана Ли")
    page.get_by_label("Эл. почта").fill("ana@example.org")
    page.get_by_label("Придумайте пароль").fill(PASSWORD)
    page.get_by_label("Загрузить образец").check()
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("button", name="Настроить").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Готово", timeout=PATIENCE_MS)
    assert "/in/alertmanager/ingest_" in page.content()
    assert page.evaluate(OVERFLOW) <= 0
    assert watched() == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1280])
def test_signing_in_and_administration_break_no_policy(installed: Installed, page: Page, watched, width):
    installed.served.start()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(installed.sign_in_link)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main#main")).to_be_visible()
    for path in ("people", "keys", "profile", "audit"):
        page.goto(f"{installed.pages}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate(OVERFLOW) <= 0, path
    page.get_by_role("button", name="Switch theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", re.compile("dark|light"))
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", re.compile("dark|light"))
    page.goto(f"{installed.pages}/people")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("keys nobody has")
    expect(page.locator(".palette-item:visible")).to_have_count(0)
    page.keyboard.press("Escape")
    assert watched() == []


@pytest.mark.browser
def test_the_door_and_administration_work_without_script(installed: Installed, chromium: Browser):
    installed.served.start()
    plain: BrowserContext = chromium.new_context(java_script_enabled=False, locale="pl-PL")
    page = plain.new_page()
    page.goto(installed.sign_in_link)
    page.get_by_label("Wybierz hasło").fill(PASSWORD)
    page.get_by_role("button", name="Zaloguj się").click()
    page.goto(f"{installed.pages}/people")
    page.locator("#f-name").fill("Bea")
    page.locator("#f-email").fill("bea@example.org")
    page.get_by_role("button", name="Invite").click()
    link = page.locator(".hash--wrap").inner_text()
    page.goto(f"{installed.pages}/profile")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zaloguj się")
    page.goto(link)
    page.get_by_label("Wybierz hasło").fill(PASSWORD)
    page.get_by_role("button", name="Zaloguj się").click()
    page.goto(f"{installed.pages}/profile")
    expect(page.get_by_text("bea@example.org")).to_be_visible()
    plain.close()
