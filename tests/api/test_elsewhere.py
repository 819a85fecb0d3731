"""Records of other systems: an incident carries their number and link, and is registered from there once, however often it is asked (REG-18)."""

import pytest

from tests.api import client
from tests.web.room import Room
from tests.world import World
from tocsin.incidents.models import BoardRow, ReportRow

pytestmark = pytest.mark.django_db
TICKET = {"system": "Bitrix24", "number": "BX-1042", "link": "https://desk.example.org/tickets/1042"}


@pytest.mark.row("REG-18")
def test_an_outside_system_registers_an_incident_for_its_ticket_and_asking_again_registers_nothing(world: World) -> None:
    program = client.of(world, world.ana)
    first = program.post("/incidents", {"words": "Nobody answers", "record": TICKET})
    again = program.post("/incidents", {"words": "Still nobody answers", "record": TICKET})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["number"] == first.json()["number"]
    assert again.json()["events"] == []
    assert BoardRow.objects.count() == 1
    assert program.post("/incidents", {"words": "Another", "record": {**TICKET, "number": "BX-1043"}}).status_code == 201


@pytest.mark.row("REG-18")
def test_the_number_and_the_link_stand_in_the_room_and_in_the_answer(world: World) -> None:
    program = client.of(world, world.ana)
    number = program.declare(record=TICKET)["number"]
    page = Room(world, number, {}).page(world.bea)
    assert page.count('href="https://desk.example.org/tickets/1042"') == 2, "in the head, and among the reports"
    (report,) = [each for each in program.get(f"/incidents/{number}").json()["reports"] if each["number"]]
    assert (report["means"], report["number"], report["link"]) == ("Bitrix24", "BX-1042", TICKET["link"])


@pytest.mark.row("REG-18")
def test_a_record_is_attached_to_a_running_incident_and_stands_there_once(world: World) -> None:
    program = client.of(world, world.ana)
    room = Room(world, program.declare()["number"], {})
    for _ in range(2):
        assert room.post(world.ana, "reports", **TICKET).status_code == 303
    (row,) = ReportRow.objects.exclude(number="")
    assert (row.means, row.number, row.link) == ("Bitrix24", "BX-1042", TICKET["link"])
    assert program.post("/incidents", {"words": "Again", "record": TICKET}).json()["number"] == room.number


def test_another_organisation_knows_nothing_of_the_ticket_and_what_is_no_link_is_refused(world: World) -> None:
    client.of(world, world.ana).declare(record=TICKET)
    theirs = client.of(world, world.dov, organisation=world.elsewhere)
    assert theirs.post("/incidents", {"words": "Ours", "record": TICKET}).status_code == 201
    for wrong in ({**TICKET, "link": "javascript:alert(1)"}, {**TICKET, "number": ""}, {"system": "Jira"}):
        assert theirs.post("/incidents", {"words": "Ours", "record": wrong}).status_code == 422
    room = Room(world, BoardRow.objects.get(organisation=world.organisation).number, {})
    refused = room.post(world.ana, "reports", system="Jira", number="J-1", link="javascript:alert(1)")
    assert (refused.status_code, "E104" in refused.content.decode()) == (409, True)
