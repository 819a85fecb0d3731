"""What a plan offers is put before whoever sends it, filled in, and is gone once it is sent (COM-01, COM-04)."""

from pathlib import Path

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.plan import shipped

pytestmark = pytest.mark.django_db
NOTICE = 'id="offer-critical_notice"'


@pytest.fixture
def critical(world: World) -> Room:
    """Give the room of an incident that is critical under the support desk's plan, with one client."""
    room = under(world, in_force(world, Path(shipped.sources()["pass24-critical-incidents"])), "Nothing opens")
    assert room.post(world.ana, "parties", name="Park", reporter="yes").status_code == 303
    assert room.post(world.ana, "facts", **{"fact:unusable": "yes"}).status_code == 303
    return room


def messages(room: Room, person: object) -> str:
    return str(room.get(person, "panels/messages", htmx=True).content.decode())


@pytest.mark.row("COM-04")
def test_the_template_for_the_start_of_work_is_offered_then_filled_in_with_what_is_known(critical: Room) -> None:
    shown = messages(critical, critical.world.ana)
    assert NOTICE in shown
    card = shown[shown.index(NOTICE) :].partition("</article>")[0]
    assert f'value="{critical.number}"' in card
    assert 'placeholder="filled in for each reader"' in card
    assert "{{" not in card
    assert 'value="1 h"' in card  # how often, by how grave it is
    asked = card.partition("<details")[0]
    assert 'name="field:situation"' in asked
    assert 'name="field:id"' not in asked  # what is filled in stands behind what has to be said
    assert NOTICE.replace('id="', "#").strip('"') in critical.world.browse(critical.world.ana).get("/o/hotline/messages").content.decode()


@pytest.mark.row("COM-04")
def test_it_is_gone_once_it_is_sent_and_what_is_missing_is_said_in_its_place(critical: Room) -> None:
    ana = critical.world.ana
    fields = {"template": "critical_notice", "row": "offer-critical_notice", "act": "send"}
    refused = critical.post(ana, "messages", htmx=True, **fields)
    assert refused.status_code == 409
    card = refused.content.decode()
    assert "E202" in card[card.index(NOTICE) :].partition("</article>")[0]
    assert critical.post(ana, "messages", htmx=True, **fields, **{"field:situation": "The gates stay shut"}).status_code == 200
    assert NOTICE not in messages(critical, ana)
    assert "The gates stay shut" in critical.row("MessageRow", template="critical_notice").texts["en"]


@pytest.mark.row("COM-01")
def test_client_head_and_team_are_told_at_once_and_two_more_addressees_each_with_one_act(critical: Room) -> None:
    ana = critical.world.ana
    told = {row.template: row.published_by for row in critical.rows("MessageRow", status="published")}
    assert told == dict.fromkeys(("first_notice", "critical_notice_internal", "team_call", "management_notice"), "system")
    for template in ("top_notice", "development_notice"):
        assert f'id="offer-{template}"' in messages(critical, ana)
        answer = critical.post(ana, "messages", htmx=True, template=template, row=f"offer-{template}", act="send")
        assert answer.status_code == 200
        assert critical.row("MessageRow", template=template).status == "published"


@pytest.mark.row("COM-04")
def test_somebody_else_reads_to_whom_it_is_offered(critical: Room) -> None:
    shown = messages(critical, critical.world.bea)
    assert NOTICE not in shown
    assert "is offered to" in shown


def test_a_form_that_names_parties_and_chooses_none_sends_to_nobody(critical: Room) -> None:
    ana = critical.world.ana
    critical.post(ana, "parties", name="Yard")
    fields = {"template": "critical_notice", "row": "offer-critical_notice", "act": "send", "field:situation": "Shut"}
    assert critical.post(ana, "messages", htmx=True, **fields, parties="party-1").status_code == 409
    assert critical.post(ana, "messages", htmx=True, **fields, parties="party-2", party="party-2").status_code == 200


@pytest.mark.row("COM-08")
def test_managements_message_goes_along_with_the_clients_if_its_sender_ticks_it(critical: Room) -> None:
    ana = critical.world.ana
    fields = {
        "template": "status_update",
        "act": "send",
        "field:progress": "half",
        "field:next_steps": "rest",
        "field:time": "2099-01-01T12:00",
    }
    assert critical.post(ana, "messages", htmx=True, **fields, **{"field:status": "under way"}).status_code == 200
    assert not critical.rows("MessageRow", template="management_status").exists()
    answer = critical.post(ana, "messages", htmx=True, **fields, **{"field:status": "nearly done"}, along="management_status")
    assert answer.status_code == 200
    assert "nearly done" in critical.row("MessageRow", template="management_status").texts["en"]
