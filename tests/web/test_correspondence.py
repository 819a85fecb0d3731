"""Every message in and out is kept with who, as what, to whom, how, when and where the incident stood, and pages and dossier show it (COM-25)."""

from pathlib import Path

import pytest

from tests.web.room import Room, in_force, under
from tests.world import World
from tocsin.engine import terms as t
from tocsin.incidents import desk, outcomes
from tocsin.plan import shipped

pytestmark = [pytest.mark.django_db, pytest.mark.row("COM-25")]


@pytest.fixture
def asked(world: World) -> Room:
    """Give the room of a critical incident whose client was asked to confirm that all is well."""
    room = under(world, in_force(world, Path(shipped.sources()["pass24-critical-incidents"])), "Nothing opens")
    room.post(world.ana, "parties", name="Park", reporter="yes")
    room.post(world.ana, "facts", **{"fact:unusable": "yes"})
    assert room.post(world.ana, "messages", htmx=True, template="confirmation_request", act="send").status_code == 200
    return room


def answer(room: Room, **fields: str) -> int:
    said = {"words": "It opens again", "sender": "party-1", "channel": "telephone", "language": "ru", **fields}
    return int(room.post(room.world.ana, "messages/confirmation_request-1/answers", htmx=True, **said).status_code)


def test_a_message_out_is_kept_with_role_phase_addressees_and_when_it_went_out(asked: Room) -> None:
    row = asked.row("MessageRow", template="confirmation_request")
    assert (row.role, row.phase, row.parties) == ("responsible", "responding", ["party-1"])
    assert asked.row("MessageRow", template="first_notice").role == "system"
    assert asked.row("DeliveryRow", message="confirmation_request-1", channel="email").sent_at == row.published_at


def test_in_which_languages_it_went_out_comes_back_with_its_outcome(asked: Room) -> None:
    while outcomes.run_once():
        pass
    assert asked.row("DeliveryRow", message="critical_notice_internal-1", channel="push").languages == ["en"]


def test_an_answer_is_kept_with_its_words_sender_channel_and_language_and_attests_what_it_confirms(asked: Room) -> None:
    assert answer(asked, words="Not yet everywhere") == 200
    assert asked.row("ConditionRow", condition="client_confirmed").holds is not True
    assert answer(asked, confirms="yes") == 200
    row = asked.rows("WordRow", kind="reply").last()
    kept = (row.message, row.sender, row.channel, row.language, row.words, row.confirms)
    assert kept == ("confirmation_request-1", "party-1", "telephone", "ru", "It opens again", True)
    assert asked.row("ConditionRow", condition="client_confirmed").holds is True


def test_room_messages_page_and_dossier_show_what_went_out_and_what_came_back(asked: Room) -> None:
    answer(asked, confirms="yes")
    ana = asked.world.ana
    room = asked.get(ana, "panels/messages", htmx=True).content.decode()
    page = asked.world.browse(ana).get(f"/o/{asked.world.organisation.slug}/messages").content.decode()
    dossier = asked.get(ana, "dossier").content.decode()
    for shown in (room, page, dossier):
        assert "It opens again" in shown
        assert "Answer of Park" in shown
    for shown in (room, dossier):
        assert "Person responsible" in shown
        assert "Response" in shown
    assert "Nothing opens" in page  # the report that it began with


def test_what_was_told_by_word_of_mouth_is_kept_too(asked: Room) -> None:
    assert asked.post(asked.world.ana, "parties/party-1/word", htmx=True, words="rang their guard").status_code == 200
    row = asked.row("WordRow", kind="told")
    assert (row.words, row.parties, row.phase) == ("rang their guard", ["party-1"], "responding")
    assert "rang their guard" in asked.get(asked.world.ana, "dossier").content.decode()


def test_an_answer_from_somebody_it_did_not_go_to_is_refused_in_its_place(asked: Room) -> None:
    assert answer(asked, sender="party-9") == 409
    assert answer(asked, words="") == 409
    assert answer(asked, happened_at="2001-01-01T10:00") == 409


def test_when_each_addressee_read_a_notice_is_kept(world: World) -> None:
    room = under(world, world.plan, "Hotline unreachable")
    incident = room.row("BoardRow").incident
    sent = desk.handle(incident.pk, t.Send(template="department_notice"), actor=world.actor(world.chi))
    assert isinstance(sent, desk.Done), sent
    row = room.row("MessageRow", template="department_notice")
    assert room.post(world.ana, f"messages/{row.message}/reading", htmx=True).status_code == 200
    row = room.row("MessageRow", template="department_notice")
    assert row.read_at
    assert set(row.read_at) & set(row.unread) == set()
