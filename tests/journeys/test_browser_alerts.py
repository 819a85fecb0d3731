"""Alerts in a real browser: found, silenced and back when the silence ends; a route tried before it is made; a mapping mended beside a body."""

import json
import re
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.ingest import bodies
from tests.serving import Installed, eventually
from tocsin.kit import clock

pytestmark = pytest.mark.browser
HOUR = timedelta(hours=1)


def send(running: Installed, body: bytes, key: str = "", source: str = "alertmanager") -> int:
    return httpx.post(f"{running.served.url}/in/{source}/{key or running.ingest_key}", content=body, trust_env=False).status_code


def fire(running: Installed, *lines: str, region: str, name: str = "QueueTooLong") -> None:
    at = clock.now() + running.served.moved
    entries = (
        bodies.entry(line, starts_at=at, summary=f"Line {line}", labels={"alertname": name, "line": line, "region": region})
        for line in lines
    )
    assert send(running, bodies.body(*entries)) == 202


def rows(page: Page) -> list[str]:
    return page.locator("#alerts tbody a[href*='/alerts/seen/']").all_inner_texts()


def try_route(page: Page, running: Installed) -> None:
    page.goto(f"{running.pages}/alerts/routes/new")
    page.locator("[name=wanted]").fill("alertname=QueueTooLong")
    page.locator("[name=group_by]").fill("region")
    page.locator("[name=count]").fill("2")
    page.locator("button[name=trial]").click()


@pytest.mark.row("REG-01")
def test_what_is_silenced_comes_back_when_the_silence_ends_and_declares_as_the_trial_said(running: Installed, board: Page) -> None:
    fire(running, "4001", "4002", region="east")
    fire(running, "rack-4", region="east", name="DiskFull")
    board.goto(f"{running.pages}/alerts")
    expect(board.locator("#alerts tbody tr")).to_have_count(3)
    board.locator("#find").fill("alertname=QueueTooLong")
    board.locator("#find").press("Enter")
    expect(board.locator("#alerts tbody tr")).to_have_count(2)
    expect(board).to_have_url(re.compile("q=alertname%3DQueueTooLong"))

    try_route(board, running)
    expect(board.locator("#trial-h")).to_have_text("It would have declared 1 incident")
    board.locator("[name=name]").fill("Queues")
    board.locator("form:has([name=wanted]) button.btn--primary").click()
    expect(board.locator("#alerts")).to_be_visible()

    board.get_by_role("link", name="Line 4001").click()
    board.get_by_role("link", name="Silence", exact=True).click()
    board.locator("[name=match]").fill("region=~east|west")
    board.locator("button[name=preview]").click()
    expect(board.locator("#preview")).to_contain_text("Now: 3")
    board.locator("[name=comment]").fill("The trunk is swapped")
    board.locator("form:has([name=match]) button.btn--primary").click()
    expect(board.locator("main")).to_contain_text("holds back 3")

    fire(running, "4003", "4004", region="west")
    board.goto(f"{running.pages}/alerts")
    expect(board.locator("#alerts tbody tr")).to_have_count(5)
    expect(board.locator("#alerts tbody tr:has-text('Silenced')")).to_have_count(5)
    board.locator("#by").select_option("region")
    expect(board.locator("#alerts tr.group")).to_have_count(2)
    assert board.request.get(f"{running.pages}/incidents/INC-1").status == 404

    running.served.move(HOUR + timedelta(minutes=1))
    board.goto(f"{running.pages}/alerts?q=region%3Dwest")
    expect(board.locator("#alerts tbody tr:has-text('Firing'):has-text('INC-1')")).to_have_count(2)
    board.get_by_role("link", name="INC-1").first.click()
    board.get_by_role("link", name="Its alerts").click()
    expect(board.locator("#alerts tbody tr")).to_have_count(2)
    assert sorted(rows(board)) == ["Line 4003", "Line 4004"]
    try_route(board, running)
    expect(board.locator("#trial-h")).to_have_text("It would have declared 2 incidents")
    expect(board.locator("#trial tbody tr:has-text('Line 4003, Line 4004')")).to_have_count(1)


def test_a_mapping_is_written_beside_a_body_and_what_it_did_not_fit_is_read_once_it_is_mended(running: Installed, board: Page) -> None:
    board.goto(f"{running.pages}/sources")
    board.locator("select[name=source]").select_option("generic")
    board.locator("form:has(select[name=source]) [name=name]").fill("Uptime")
    board.locator("form:has(select[name=source]) button").click()
    key = re.findall(r"ingest_[0-9a-f]{40}", board.content())[0]
    assert send(running, json.dumps({"id": 7, "name": "Gateway", "on": True}).encode(), key, "generic") == 202
    board.get_by_role("link", name="Write the mapping").click()
    board.locator("#source").fill("key: id\ntitle: name &&\nfiring: on\n")
    expect(board.locator("#reading")).to_contain_text("line 2")
    board.locator("#source").fill("key: id\ntitle: name\nfiring: on\n")
    expect(board.locator("#reading")).to_contain_text("Gateway")
    board.locator("#mapping button.btn--primary").click()
    board.get_by_role("button", name="Replay 1 that was set aside").click()
    board.goto(f"{running.pages}/alerts")
    expect(board.locator("#alerts tbody")).to_contain_text("Gateway")

    send(running, json.dumps({"name": "Mail gate", "on": True}).encode(), key, "generic")
    eventually(lambda: board.goto(f"{running.pages}/sources") and board.locator("#aside tbody tr").count() == 1)
    board.get_by_role("link", name="Uptime").first.click()
    board.get_by_role("link", name="Change the mapping").click()
    board.locator("#source").fill("key: id || name\ntitle: name\nfiring: on\n")
    board.locator("#mapping button.btn--primary").click()
    board.goto(f"{running.pages}/sources")
    board.locator("#aside").get_by_role("button", name="Replay", exact=True).click()
    expect(board.locator("#aside tbody tr")).to_have_count(0)
    board.goto(f"{running.pages}/alerts")
    expect(board.locator("#alerts tbody")).to_contain_text("Mail gate")
