"""A whole incident in a real browser: declared, a clock missed, a refusal read, closed. With script and without, in four languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import opened
from tests.journeys.conftest import sign_in
from tests.serving import Installed, eventually

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Tongue:
    """What the journey reads in one language."""

    code: str
    tag: str
    level: str
    missed: str
    reason_missing: str
    cancelled: str
    quiet: str


TONGUES = (
    Tongue("en", "en", "Level 1", "Missed:", "A reason is missing.", "Cancelled", "Nothing is running."),
    Tongue("ru", "ru", "Уровень 1", "Просрочено:", "Не указана причина.", "Отменено", "Ничего не происходит."),
    Tongue("pl", "pl", "Poziom 1", "Po terminie:", "Brakuje powodu.", "Anulowano", "Nic się nie dzieje."),
    Tongue("zh", "zh-Hans", "一级响应", "逾期：", "缺少理由。", "已取消", "没有进行中的事件。"),
)


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    with opened(chromium, java_script_enabled=request.param) as context:
        yield context


@pytest.fixture
def script(request: pytest.FixtureRequest) -> bool:
    return "script" in request.node.callspec.id.split("-")


@pytest.mark.row("REG-04", "LNG-01")
def test_an_incident_is_declared_missed_and_ended_in_every_language(running: Installed, page: Page, script: bool) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, running)
    for number, tongue in enumerate(TONGUES, 1):
        speak(page, running, tongue)
        declare(page, running, tongue, script)
        expect(page).to_have_url(re.compile(rf"/incidents/INC-{number}$"))
        miss(page, running, tongue, script)
        note(page, f"{tongue.code}: the carrier was called")
        end(page, tongue, script)
        page.goto(running.pages + "/")
        expect(page.locator("h1")).to_contain_text(tongue.quiet)
    assert [each for each in complaints if not harmless(each)] == []


def harmless(complaint: str) -> bool:
    """Return whether the browser only tells of a refusal, or of a panel that was on its way when the page was left."""
    return "409" in complaint or complaint.startswith(("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError"))


def speak(page: Page, running: Installed, tongue: Tongue) -> None:
    page.goto(running.pages + "/")
    page.locator("summary:has(use[href='#i-globe'])").click()
    page.locator(f"button[name=language][value={tongue.code}]").click()
    expect(page.locator("html")).to_have_attribute("lang", tongue.tag)


def declare(page: Page, running: Installed, tongue: Tongue, script: bool) -> None:
    page.goto(f"{running.pages}/declare")
    for value in ("nationwide", "interrupted"):
        page.locator(f"label:has(input[value={value}])").click()
    if script:  # advice comes with the answers, before there is a line
        expect(page.locator("#recommendation h2")).to_contain_text(tongue.level)
    page.locator("#what").fill("Hotline unreachable")
    if not script:
        page.locator("button[formaction$=recommendation]").click()
    expect(page.locator("#recommendation h2")).to_contain_text(tongue.level)
    page.locator("#recommendation button[name=level]").click()
    expect(page.locator("#head")).to_contain_text(tongue.level)


def miss(page: Page, running: Installed, tongue: Tongue, script: bool) -> None:
    """Let five minutes pass: with script the page changes by itself, without it is loaded again."""
    late, told = page.locator("#now .clock[data-state=late]"), page.locator("#timeline .event[data-tone=late]", has_text=tongue.missed)
    running.served.move(timedelta(minutes=6))
    if not script:
        eventually(lambda: page.reload() and told.count())
    expect(told.first).to_be_visible()
    expect(late.first).to_be_visible()


def note(page: Page, words: str) -> None:
    page.locator("#note").fill(words)
    page.locator("#timeline form:has(#note) button").click()
    expect(page.locator("#timeline .event-quote", has_text=words)).to_be_visible()


def end(page: Page, tongue: Tongue, script: bool) -> None:
    """End it as a false alarm: first without a reason, which is refused in the row, then with one."""
    room, row = page.url.partition("#")[0], page.locator("#decision-false_alarm")
    row.locator("> summary").click()
    row.locator("form button").last.click()
    expect(row.locator("[role=alert]")).to_contain_text(tongue.reason_missing)
    expect(row.locator("[role=alert]")).to_contain_text("E105")
    if not script:
        page.goto(room)
        row.locator("> summary").click()
    row.locator("input[name=reason]").fill("A test call")
    row.locator("form button").last.click()
    expect(page.locator("#head")).to_contain_text(tongue.cancelled)
