"""The people of the sample organisation in the browser: each in a context of their own, with script or without, in one language."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import opened
from tests.journeys.conftest import sign_in
from tests.serving import Installed


@dataclass
class Desk:
    """One person before the room of an incident."""

    page: Page
    cast: "Cast"

    def at(self, selector: str) -> Locator:
        """
        Return a part of the room, loaded anew: what others did meanwhile is there with script and without.

        Whoever acted before has gone: nine open rooms would fetch their panels at each notice, and the machine would do little else.
        """
        self.cast.alone(self)
        self.page.goto(self.cast.room)
        return self.page.locator(selector)

    def unfold(self, selector: str) -> Locator:
        """Return an unfolded part of the room."""
        part = self.at(selector)
        open_up(part)
        return part

    def fill_in(self, selector: str, values: Mapping[str, str]) -> None:
        """Write into the fields of one form, by name, and send it."""
        part = self.unfold(selector)
        for name, value in values.items():
            write(part, name, value)
        part.locator("form button.btn--primary").first.click()


def open_up(part: Locator) -> None:
    """Unfold what is folded, and whatever it lies in."""
    for folded in [*part.locator("xpath=ancestor::details").all(), part]:
        if folded.get_attribute("open") is None:
            folded.locator("> summary").click()


def write(part: Locator, name: str, value: str) -> None:
    """Fill one field in, whatever it is made of."""
    one = part.locator(f"[name='{name}']").first
    if one.get_attribute("type") == "radio":
        part.locator(f"label:has(input[name='{name}'][value='{value}'])").click()
    elif one.evaluate("field => field.tagName") == "SELECT":
        one.select_option(label=value)
    else:
        one.fill(value)


@dataclass
class Cast:
    """Whoever has sat down so far. The owner reads in `language`, everybody else in their own."""

    chromium: Browser
    running: Installed
    language: tuple[str, str]
    script: bool
    stack: ExitStack
    complaints: list[str] = field(default_factory=list)
    room: str = ""
    seats: dict[str, Desk] = field(default_factory=dict)

    def owner(self) -> Desk:
        """Return the owner, who heads the command, signed in by the one-time link of the set-up."""
        if "" not in self.seats:
            page = self._page()
            sign_in(page, self.running)
            self._speak(page)
            self.seats[""] = Desk(page, self)
        return self.seats[""]

    def one(self, name: str) -> Desk:
        """Return a person by name, signed in by a link that the owner makes on the page of people."""
        if name not in self.seats:
            page = self._page()
            page.goto(self._link(name))
            page.locator("input[name=password]").fill("a long enough password")
            page.locator("form:has(input[name=password]) button").click()
            page.wait_for_url(f"{self.running.pages}/**")
            self.seats[name] = Desk(page, self)
        return self.seats[name]

    def alone(self, desk: Desk) -> None:
        """Let everybody else leave the room, once what they have just sent is answered: whoever leaves before takes it back."""
        for other in self.seats.values():
            if other is not desk and self.room and other.page.url.startswith(self.room):
                expect(other.page.locator(".htmx-request")).to_have_count(0)
                other.page.goto("about:blank")

    def _link(self, name: str) -> str:
        page = self.owner().page
        page.goto(f"{self.running.pages}/people")
        page.get_by_role("link", name=name).click()
        page.locator("form[action$='/link'] button").click()
        return page.locator(".note .hash").inner_text()

    def _page(self) -> Page:
        page = self.stack.enter_context(opened(self.chromium, java_script_enabled=self.script)).new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _speak(self, page: Page) -> None:
        code, tag = self.language
        page.locator("summary:has(use[href='#i-globe'])").click()
        page.locator(f"button[name=language][value={code}]").click()
        expect(page.locator("html")).to_have_attribute("lang", tag)
