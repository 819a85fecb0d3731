"""The incident room: every panel as a fragment and in the page, acts answered in the row, refusals with code and hint."""

import gzip
import re

import pytest

from tests.web.room import Room, declare
from tests.world import PLAN, World, load
from tocsin.accounts.models import Access, Membership
from tocsin.incidents import signals, ticker
from tocsin.kit import ids
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db
PANELS = (
    "head",
    "now",
    "level",
    "facts",
    "steps",
    "decisions",
    "messages",
    "parties",
    "records",
    "conditions",
    "roles",
    "timeline",
    "reports",
    "signals",
)


@pytest.fixture
def room(world: World) -> Room:
    return declare(world)


def test_the_room_is_one_page_without_script(room: Room) -> None:
    page = room.page(room.world.ana)
    for name in PANELS:
        assert f'id="{name}"' in page


def test_a_phone_on_a_thin_line_gets_the_room_packed(room: Room) -> None:
    address = f"/o/{room.world.organisation.slug}/incidents/{room.number}"
    packed = room.world.browse(room.world.ana).get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) * 5 < len(gzip.decompress(packed.content))


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_is_fetched_alone(room: Room, name: str) -> None:
    answer = room.get(room.world.ana, f"panels/{name}", htmx=True)
    assert answer.status_code == 200
    assert answer.content.decode().count(f'id="{name}"') == 1
    assert "<html" not in answer.content.decode()


def test_a_stranger_sees_no_room(room: Room) -> None:
    for path in ("", *(f"panels/{name}" for name in PANELS)):
        assert room.get(room.world.dov, path).status_code == 404
    assert room.post(room.world.dov, "notes", words="hello").status_code == 404


def test_a_note_is_quoted_in_the_timeline_by_its_author(room: Room) -> None:
    answer = room.post(room.world.bea, "notes", htmx=True, words="Lines 3 and 4 are silent")
    assert answer.status_code == 200
    assert "Lines 3 and 4 are silent" in answer.content.decode()
    assert "Bea" in answer.content.decode()


def test_without_script_an_act_leads_back_to_its_panel(room: Room) -> None:
    answer = room.post(room.world.bea, "notes", words="Plain browsers count too")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"{room.number}#timeline")
    assert "Plain browsers count too" in room.page(room.world.ana)


@pytest.mark.row("AUD-02")
def test_what_is_refused_stands_in_the_row_with_code_and_hint(room: Room) -> None:
    answer = room.post(room.world.bea, "decisions/judge/choice", htmx=True, **{"fact:severity": "major"})
    assert answer.status_code == 409
    shown = answer.content.decode()
    row = shown[shown.index('id="decision-judge"') :]
    assert "E101" in row[: row.index("</details>")]
    assert "Ask that role or its deputy." in row[: row.index("</details>")]


def test_a_refused_report_keeps_what_was_written_and_says_only_once_what_is_missing(room: Room) -> None:
    report = {"attach:termination_report:summary": "Stable since Tuesday", "attach:termination_report:conditions": "All five"}
    answer = room.post(room.world.chi, "decisions/terminate/choice", htmx=True, **report)
    assert answer.status_code == 409
    shown = answer.content.decode()
    row = shown[shown.index('id="decision-terminate"') :]
    row = row[: row.index("</details>")]
    assert "E201" in row
    assert 'value="Stable since Tuesday"' in row
    assert row.count("72 hours since restoration") == 1


def test_a_refusal_speaks_the_viewers_language(room: Room) -> None:
    room.speak(room.world.bea, "pl")
    answer = room.post(room.world.bea, "decisions/judge/choice", htmx=True, **{"fact:severity": "major"})
    assert "To należy do innej roli." in answer.content.decode()


def test_a_form_sent_twice_acts_once(room: Room) -> None:
    key = ids.new().hex
    for _ in range(2):
        assert room.post(room.world.ana, "notes", htmx=True, words="Once", key=key).status_code == 200
    assert room.page(room.world.ana).count('event-quote">Once<') == 1


@pytest.mark.row("CLS-15")
def test_another_level_than_proposed_needs_a_reason(room: Room) -> None:
    room.post(room.world.ana, "facts", **{"fact:scope": "nationwide", "fact:effect": "interrupted"})
    answer = room.post(room.world.ana, "decisions/set_level/choice", htmx=True, option="l2")
    assert answer.status_code == 409
    assert "E105" in answer.content.decode()
    answer = room.post(room.world.ana, "decisions/set_level/choice", htmx=True, option="l2", reason="Two regions are back")
    assert answer.status_code == 200
    assert "Two regions are back" in answer.content.decode()


def test_an_incident_whose_time_cannot_pass_says_so_in_the_room_and_on_the_board(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no clock")

    with monkeypatch.context() as broken:
        broken.setattr(ticker.desk.turns, "take", break_down)
        room.pass_minutes(6)
    page = room.page(room.world.ana)
    assert "Time stands still here since" in page
    assert "ZeroDivisionError: no clock" in page
    assert "Fault in Tocsin" in room.world.browse(room.world.ana).get(f"/o/{room.world.organisation.slug}/").content.decode()
    room.pass_minutes(1)
    assert "Time stands still" not in room.page(room.world.ana)


def test_an_incident_that_is_over_is_still_read(room: Room) -> None:
    answer = room.post(room.world.ana, "decisions/false_alarm/choice", reason="A test call")
    assert answer.status_code == 303
    page = room.page(room.world.bea)
    assert "Cancelled" in page
    assert "A test call" in page


def test_a_breach_is_marked_late_in_now_and_timeline(room: Room) -> None:
    room.pass_minutes(6)
    page = room.page(room.world.ana)
    assert 'data-state="late"' in page
    assert 'class="event" data-tone="late"' in page
    assert "Missed:" in page


@pytest.mark.row("ROL-10")
def test_what_nobody_holds_is_shown_with_who_answers_for_it(room: Room) -> None:
    roles = room.get(room.world.ana, "panels/roles", htmx=True).content.decode()
    assert "held by Ana" in roles


@pytest.mark.row("ROL-19")
def test_a_role_is_asked_accepted_and_handed_over(room: Room) -> None:
    bea, chi = (ids.typed("per", person.id) for person in (room.world.bea, room.world.chi))
    assert room.post(room.world.ana, "roles/care_leader/assignment", htmx=True, person=bea).status_code == 200
    assert "Accept" in room.get(room.world.bea, "panels/roles", htmx=True).content.decode()
    assert room.post(room.world.bea, "roles/care_leader/acceptance", htmx=True).status_code == 200
    answer = room.post(room.world.bea, "roles/care_leader/handover", htmx=True, person=chi)
    assert answer.status_code == 200
    assert "Chi" in answer.content.decode()


def test_a_text_is_approved_and_published_as_exactly_what_was_seen(room: Room) -> None:
    fields = {"template": "public_statement", "field:scope_text": "all regions", "field:next_update": "15:00"}
    assert room.post(room.world.ana, "messages", htmx=True, **fields).status_code == 200
    seen = room.row("MessageRow").text_hash
    chain = "message:public_statement-1"
    stale = room.post(room.world.bea, f"chains/{chain}/signature", htmx=True, link="review", content_hash="0" * 64)
    assert stale.status_code == 409
    assert "E304" in stale.content.decode()
    early = room.post(room.world.ana, "messages/public_statement-1/publication", htmx=True, text_hash=seen)
    assert early.status_code == 409
    assert room.post(room.world.bea, f"chains/{chain}/signature", htmx=True, link="review", content_hash=seen).status_code == 200
    assert room.post(room.world.ana, "messages/public_statement-1/publication", htmx=True, text_hash=seen).status_code == 200
    assert 'data-delivery="' in room.get(room.world.ana, "panels/messages", htmx=True).content.decode()


def test_a_time_in_a_message_is_typed_where_the_writer_is_and_told_where_the_plan_is(room: Room) -> None:
    room.world.ana.timezone = "Europe/Warsaw"
    room.world.ana.save()
    fields = {"template": "public_statement", "field:scope_text": "all regions", "field:next_update": "2030-01-01T15:30"}
    room.post(room.world.ana, "messages", htmx=True, **fields)
    assert "2030-01-01 22:30 (Asia/Shanghai)" in room.row("MessageRow").texts["en"]
    assert 'value="2030-01-01T15:30"' in room.get(room.world.ana, "panels/messages", htmx=True).content.decode()


def test_a_time_that_no_calendar_holds_is_refused_by_every_form(room: Room) -> None:
    wrong = "0001-01-01T00:30"
    for path, fields in (
        ("records/measures/entries", {"field:measure": "x", "field:due": wrong}),
        ("moments/recovered/instant", {"happened_at": wrong}),
    ):
        assert room.post(room.world.ana, path, htmx=True, **fields).status_code == 409, path


@pytest.mark.row("TRM-08")
def test_a_reading_entered_by_hand_is_shown_and_looked_at(room: Room) -> None:
    assert "no data" in room.get(room.world.chi, "panels/signals", htmx=True).content.decode()
    for signal, value in (("availability", "99.95"), ("call_success", "99,4")):
        assert room.post(room.world.chi, f"signals/{signal}/readings", htmx=True, value=value).status_code == 200
    signals.run_once()
    assert "99.95" in room.get(room.world.chi, "panels/signals", htmx=True).content.decode()
    held = room.row("ConditionRow", condition="core_stable")
    assert held.value is True
    assert re.search(r"\b\d sec of 30 min", room.get(room.world.chi, "panels/conditions", htmx=True).content.decode())


@pytest.mark.row("DET-14")
def test_readings_are_shown_by_region(room: Room) -> None:
    for region, value in (("east", "97"), ("west", "99")):
        answer = room.post(room.world.chi, "signals/call_success/readings", htmx=True, value=value, **{"label:region": region})
        assert answer.status_code == 200
    shown = room.get(room.world.chi, "panels/signals", htmx=True).content.decode()
    parts = shown[shown.index('class="signal-parts"') :]
    assert parts.index("region east") < parts.index("97") < parts.index("region west") < parts.index("99")
    assert "<b>98&nbsp;%</b>" in shown


def test_what_is_no_reading_is_refused(room: Room) -> None:
    for value in ("", "many", "nan"):
        assert room.post(room.world.chi, "signals/availability/readings", htmx=True, value=value).status_code == 409
    assert room.post(room.world.chi, "signals/weather/readings", htmx=True, value="3").status_code == 409
    assert room.post(room.world.chi, "signals/availability/readings", htmx=True, value="1e15").status_code == 409
    assert room.post(room.world.chi, "signals/availability/readings", htmx=True, value="3", at="2199-01-01T00:00").status_code == 409
    assert room.post(room.world.chi, "signals/complaints/baseline", htmx=True, mean="0").status_code == 409
    assert room.post(room.world.chi, "signals/complaints/baseline", htmx=True, mean="333").status_code == 200


def test_an_observer_reads_the_room_and_finds_nothing_to_press(room: Room) -> None:
    Membership.objects.filter(person=room.world.bea).update(access=Access.OBSERVER)
    page = room.page(room.world.bea)
    inside = page[page.index('<main class="page') : page.index("</main>")]
    assert "<form" not in inside
    assert room.post(room.world.bea, "notes", words="hello").status_code == 403


@pytest.mark.row("PLN-05")
def test_an_incident_stays_on_its_version_until_the_commander_moves_it_with_a_reason(room: Room) -> None:
    newer = load(room.world.organisation, shipped.sources()[PLAN].read_text("utf-8").replace('version: "1.0"', 'version: "1.1"', 1))
    assert room.row("BoardRow").plan_version == "1.0"
    offered = room.get(room.world.ana, "panels/decisions", htmx=True).content.decode()
    assert "Move to plan version 1.1" in offered
    assert "Move to plan version 1.1" not in room.get(room.world.bea, "panels/decisions", htmx=True).content.decode()
    assert room.post(room.world.ana, "version", htmx=True, plan=newer.hash).status_code == 409
    assert room.post(room.world.bea, "version", htmx=True, plan=newer.hash, reason="because").status_code == 409
    assert room.post(room.world.ana, "version", htmx=True, plan="0" * 64, reason="because").status_code == 409
    assert room.post(room.world.ana, "version", htmx=True, plan=newer.hash, reason="The limits were corrected").status_code == 200
    assert room.row("BoardRow").plan_version == "1.1"
    assert "moved the incident to plan version 1.1" in room.page(room.world.ana)


def test_once_it_is_over_what_was_missed_is_counted_no_further(room: Room) -> None:
    ana = room.world.ana
    room.pass_minutes(10)
    assert " late</b>" in room.get(ana, "panels/now", htmx=True).content.decode()
    answer = room.post(ana, "decisions/false_alarm/choice", **{"fact:false_report": "yes", "reason": "The probe was broken"})
    assert answer.status_code == 303
    shown = room.get(ana, "panels/now", htmx=True).content.decode()
    assert "data-left" not in shown
    assert re.search(r'panel-note">\d+ missed<', shown)
    assert "I work on this" not in room.get(ana, "panels/steps", htmx=True).content.decode()


def test_of_the_viewers_own_steps_what_is_due_first_stands_first(room: Room) -> None:
    """Whoever is woken for several roles reads what is due in minutes before what is due in days, whatever the order of the plan's groups."""
    page = room.page(room.world.chi)
    steps = page[page.index('id="steps-h"') :]
    order = [
        steps.index(f">{title}<")
        for title in ("First judgement within five minutes", "Preliminary cause within 24 hours", "Root cause within 48 hours")
    ]
    assert order == sorted(order)
