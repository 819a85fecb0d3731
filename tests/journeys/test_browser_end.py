"""An incident lived to its proper end, by everyone whom the plan names: seventy-two stable hours, three signatures, a proof outside."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.people import Cast, open_up
from tests.serving import Installed, eventually

pytestmark = pytest.mark.browser
HALF_HOUR = timedelta(minutes=30)
STABLE = timedelta(hours=72)
GOOD = {"availability": "99.95", "call_success": "99.5", "complaints": "40"}


@dataclass(frozen=True)
class Words:
    """What is read in one language."""

    language: tuple[str, str]
    recovery: str
    review: str
    closed: str


CHINESE = Words(("zh", "zh-Hans"), recovery="恢复", review="复盘", closed="已关闭")
RUSSIAN = Words(("ru", "ru"), recovery="Восстановление", review="Разбор", closed="Закрыто")


@pytest.fixture(params=[(CHINESE, True), (RUSSIAN, False)], ids=["chinese-script", "russian-plain"])
def cast(request: pytest.FixtureRequest, chromium: Browser, running: Installed) -> Iterator[tuple[Cast, Words]]:
    words, script = request.param
    with ExitStack() as stack:
        yield Cast(chromium, running, words.language, script, stack), words


@pytest.mark.row("TRM-05", "TRM-06", "TRM-07", "TRM-09", "AUD-03")
def test_an_incident_ends_after_stable_days_and_three_signatures(cast: tuple[Cast, Words], api: httpx.Client, tmp_path: Path) -> None:
    people, words = cast
    begin(people)
    respond(people)
    restore(people, words)
    wait(people, api)
    terminate(people, words)
    close(people, words)
    prove(people, tmp_path)
    assert [each for each in people.complaints if "409" not in each and not each.startswith("htmx:")] == []


def begin(people: Cast) -> None:
    """Declare; the duty manager judges, the technical leader assesses; a seat is given, taken and handed over."""
    page = people.owner().page
    page.goto(f"{people.running.pages}/declare")
    page.locator("#what").fill("热线打不通")
    for value in ("single_region", "interrupted"):
        page.locator(f"label:has(input[value={value}])").click()
    if not people.script:
        page.locator("button[formaction$=recommendation]").click()
    page.locator("#recommendation button[name=level]").click()
    expect(page).to_have_url(re.compile("/incidents/INC-1"))
    people.room = f"{people.running.pages}/incidents/INC-1"
    people.one("陈静").fill_in("#decision-judge", {"fact:severity": "major"})
    people.one("张工").fill_in("#decision-assess", {"fact:business": "general", "fact:secondary": "none"})
    give(people, "logistics_leader", "刘伟", to="孙丽")


def give(people: Cast, role: str, person: str, *, to: str) -> None:
    """Let the head of command ask `person` to take a role, and let that person accept it and hand it on."""
    head, asking = people.owner(), f"form[action$='/roles/{role}/assignment']:has(select)"
    seat = f"#roles .role-row:has({asking})"
    row = head.at(seat)
    open_up(row.locator(f"details:has({asking})"))
    row.locator(f"{asking} select").select_option(label=person)
    row.locator(f"{asking} button").click()
    expect(head.page.locator(seat).locator(".role-who")).to_contain_text(person)
    taker = people.one(person)
    row = taker.at(f"#roles .role-row:has(form[action*='/roles/{role}/'])")
    row.locator("form[action$='/acceptance'] button").click()
    expect(row.locator("form[action$='/acceptance']")).to_have_count(0)
    open_up(row.locator("details:has(form[action$='/handover'])"))
    row.locator("form[action$='/handover'] select").select_option(label=to)
    row.locator("form[action$='/handover'] button").click()
    eventually(lambda: to in head.at(seat).locator(".role-who").inner_text())


def respond(people: Cast) -> None:
    """Keep a record, write to the public by three hands, miss a clock, and change the level: without a reason it is refused."""
    people.one("张工").fill_in("#record-site_record", {"field:logs": "已重启"})
    publish(people)
    people.running.served.move(timedelta(minutes=40))
    head = people.owner()
    eventually(lambda: head.at("#timeline .event[data-tone=late]").count(), within_s=120)
    expect(head.page.locator("#now .clock[data-state=late]").first).to_be_visible()
    head.fill_in("#level-decision", {"option": "l1"})
    expect(head.page.locator("#level-decision [role=alert]")).to_contain_text("E105")
    head.fill_in("#level-decision", {"option": "l1", "reason": "影响扩大", "evidence": "监测图"})
    expect(head.page.locator("#level footer")).to_contain_text("影响扩大")


def publish(people: Cast) -> None:
    """One writes, one approves exactly that text, one publishes; every channel says what became of it."""
    writer = people.one("孙丽")
    open_up(writer.at("#compose"))
    draft = writer.page.locator("#new-public_statement")
    open_up(draft)
    draft.locator("[name='field:scope_text']").fill("华东")
    draft.locator("[name='field:next_update']").fill("2030-01-01T15:30")
    draft.locator("button.btn--primary").click()
    statement = "#messages article.composer:has-text('华东')"
    expect(writer.page.locator(statement)).to_be_visible()
    approver, speaker = people.one("Grace Okafor"), people.one("Marta Wójcik")
    approver.at(f"{statement} form[action$='/signature'] button").click()
    expect(approver.page.locator(f"{statement} form[action$='/signature']")).to_have_count(0)
    speaker.at(f"{statement} form[action$='/publication'] button").click()
    expect(speaker.page.locator(statement)).to_have_count(0)


def restore(people: Cast, words: Words) -> None:
    """Accept the restoration, and attest what people attest: without its evidence it is refused."""
    head = people.owner()
    head.fill_in("#decision-accept_restoration", {})
    expect(head.page.locator("#head .phases [aria-current]")).to_contain_text(words.recovery)
    attest(people, "张工", "no_risk_reported")
    attest(people, "Игорь Белов", "safe", refused="E106")
    attest(people, "Игорь Белов", "safe", evidence="评估报告 17")


def attest(people: Cast, name: str, condition: str, *, evidence: str = "", refused: str = "") -> None:
    person = people.one(name)
    part = person.unfold(f"#conditions details:has(form[action$='/{condition}/attestation'])")
    part.locator("[name=evidence]").fill(evidence)
    part.locator("button").click()
    if refused:
        expect(person.page.locator("#conditions [role=alert]")).to_contain_text(refused)
    else:
        expect(person.page.locator(f"#conditions form[action$='/{condition}/withdrawal']")).to_have_count(1)


def wait(people: Cast, api: httpx.Client) -> None:
    """Let three days pass. The samples of that time come late, as from a source that was cut off: they still count from when they were taken."""
    for signal, mean in (("availability", 99.95), ("call_success", 99.5), ("complaints", 100)):
        api.post("/baselines", json={"signal": signal, "mean": mean})
    feed(people, api, timedelta(hours=3))
    leader = people.one("张工")
    report = {"attach:termination_report:conditions": "全部成立", "attach:termination_report:summary": "已稳定"}
    leader.fill_in("#decision-terminate", report)
    expect(leader.page.locator("#decision-terminate [role=alert]")).to_contain_text("E201")
    people.running.served.move(STABLE)
    feed(people, api, STABLE + timedelta(hours=2))
    held = "#conditions li:has(progress)"
    eventually(lambda: leader.at(held).count() and leader.page.locator(held).get_attribute("data-state") == "met", within_s=120)
    leader.fill_in("#decision-terminate", report)
    expect(leader.page.locator("#decisions .trail li[data-state=done]")).to_have_count(1)


def feed(people: Cast, api: httpx.Client, back: timedelta) -> None:
    """Hand in a sample of each signal for each half hour of the last so many hours."""
    now = datetime.now(UTC) + people.running.served.moved
    grid = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    instants = [grid - HALF_HOUR * number for number in range(back // HALF_HOUR)]
    samples = [
        {"signal": signal, "value": value, "at": at.isoformat(), "over_s": 1800} for at in instants for signal, value in GOOD.items()
    ]
    api.post("/samples", json={"samples": samples})


def terminate(people: Cast, words: Words) -> None:
    """The leader has applied; the head evaluates with the minutes of the meeting; top management approves."""
    head = people.owner()
    signing = head.at("#decisions form[action$='/signature']")
    for slot in signing.locator("input.input").all():
        slot.fill("通过")
    signing.locator("button").click()
    expect(head.page.locator("#decisions .trail li[data-state=done]")).to_have_count(2)
    last = people.one("Dana Wright")
    last.at("#decisions form[action$='/signature'] button").click()
    expect(last.page.locator("#decisions .trail li[data-state=done]")).to_have_count(3)
    expect(head.at("#head .phases [aria-current]")).to_contain_text(words.review)


def close(people: Cast, words: Words) -> None:
    """Without the review closing is refused; with it the incident is closed."""
    head = people.owner()
    head.fill_in("#decision-close", {})
    expect(head.page.locator("#decision-close [role=alert]")).to_contain_text("E201")
    head.fill_in("#record-review", {"field:cause": "固件缺陷", "field:actions": "升级固件"})
    head.fill_in("#decision-close", {})
    expect(head.page.locator("#head .phases [aria-current]")).to_contain_text(words.closed)


def prove(people: Cast, folder: Path) -> None:
    """Download the dossier and prove it with nothing but the file; one changed character is found."""
    head = people.owner()
    head.page.goto(f"{people.room}/dossier")
    with head.page.expect_download() as download:
        head.page.locator("button[formaction$='/dossier/file']").click()
    file = folder / "INC-1.html"
    download.value.save_as(file)
    people.running.served.run("verify", str(file))
    file.write_text(file.read_text("utf-8").replace("固件缺陷", "固件故障"), "utf-8")
    assert people.running.served.run("verify", str(file), check=False).returncode != 0
