"""The readiness page: what is owed between incidents is seen by everybody and done by whoever owes it; what is confidential is for its roles."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.web.room import declare
from tests.world import World, member
from tocsin.accounts.models import Person
from tocsin.comms import delivery
from tocsin.comms.models import InboxItem
from tocsin.incidents import chain, journal, standing, ticker
from tocsin.incidents.dossier import contents
from tocsin.incidents.dossier.verify import verify
from tocsin.incidents.models import BoardRow, ClockRow, FigureRow, Incident, RegisterRow
from tocsin.kit import clock, ids
from tocsin.web import dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(world: World) -> Incident:
    standing.keep(world.organisation.id)
    (found,) = standing.records(world.organisation.id)
    return found


def page(world: World, person: Person, **headers: str) -> str:
    answer = world.browse(person).get(f"/o/{world.organisation.slug}/readiness", headers=headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


def post(world: World, person: Person, path: str, **fields: str):
    client: Client = world.browse(person)
    return client.post(f"/o/{world.organisation.slug}/readiness/hotline-outage/{path}", {"key": ids.new().hex, **fields})


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_was_due_before_the_record_began_is_nobodys_miss(kept: Incident, world: World) -> None:
    pass_days(0)
    at_first = words(page(world, world.ana))
    assert "due before this record began" in at_first
    assert "1 missed" not in at_first
    pass_days(366)
    assert "2 missed" in words(page(world, world.ana))


def pass_days(days: int) -> None:
    clock.shift(timedelta(days=days))
    while ticker.run_once():
        pass


@pytest.mark.row("RDY-01", "CLK-12")
def test_every_standing_duty_is_shown_with_who_owes_it_when_it_is_due_and_how_it_stands(world: World, kept: Incident) -> None:
    shown = page(world, world.bea)
    for words in ("Readiness", "Renew the item when it is due", "应急电源车", "Hold and evaluate a joint drill", "not done yet", "H 八.3"):
        assert words in shown
    assert "Network operations" in shown  # the department that the ledger names
    assert "4 things hold it down" in shown  # no numbers, no driver, no shift in the roster, and nobody has reviewed the plan for a year
    assert not BoardRow.objects.filter(incident=kept).exists()


@pytest.mark.row("RDY-01", "TL-78")
def test_a_duty_is_done_on_the_page_with_its_evidence(world: World, kept: Incident) -> None:
    assert post(world, world.ana, "duties/joint_drill/fulfilment", words="held").status_code == 409
    answer = post(world, world.ana, "duties/joint_drill/fulfilment", words="held", evidence="INC-7")
    assert answer.status_code == 303
    shown = page(world, world.bea)
    assert "INC-7" in shown
    assert "last done" in shown
    row = ClockRow.objects.get(incident=kept, obligation="joint_drill")
    assert row.met_at is not None


@pytest.mark.row("TL-65")
def test_the_record_of_a_duty_speaks_of_its_own_entry(world: World, kept: Incident) -> None:
    entry = "equipment-network_tester"
    fields = {"entry": entry, "field:result": "usable"}
    assert post(world, world.chi, "duties/supplies_inspected/fulfilment", **fields).status_code == 303
    assert RegisterRow.objects.get(incident=kept, entry=entry).fields["inspected"]
    assert "inspected" not in RegisterRow.objects.get(incident=kept, entry="equipment-satellite_phone").fields


def test_registers_are_read_in_the_words_of_the_reader_and_not_by_their_keys(world: World, kept: Incident) -> None:
    shown = page(world, world.bea)
    for said in ("Full-time", "Communication", "Technical group leader , First-line technicians"):
        assert said in words(shown)
    assert not {"full_time", "tech_leader, first_line"} & set(re.findall(r">([^<]+)<", shown))


@pytest.mark.row("X-33")
def test_a_secret_number_is_an_empty_slot_until_whoever_may_fills_it_and_only_they_see_it(world: World, kept: Incident) -> None:
    assert ClockRow.objects.get(incident=kept, clock="numbers_filled[contacts-duty_desk]").status == "breached"
    answer = post(world, world.ana, "registers/contacts/entries", **{"entry": "contacts-duty_desk", "field:number": "+86 10 5550"})
    assert answer.status_code == 303
    assert ClockRow.objects.get(incident=kept, clock="numbers_filled[contacts-duty_desk]").status == "open"
    assert "+86 10 5550" not in page(world, world.ana)  # there for whoever asks, and each look is logged
    assert "+86 10 5550" in post(world, world.ana, "registers/contacts/contacts-duty_desk/number").content.decode()
    assert "+86 10 5550" not in page(world, world.bea)
    assert "kept for some roles" in page(world, world.bea)


def shared(shown: str, title: str) -> str:
    """Return a row of the readiness figures in words."""
    panel = shown[shown.index('id="shares-hotline-outage"') :].partition("</table>")[0]
    (row,) = [part for part in panel.split("<tr>") if title in part]
    return words(row)


@pytest.mark.row("KPI-08")
def test_what_share_of_contacts_equipment_and_people_is_in_order_is_a_figure(world: World, kept: Incident) -> None:
    shown = page(world, world.bea)
    assert "0 of 3 0 %" in shared(shown, "Check the contact"), "nobody has verified one yet, though none is late"
    check = {"entry": "contacts-duty_desk", "field:result": "confirmed", "evidence": "call 1"}
    assert post(world, world.ana, "duties/contacts_checked/fulfilment", **check).status_code == 303
    assert "1 of 3 33 %" in shared(page(world, world.bea), "Check the contact")
    renewed = {"entry": "equipment-network_tester", "field:renewed": (clock.now() - timedelta(days=30)).isoformat()}
    assert post(world, world.ana, "registers/equipment/entries", **renewed).status_code == 303
    shown = page(world, world.bea)
    assert "1 of 4 25 %" in shared(shown, "Renew the item"), "what the ledger says of the time before counts"
    assert " 0 of 3 0 %" in shared(shown, "yearly assessment")
    person = f"people-{ids.typed('per', world.chi.id)}"
    assert post(world, world.ana, "duties/yearly_safety/fulfilment", entry=person, words="taught").status_code == 303
    assert "1 of 3 33 %" in shared(page(world, world.bea), "yearly assessment")
    pass_days(100)
    assert "0 of 3 0 %" in shared(page(world, world.bea), "Check the contact"), "the quarter is over"


@pytest.mark.row("KPI-08")
def test_open_measures_and_what_share_was_prepared_stand_beside_them(world: World, kept: Incident) -> None:
    assert "0 of 0" in shared(page(world, world.bea), "Open measures of reviews")
    room = declare(world)
    incident = Incident.objects.get(organisation=world.organisation, number=room.number)
    figure = FigureRow.objects.filter(incident=incident, figure="preparation_done")
    assert figure.update(value={"number": "96.5"}, standing="green") == 1
    row = ClockRow.objects.filter(incident=incident).first()
    assert row is not None
    for place, days in enumerate((-1, 5)):
        row.pk, row.clock, row.verb, row.status = None, f"measures[measures-{place}]", "track", "open"
        row.due_at = clock.now() + timedelta(days=days)
        row.save(force_insert=True)
    shown = shared(page(world, world.bea), "Open measures of reviews")
    assert "1 of 2 1 late" in shown
    assert room.number in shown
    assert "1 of 1 96.5" in shared(page(world, world.bea), "Preparation done")


@pytest.mark.row("TL-60")
def test_an_entry_bears_its_mark_where_it_stands(world: World, kept: Incident) -> None:
    pass_days(100)
    assert "unverified" in page(world, world.bea)


@pytest.mark.row("REG-03")
def test_the_roster_says_who_is_on_duty_who_is_next_and_when_nobody_is(world: World, kept: Incident) -> None:
    def shift(person: Person, begins: int, ends: int) -> None:
        bounds = {"begins": clock.now() + timedelta(hours=begins), "ends": clock.now() + timedelta(hours=ends)}
        fields = {"person": ids.typed("per", person.id), **{name: at.isoformat() for name, at in bounds.items()}}
        posted = post(world, world.ana, "registers/desk_shifts/entries", **{f"field:{name}": words for name, words in fields.items()})
        assert posted.status_code == 303

    shift(world.chi, 0, 8)
    shift(world.bea, 20, 30)
    shown = words(page(world, world.bea))
    assert "on duty until" in shown
    assert f": {world.chi.name} from" in shown
    assert "nobody from" in shown
    clock.shift(timedelta(hours=9))
    while ticker.run_once():
        pass
    shown = words(page(world, world.bea))
    assert "nobody is on duty" in shown
    assert "The duty desk is always staffed" in shown


def test_a_register_grows_and_an_entry_is_taken_out(world: World, kept: Incident) -> None:
    coo = member(world.organisation, "Cao", holds=("coo",))
    standing.keep(world.organisation.id)
    assert post(world, world.bea, "registers/experts/entries", **{"field:name": "Wu"}).status_code == 409
    assert post(world, coo, "registers/experts/entries", **{"field:name": "Wu", "field:field": "networks"}).status_code == 303
    assert "Wu" in page(world, world.bea)
    assert post(world, coo, "registers/experts/entries", entry="experts-1", removal="1").status_code == 303
    assert not RegisterRow.objects.get(incident=kept, entry="experts-1").open


@pytest.mark.row("LNG-01")
@pytest.mark.parametrize(("language", "words"), [("ru", "Готовность"), ("pl", "Gotowość"), ("zh", "准备状态")])
def test_the_page_speaks_the_viewers_language(world: World, kept: Incident, language: str, words: str) -> None:
    Person.objects.filter(pk=world.bea.pk).update(language=language)
    assert words in page(world, world.bea)


def test_the_record_leaves_as_a_dossier_that_is_proved_without_a_server(world: World, kept: Incident) -> None:
    post(world, world.ana, "duties/joint_drill/fulfilment", words="held", evidence="INC-7")
    whole = contents.gather(contents.find("hotline-outage", world.organisation.slug), contents.Confidential.MARKED)
    content = dossier.file(whole, "en")
    key = chain.public_text(journal.signing_key().public_key())
    assert b"Hold and evaluate a joint drill" in content
    assert verify(content, key=key).holds
    assert verify(content.replace(b"INC-7", b"INC-8"), key=key).flaws


def test_what_is_told_of_a_duty_leads_to_readiness(world: World, kept: Incident) -> None:
    while delivery.run_once(lambda _about: True):
        pass
    client, where = world.browse(world.ana), f"/o/{world.organisation.slug}/inbox"
    item = InboxItem.objects.filter(organisation=world.organisation).latest("pk")
    assert "Open Readiness" in client.get(where).content.decode()
    answer = client.post(f"{where}/{item.pk}/reading", {"open": "1"})
    assert answer.headers["Location"].endswith("/readiness")


def test_the_page_is_fetched_again_without_its_frame_and_works_with_no_plan(world: World) -> None:
    assert "<html" not in page(world, world.bea, **{"HX-Request": "true"})
    assert "No plan in force says what is owed" in page(world, world.bea)
