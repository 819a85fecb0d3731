"""What people do while a response runs: decide together, call, read, confirm, record and take back moments."""

import typing

import pytest

from tests.web import room
from tests.world import World
from tocsin.engine.terms import EndReason
from tocsin.kit import ids
from tocsin.web.sentences import duties


def typed(person) -> str:
    return ids.typed("per", person.id)


@pytest.mark.row("ACT-05")
def test_a_meeting_is_decided_with_those_who_attended_and_how(world: World) -> None:
    incident = room.declare(world)
    refused = incident.post(world.ana, "decisions/decide_in_meeting/choice", option="start", htmx=True)
    assert (refused.status_code, "E202" in refused.content.decode()) == (409, True)
    attended = {
        f"attended:{typed(world.ana)}": "in_person",
        f"attended:{typed(world.bea)}": "telephone",
        f"attended:{typed(world.chi)}": "",
    }
    incident.post(world.ana, "decisions/decide_in_meeting/choice", option="start", **attended)
    decided = incident.row("DecidedRow", decision="decide_in_meeting")
    assert decided.attendance == {typed(world.ana): "in_person", typed(world.bea): "telephone"}
    page = incident.page(world.ana)
    assert "Present:" in page
    assert "by telephone" in page


@pytest.mark.row("ROL-25")
def test_a_plan_is_approved_by_its_entry(world: World) -> None:
    incident = room.declare(world)
    incident.post(world.chi, "records/coordination_plans/entries", **{"field:plan": "two people from network"})
    assert "two people from network" in incident.page(world.ana)
    incident.post(world.ana, "decisions/approve_plan/choice", option="approve", entry="coordination_plans-1")
    assert incident.row("DecidedRow", decision="approve_plan").entry == "coordination_plans-1"


@pytest.mark.row("ROL-35")
def test_the_form_that_hands_over_says_what_passes_and_what_stays(world: World) -> None:
    page = room.declare(world).page(world.ana)
    assert "Passes to On-site commander:" in page
    assert "Give the external forces their tasks" in page


def sent(world: World, template: str, **fields: str) -> room.Room:
    incident = room.declare(world, symptom="silence", extent="two provinces")
    incident.post(world.chi, "messages", template=template, **{f"field:{name}": words for name, words in fields.items()})
    draft = incident.row("MessageRow", template=template)
    incident.post(world.chi, f"messages/{draft.message}/publication", text_hash=draft.text_hash)
    return incident


@pytest.mark.row("COM-11")
def test_each_department_says_that_it_has_read_a_notice(world: World) -> None:
    incident = sent(world, "department_notice")
    assert "it" in incident.row("MessageRow", template="department_notice").unread
    assert "I have read this" in incident.page(world.chi)  # who heads IT
    assert "I have read this" not in incident.page(world.bea)
    incident.post(world.chi, "messages/department_notice-1/reading")
    assert "it" not in incident.row("MessageRow", template="department_notice").unread
    assert "I have read this" not in incident.page(world.chi)


@pytest.mark.row("COM-26", "ESC-08")
def test_a_call_is_a_task_with_a_result_and_goes_on_by_mail_if_nobody_answers(world: World) -> None:
    incident = sent(world, "support_request", needs_list="bandwidth; 20G; carrier; asked", level_of_force="province")
    address = "messages/support_request-1/confirmation"
    assert incident.row("ClockRow", obligation="support_request.telephone").status == "open"
    unsaid = incident.post(world.chi, address, channel="telephone", reached="no", htmx=True)
    assert (unsaid.status_code, "E202" in unsaid.content.decode()) == (409, True)
    incident.post(world.chi, address, channel="telephone", result="nobody answers", reached="no")
    assert incident.row("DeliveryRow", message="support_request-1", channel="telephone").outcome == "failed"
    assert incident.row("DeliveryRow", message="support_request-1", channel="email").outcome == "waiting"
    assert incident.row("ClockRow", obligation="support_request.telephone").ended == "moved_on"


@pytest.mark.row("ESC-08")
def test_a_list_of_needs_with_an_empty_cell_is_not_sent(world: World) -> None:
    incident = sent(world, "support_request", needs_list="bandwidth; 20G", level_of_force="province")
    assert incident.row("MessageRow", template="support_request").status == "draft"


def test_the_record_says_in_the_reader_s_language_why_a_clock_ended(world: World) -> None:
    incident = room.declare(world)
    incident.post(world.ana, "decisions/set_level/choice", option="l2", reason="two provinces")
    incident.post(world.ana, "decisions/false_alarm/choice", **{"fact:false_report": "yes", "reason": "The probe was broken"})
    incident.speak(world.ana, "zh")
    record = incident.get(world.ana, "record").content.decode()
    assert "计时结束，事件已取消" in record
    assert "cancelled" not in record


@pytest.mark.parametrize("why", typing.get_args(EndReason))
def test_every_reason_for_which_a_clock_ends_has_words(why: str) -> None:
    assert why in duties.ENDED


@pytest.mark.row("CLK-08")
def test_a_restoration_that_did_not_last_is_taken_back_with_a_reason(world: World) -> None:
    incident = room.declare(world)
    incident.post(world.ana, "decisions/set_level/choice", option="l2", reason="two provinces")
    incident.post(world.ana, "decisions/accept_restoration/choice")
    assert incident.row("BoardRow").phase == "recovering"
    assert "It did not last" in incident.page(world.ana)
    unsaid = incident.post(world.ana, "moments/restored/withdrawal", htmx=True)
    assert (unsaid.status_code, "E105" in unsaid.content.decode()) == (409, True)
    incident.post(world.ana, "moments/restored/withdrawal", reason="it failed again")
    assert incident.row("BoardRow").phase == "responding"
    assert incident.row("MomentRow", moment="restored").withdrawn == "it failed again"


@pytest.mark.row("ESC-10")
def test_an_arrival_is_recorded_by_those_the_plan_names(world: World) -> None:
    incident = room.declare(world)
    incident.post(world.chi, "moments/external_here/instant", happened_at="")
    assert incident.row("MomentRow", moment="external_here").by == typed(world.chi)
    refused = incident.post(world.bea, "moments/external_here/instant", happened_at="", htmx=True)
    assert refused.status_code == 409
