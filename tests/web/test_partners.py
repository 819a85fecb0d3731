"""Partners are called from the incident: what each promised is a clock, and its number is at hand for whoever calls, and nowhere else."""

import re
from collections.abc import Iterator

import pytest

from tests.api import client
from tests.web.room import Room, declare
from tests.web.test_census import INSIDE
from tests.world import World
from tocsin.accounts import people
from tocsin.accounts.models import AuditEntry, Person
from tocsin.engine import terms as t
from tocsin.incidents import desk, standing
from tocsin.incidents.dossier import contents
from tocsin.incidents.dossier.verify import verify
from tocsin.incidents.models import Incident
from tocsin.kit import ids
from tocsin.web import dossier

pytestmark = pytest.mark.django_db

CARRIER, NUMBER = "agreements-carrier", "021-5555-0142"


@pytest.fixture
def room(world: World) -> Room:
    """The agreement with the carrier stands in the register of the organisation; own means no longer suffice."""
    standing.keep(world.organisation.id)
    (kept,) = standing.records(world.organisation.id)
    fields = {"arrives_within": "1h", "scope": "Lines and bandwidth", "agreement": "GC-7", "contact": NUMBER}
    done(desk.handle(kept.pk, t.Enter(record="agreements", entry=CARRIER, fields=fields), actor=world.actor(world.ana)))
    found = declare(world)
    act(found, t.Decide(decision="set_level", option="l1", reason="lines down"), world.ana)
    act(found, t.StateFacts(facts={"inside_exhausted": True}), world.chi)
    return found


def done(answer: object) -> None:
    assert isinstance(answer, desk.Done), answer


def act(room: Room, command: t.Command, by: Person) -> None:
    done(desk.handle(Incident.objects.get(number=room.number).id, command, actor=room.world.actor(by)))


def panel(room: Room, person: Person) -> str:
    return str(room.get(person, "panels/partners").content.decode())


@pytest.mark.row("ESC-09")
def test_a_carrier_stands_there_as_green_channel_and_the_police_as_cooperation_partner(room: Room) -> None:
    page = panel(room, room.world.chi)
    assert all(words in page for words in ("运营商", "Carrier (green channel)", "1 hr", "Lines and bandwidth", "GC-7"))
    assert all(words in page for words in ("公安网安部门", "Police cyber-security (cooperation partner)"))


@pytest.mark.row("ESC-09")
def test_a_call_is_one_act_and_what_was_promised_is_a_clock_from_then(room: Room) -> None:
    assert room.post(room.world.chi, f"records/external_forces/partners/{CARRIER}/call").status_code == 303
    row = room.row("ClockRow", clock="log_arrival[external_forces-1]")
    assert (row.due_at - row.anchored_at).total_seconds() == 3600
    assert "called" in panel(room, room.world.chi)
    room.pass_minutes(61)
    assert room.row("ClockRow", clock="log_arrival[external_forces-1]").status == "breached"


@pytest.mark.row("ESC-09")
def test_the_register_is_asked_at_the_instant_of_the_call(room: Room) -> None:
    (kept,) = standing.records(room.world.organisation.id)
    done(
        desk.handle(
            kept.pk, t.Enter(record="agreements", entry=CARRIER, fields={"arrives_within": "30m"}), actor=room.world.actor(room.world.ana)
        )
    )
    room.post(room.world.chi, f"records/external_forces/partners/{CARRIER}/call")
    row = room.row("ClockRow", clock="log_arrival[external_forces-1]")
    assert (row.due_at - row.anchored_at).total_seconds() == 1800


def test_whoever_has_no_part_in_the_incident_calls_nobody(room: Room) -> None:
    people.invite(room.world.organisation, "fay@example.org", "Fay", "member", by=room.world.ana)
    refused = room.post(Person.objects.get(name="Fay"), f"records/external_forces/partners/{CARRIER}/call")
    assert (refused.status_code, "E101" in refused.content.decode()) == (409, True)
    assert room.post(room.world.chi, "records/external_forces/partners/agreements-nobody/call").status_code == 404
    assert room.post(room.world.chi, f"records/complaint_log/partners/{CARRIER}/call").status_code == 404


@pytest.mark.row("X-61", "RDY-06")
def test_the_number_is_at_hand_for_whoever_has_to_call_and_each_look_is_logged(room: Room) -> None:
    for htmx in (True, False):
        answer = room.post(room.world.chi, f"registers/agreements/{CARRIER}/number", htmx=htmx)
        assert (answer.status_code, NUMBER in answer.content.decode()) == (200, True)
    looked = AuditEntry.objects.filter(act="number.viewed")
    assert [(entry.person, entry.subject, entry.detail) for entry in looked] == [
        (room.world.chi, f"{room.number}: 运营商", {"fields": "contact"})
    ] * 2


@pytest.mark.row("X-61", "RDY-06")
def test_nobody_else_is_shown_the_number_or_offered_it(room: Room) -> None:
    assert "Show the number" in panel(room, room.world.chi)
    assert "Show the number" not in panel(room, room.world.bea)
    refused = room.post(room.world.bea, f"registers/agreements/{CARRIER}/number")
    assert (refused.status_code, "E101" in refused.content.decode(), NUMBER in refused.content.decode()) == (409, True, False)
    assert not AuditEntry.objects.filter(act="number.viewed").exists()


def test_whoever_takes_the_role_that_calls_has_the_number_at_hand_at_once(room: Room) -> None:
    act(room, t.Assign(role="duty_manager", person=ids.typed("per", room.world.bea.id)), room.world.ana)
    act(room, t.Accept(role="duty_manager"), room.world.bea)
    assert NUMBER in room.post(room.world.bea, f"registers/agreements/{CARRIER}/number").content.decode()


@pytest.mark.row("X-61")
def test_the_line_of_the_command_is_at_hand_for_those_who_may_need_it_and_is_no_partner(room: Room) -> None:
    (kept,) = standing.records(room.world.organisation.id)
    fields = {"name": "Command line", "number": "8-800"}
    done(desk.handle(kept.pk, t.Enter(record="contacts", fields=fields), actor=room.world.actor(room.world.ana)))
    page = panel(room, room.world.chi)
    found = re.search(r"registers/contacts/([\w-]+)/number", page)
    assert found
    assert ("Command line" in page, "8-800" in page) == (True, False)
    assert "8-800" in room.post(room.world.chi, found[0]).content.decode()
    assert "Command line" not in panel(room, room.world.bea)


def addresses(room: Room) -> Iterator[str]:
    known = {"slug": room.world.organisation.slug, "number": room.number, "plan_id": "hotline-outage"}
    for where, _route in INSIDE:
        for name in ("timeline", "records", "partners", "steps") if "<str:panel_name>" in where else ("",):
            parts = known | {"panel_name": name}
            yield "/" + re.sub(r"<\w+:(\w+)>", lambda found, parts=parts: parts.get(found[1], "unknown"), where)


@pytest.mark.row("X-61", "RDY-06")
def test_on_the_readiness_page_too_a_number_is_shown_on_being_asked_for_and_each_look_is_logged(room: Room) -> None:
    readiness = f"/o/{room.world.organisation.slug}/readiness"
    chi, bea = room.world.browse(room.world.chi), room.world.browse(room.world.bea)
    address = f"{readiness}/hotline-outage/registers/agreements/{CARRIER}/number"
    assert (address in chi.get(readiness).content.decode(), address in bea.get(readiness).content.decode()) == (True, False)
    assert NUMBER not in chi.get(readiness).content.decode()
    assert NUMBER in chi.post(address).content.decode()
    assert [entry.subject for entry in AuditEntry.objects.filter(act="number.viewed")] == [f"hotline-outage: {CARRIER}"]
    assert bea.post(address).status_code == 404


@pytest.mark.row("X-61", "RDY-06")
def test_the_number_leaves_in_no_dossier_of_what_is_kept_between_incidents(room: Room) -> None:
    content = dossier.file(
        contents.gather(contents.find("hotline-outage", room.world.organisation.slug), contents.Confidential.MARKED), "en"
    )
    assert NUMBER.encode() not in content
    assert b"Lines and bandwidth" in content
    assert verify(content).holds


@pytest.mark.row("X-61", "RDY-06")
def test_the_number_stands_on_no_page_in_no_file_and_in_no_answer_of_a_program(room: Room) -> None:
    room.post(room.world.chi, f"records/external_forces/partners/{CARRIER}/call")
    room.post(room.world.chi, f"registers/agreements/{CARRIER}/number")
    program = client.of(room.world, room.world.chi)
    for person in (room.world.bea, room.world.chi):
        browser = room.world.browse(person)
        for address in addresses(room):
            assert NUMBER not in browser.get(address).content.decode(), address
    mine = room.world.browse(room.world.chi)
    for path in ("", "/dossier", "/dossier/file", "/record", "/review"):
        assert NUMBER not in mine.get(f"/o/{room.world.organisation.slug}/incidents/{room.number}{path}").content.decode(), path
    for path in ("/incidents", *(f"/incidents/{room.number}{part}" for part in ("", "/timeline", "/clocks"))):
        assert NUMBER not in program.get(path).content.decode(), path
