"""A limited view: whoever is invited to a running incident sees its head and takes part in its stream; no door shows anything else of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import get_resolver

from tests.api import client
from tests.web.room import Room, declare, in_force, under
from tests.web.test_census import INSIDE, routes
from tests.world import World, load
from tocsin.accounts import keys, links, people
from tocsin.accounts.models import Access, Membership, Person
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.incidents import desk
from tocsin.incidents.models import BoardRow, Incident, RoleRow
from tocsin.incidents.notices import News
from tocsin.kit import ids
from tocsin.plan import shipped
from tocsin.web import stream

pytestmark = pytest.mark.django_db

SECRETS = ("The lock is old", "Four, seven", "File a report", "A break-in", "Findings", "The keeper sleeps", "Bea")
"""What stands in the incident beside its head and its stream: entries, duties, facts, notes, people."""
OPEN_TO_GUESTS = {
    *("incidents", "incident", "panel", "saying", "acceptance", "role-refusal", "inbox", "unread", "inbox-reading"),
    *("profile", "profile-change", "profile-password"),
}
OF_ONE = [where for where, _route in routes(get_resolver().url_patterns) if "<str:number>" in where]
OUTSIDE = "gus@partner.example"


@pytest.fixture
def room(world: World) -> Room:
    """Ana is the warden of an open vault in which things have happened; a guest of the house has been invited and has accepted."""
    plan = in_force(world, Path(__file__).with_name("guarded.yaml"))
    people.hold(world.organisation, world.ana, "vault", {"warden": 0}, by=world.ana)
    people.hold(world.organisation, world.bea, "vault", {"guard": 0}, by=world.ana)
    found = under(world, plan, "The lower door stands open")
    act(found, t.Enter(record="findings", fields={"what": "The lock is old", "safe_code": "Four, seven"}))
    act(found, t.Note(words="The keeper sleeps"))
    act(found, t.Say(words="Who knows this lock?"))
    return found


@pytest.fixture
def gus(room: Room) -> Person:
    return guest(room, "Gus", OUTSIDE)


def guest(room: Room, name: str, email: str) -> Person:
    """Return a guest who was invited as an expert and has accepted."""
    person = people.invite(room.world.organisation, email, name, Access.GUEST, by=room.world.ana)
    assert isinstance(person, Person)
    act(room, t.CallIn(role="locksmith", people=(ids.typed("per", person.id),), reason="knows locks"))
    act(room, t.Accept(role="locksmith"), by=person)
    return person


def act(room: Room, command: t.Command, by: Person | None = None) -> None:
    answer = desk.handle(Incident.objects.get(number=room.number).id, command, actor=room.world.actor(by or room.world.ana))
    assert isinstance(answer, desk.Done), answer


def addresses(room: Room) -> Iterator[tuple[str, str]]:
    """Yield every address of the organisation with the name of its route, what is asked for filled in as far as it is known."""
    parts = {"slug": room.world.organisation.slug, "number": room.number, "seq": "1", "plan_id": "vault", "said": "said-1"}
    for where, route in INSIDE:
        names = ("timeline", "head", "stream", "facts", "roles") if "<str:panel_name>" in where else ("",)
        for panel in names:
            known = parts | {"panel_name": panel, "role": "locksmith", "record": "findings"}
            yield "/" + re.sub(r"<\w+:(\w+)>", lambda found, known=known: known.get(found[1], "unknown"), where), str(route.name)


def says(page: str, words: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", page) is not None


@pytest.mark.row("COM-30")
def test_no_page_of_the_organisation_shows_a_guest_more_than_the_head_and_the_stream(room: Room, gus: Person) -> None:
    browser = room.world.browse(gus)
    opened: set[str] = set()
    for address, name in addresses(room):
        answer = browser.get(address)
        page = answer.content.decode()
        if answer.status_code == 200:
            opened.add(name)
        assert answer.status_code in {200, 403, 404, 405}, address
        assert not [said for said in SECRETS if says(page, said)], address
    assert opened == {"incidents", "incident", "panel", "inbox", "unread", "profile"}
    ours = room.page(room.world.ana)
    assert [said for said in SECRETS if not says(ours, said)] == []


@pytest.mark.row("COM-30")
def test_a_guest_may_post_nothing_but_words_an_answer_and_the_own_profile(room: Room, gus: Person) -> None:
    browser = room.world.browse(gus)
    before = BoardRow.objects.get(number=room.number).seq
    let_in = {name for address, name in addresses(room) if browser.post(address, {"key": ids.new().hex}).status_code not in {403, 404, 405}}
    assert let_in <= OPEN_TO_GUESTS
    assert BoardRow.objects.get(number=room.number).seq == before


@pytest.mark.row("COM-30")
def test_a_guest_takes_part_in_the_stream(room: Room, gus: Person) -> None:
    page = room.page(gus)
    assert all(words in page for words in ("The lower door stands open", "Who knows this lock?"))
    assert room.post(gus, "stream", words="It is a Chubb").status_code == 303
    assert "It is a Chubb" in room.get(room.world.ana, "panels/stream").content.decode()
    assert "It is a Chubb" in room.get(gus, "panels/stream").content.decode()


@pytest.mark.row("COM-30")
def test_a_guest_is_there_for_one_incident_and_for_as_long_as_the_invitation_stands(room: Room, gus: Person) -> None:
    other = declare(room.world)
    assert other.get(gus).status_code == 404
    listed = room.world.browse(gus).get(f"/o/{room.world.organisation.slug}/incidents").content.decode()
    assert (room.number in listed, other.number in listed) == (True, False)
    act(room, t.Assign(role="locksmith", person="", reason="done"))
    assert room.get(gus).status_code == 404


@pytest.mark.row("COM-30")
def test_a_guest_who_declines_sees_nothing_of_the_incident_any_more(room: Room) -> None:
    person = people.invite(room.world.organisation, OUTSIDE, "Gus", Access.GUEST, by=room.world.ana)
    assert isinstance(person, Person)
    act(room, t.CallIn(role="locksmith", people=(ids.typed("per", person.id),)))
    assert "Decline" in room.page(person)
    assert room.post(person, "roles/locksmith/refusal").status_code == 409
    answer = room.post(person, "roles/locksmith/refusal", reason="Abroad")
    assert (answer.status_code, answer["Location"]) == (303, f"/o/{room.world.organisation.slug}/inbox")
    assert room.get(person).status_code == 404
    assert "Abroad" in room.page(room.world.ana)


@pytest.mark.row("COM-30")
def test_what_is_over_shows_a_guest_nothing_any_more(room: Room, gus: Person) -> None:
    act(room, t.Decide(decision="close"))
    assert room.get(gus).status_code == 404
    assert room.get(room.world.bea).status_code == 200


@pytest.mark.row("COM-30")
def test_a_key_in_the_name_of_a_guest_opens_nothing(room: Room, gus: Person) -> None:
    program = client.of(room.world, gus)
    for path in ("/incidents", *(f"/incidents/{room.number}{part}" for part in ("", "/timeline", "/clocks"))):
        assert program.get(path).status_code == 403
    assert program.command(room.number, "note", words="Let me in").status_code == 403
    wide, _secret = keys.create(room.world.organisation, keys.API, "wide", person=gus, access=Access.OWNER)
    assert wide.person == gus


@pytest.mark.row("COM-30")
def test_the_notices_of_a_guest_are_about_that_incident_and_name_nothing_beyond_the_part(room: Room, gus: Person) -> None:
    other = ids.typed("inc", Incident.objects.get(number=declare(room.world).number).id)
    mine = ids.typed("inc", Incident.objects.get(number=room.number).id)
    person = room.world.actor(gus).person
    listener = stream.Listener(room.world.organisation.id, person, 0, stream.for_page, lambda: True, guest=True)
    heard = listener.hears(
        [News(room.world.organisation.id, seq, which, ("board", "decision", "timeline")) for seq, which in ((8, mine), (9, other))]
    )
    assert [(each.incident, each.topics) for each in heard] == [(mine, ("board", "timeline")), ("", ("board",))]


@pytest.mark.row("COM-30")
def test_a_guest_is_told_of_the_invitation_in_full_and_of_nothing_else(room: Room, gus: Person) -> None:
    told = Delivery.objects.filter(recipient=ids.typed("per", gus.id))
    assert [item.subject for item in told] == [f"[{room.number}] You are asked to take the role: Locksmith"]
    act(room, t.Decide(decision="set_level", option="mild", reason="calm"))
    room.pass_minutes(90)
    later = [(item.subject, item.body) for item in told.order_by("pk")][1:]
    assert not [words for words in later if any(says(each, said) for each in words for said in ("File a report", "Mild", "calm"))]


@pytest.mark.row("COM-30")
def test_somebody_from_elsewhere_is_invited_from_the_room_in_one_act_and_let_in_by_a_link(room: Room) -> None:
    answer = room.post(room.world.ana, "roles/locksmith/invitation", name="Gus", email=OUTSIDE, reason="knows locks")
    secret = re.search(r"/sign-in/([0-9a-f]{40})", answer.content.decode())
    assert secret
    assert links.look(secret[1]).person.email == OUTSIDE
    found = Membership.objects.get(person__email=OUTSIDE)
    assert found.access == Access.GUEST
    page = room.page(found.person)
    assert "Your invitation" in page
    assert room.post(found.person, "roles/locksmith/acceptance").status_code == 303
    assert RoleRow.objects.get(incident__number=room.number, role="locksmith").accepted
    assert "accepted" in room.get(found.person, "panels/invitation").content.decode()


@pytest.mark.row("COM-30")
def test_an_invitation_hands_out_no_link_that_signs_in_as_somebody_with_more_access(room: Room) -> None:
    people.invite(room.world.organisation, "own@example.org", "Own", Access.OWNER, by=room.world.ana)
    for email in ("own@example.org", room.world.dov.email):  # an owner here and one elsewhere, neither of whom has chosen a password
        answer = room.post(room.world.ana, "roles/locksmith/invitation", name="X", email=email)
        assert "/sign-in/" not in answer.content.decode()
        assert RoleRow.objects.filter(role__startswith="locksmith", assigned=ids.typed("per", Person.objects.get(email=email).id)).exists()
    assert Membership.objects.get(person__email="own@example.org", organisation=room.world.organisation).access == Access.OWNER


def test_an_invitation_that_the_plan_does_not_allow_makes_no_account(room: Room) -> None:
    refused = room.post(room.world.bea, "roles/locksmith/invitation", name="Gus", email=OUTSIDE)
    assert (refused.status_code, "E101" in refused.content.decode()) == (409, True)
    assert room.post(room.world.ana, "roles/clerk/invitation", name="Gus", email=OUTSIDE).status_code == 404
    assert not Person.objects.filter(email=OUTSIDE).exists()


def test_a_guest_is_offered_for_invitations_and_for_no_other_role(room: Room, gus: Person) -> None:
    typed = ids.typed("per", gus.id)
    page = room.get(room.world.ana, "panels/roles").content.decode()
    assert typed not in re.sub(r'<details id="call-locksmith".*?</details>', "", page, flags=re.DOTALL).replace("locksmith[", "")
    act(room, t.Assign(role="locksmith", person="", reason="gone home"))
    again = re.search(r'<details id="call-locksmith".*?</details>', room.get(room.world.ana, "panels/roles").content.decode(), re.DOTALL)
    assert again
    assert typed in again[0]


@pytest.fixture
def kept(room: Room) -> Room:
    """Somebody broke in: the incident is for the watch, and for whoever is invited, in part."""
    act(room, t.StateFacts(facts={"break_in": True}))
    return room


@pytest.mark.row("COM-30", "AUD-05")
def test_a_member_who_is_invited_to_a_restricted_incident_sees_a_part_of_it_at_every_door(kept: Room) -> None:
    chi = kept.world.chi
    assert kept.get(chi).status_code == 404
    act(kept, t.CallIn(role="locksmith", people=(ids.typed("per", chi.id),)))
    browser, program = kept.world.browse(chi), client.of(kept.world, chi)
    for address, _name in addresses(kept):
        if f"/{kept.number}" in address:
            answer = browser.get(address)
            assert answer.status_code in {200, 404, 405}, address
            assert not [said for said in SECRETS if says(answer.content.decode(), said)], address
    assert kept.get(chi).status_code == 200
    assert "Who knows this lock?" in kept.page(chi)
    for part in ("", "/timeline", "/clocks"):
        assert program.get(f"/incidents/{kept.number}{part}").status_code == 404
    assert program.command(kept.number, "note", words="Let me in").status_code == 404


def test_whoever_has_a_part_of_it_by_another_role_sees_it_whole(kept: Room) -> None:
    act(kept, t.CallIn(role="locksmith", people=(ids.typed("per", kept.world.bea.id),)))
    assert "The lock is old" in kept.page(kept.world.bea)


@pytest.mark.row("COM-30")
def test_the_basic_plan_invites_with_a_limited_view(world: World) -> None:
    plan = load(world.organisation, shipped.sources()["incident-basics"].read_text("utf-8"))
    found = under(world, plan, "Печать не работает")
    people.hold(world.organisation, world.ana, "incident-basics", {"incident_service": 0}, by=world.ana)
    act(found, t.HandOver(role="incident_manager", to=ids.typed("per", world.ana.id)))
    answer = found.post(world.ana, "roles/invited/invitation", name="Юрист", email="legal@partner.example", reason="юрист")
    assert answer.status_code == 200
    lawyer = Person.objects.get(email="legal@partner.example")
    page = found.page(lawyer)
    assert "Печать не работает" in page
    assert 'id="facts"' not in page
