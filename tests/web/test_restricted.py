"""A restricted incident is there for those its plan names, and for nobody else: neither on a page nor in an answer, a file or a stream."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from tests.api import client
from tests.web.room import Room, declare, in_force, under
from tests.web.test_census import INSIDE, routes
from tests.world import World
from tocsin.accounts import directory, people
from tocsin.accounts.models import Access, Membership, Person
from tocsin.comms.models import Delivery
from tocsin.engine import restricted
from tocsin.engine import terms as t
from tocsin.incidents import desk, readers
from tocsin.incidents.dossier.verify import verify
from tocsin.incidents.models import BoardRow, Incident, RoleRow
from tocsin.incidents.notices import News
from tocsin.kit import ids
from tocsin.web import stream

pytestmark = pytest.mark.django_db

WORDS = "The lower door stands open"
ROOT = Path(__file__).parents[2]
OF_ONE = [where for where, _route in routes(get_resolver().url_patterns) if "<str:number>" in where]


@pytest.fixture
def room(world: World) -> Room:
    """Ana is the warden, Bea guards, Chi owns the house and has the paper work; and the incident is open to all of them still."""
    plan = in_force(world, Path(__file__).with_name("guarded.yaml"))
    people.hold(world.organisation, world.ana, "vault", {"warden": 0}, by=world.ana)
    people.hold(world.organisation, world.bea, "vault", {"guard": 0}, by=world.ana)
    Membership.objects.filter(person=world.chi, organisation=world.organisation).update(access=Access.OWNER)
    found = under(world, plan, WORDS)
    act(found, t.Assign(role="clerk", person=world.actor(world.chi).person))
    act(found, t.Accept(role="clerk"), by=world.chi)
    return found


@pytest.fixture
def kept(room: Room) -> Room:
    """Somebody broke in: from here on the incident is for those who guard."""
    act(room, t.StateFacts(facts={"break_in": True}))
    return room


def act(room: Room, command: t.Command, by: object = None) -> None:
    who = by or room.world.ana
    answer = desk.handle(Incident.objects.get(number=room.number).id, command, actor=room.world.actor(who))  # type: ignore[arg-type]
    assert isinstance(answer, desk.Done), answer


def addresses(room: Room) -> Iterator[str]:
    parts = {"slug": room.world.organisation.slug, "number": room.number, "seq": "1", "panel_name": "timeline"}
    for where in OF_ONE:
        yield "/" + re.sub(r"<\w+:(\w+)>", lambda found: parts.get(found[1], "unknown"), where)


def lists(room: Room) -> Iterator[str]:
    organisation = f"/o/{room.world.organisation.slug}"
    yield from (f"{organisation}/{page}" for page in ("", "incidents", "alerts", "revisions", "messages", "plans/vault", "declare"))


@pytest.mark.row("AUD-05")
def test_whoever_does_not_belong_finds_no_page_of_the_incident(kept: Room) -> None:
    chi, bea = kept.world.browse(kept.world.chi), kept.world.browse(kept.world.bea)
    assert len(OF_ONE) > 40
    for address in addresses(kept):
        found = {chi.get(address).status_code, chi.post(address, {"key": ids.new().hex}).status_code}
        assert found in ({404}, {404, 405}), address
    assert bea.get(f"/o/{kept.world.organisation.slug}/incidents/{kept.number}").status_code == 200


@pytest.mark.row("AUD-05")
def test_no_list_names_it_to_whoever_does_not_belong(kept: Room) -> None:
    act(kept, t.Enter(record="findings", fields={"what": "The lock is old"}))
    chi, ana = kept.world.browse(kept.world.chi), kept.world.browse(kept.world.ana)
    told = [address for address in lists(kept) if {kept.number, WORDS} & set(re.split(r"[<>\"/]", ana.get(address).content.decode()))]
    assert len(told) >= 3
    for address in lists(kept):
        page = chi.get(address).content.decode()
        assert not [said for said in (WORDS, "The lock is old", f"incidents/{kept.number}") if said in page], address


def test_until_then_everybody_of_the_organisation_sees_it(room: Room) -> None:
    assert room.get(room.world.chi).status_code == 200
    assert WORDS in room.world.browse(room.world.chi).get(f"/o/{room.world.organisation.slug}/").content.decode()


def test_it_stays_restricted_when_it_is_closed(kept: Room) -> None:
    act(kept, t.Decide(decision="close"))
    assert kept.get(kept.world.chi).status_code == 404
    assert kept.get(kept.world.bea).status_code == 200


def told(world: World, person: Person) -> list[tuple[str, str]]:
    return [(item.subject, item.body) for item in Delivery.objects.filter(recipient=ids.typed("per", person.id)).order_by("pk")]


@pytest.mark.row("AUD-05")
def test_those_for_whom_an_incident_is_kept_are_told_so_when_it_is(kept: Room) -> None:
    assert [subject for subject, _body in told(kept.world, kept.world.bea)] == [
        f"[{kept.number}] Kept for you and the others whom the plan names: Intrusion"
    ]
    assert not [subject for subject, _body in told(kept.world, kept.world.chi) if "Intrusion" in subject]


@pytest.mark.row("AUD-05")
def test_whoever_does_not_belong_is_told_its_number_without_words_or_a_link(kept: Room) -> None:
    before = len(told(kept.world, kept.world.chi))
    kept.pass_minutes(90)
    late = told(kept.world, kept.world.chi)[before:]
    assert late
    assert {body for _subject, body in late} == {"Ask whoever commands it."}
    assert {subject for subject, _body in late} == {f"[{kept.number}] Something is asked of you in an incident that is kept for others"}


def test_whoever_is_asked_to_take_a_part_in_it_sees_it(kept: Room) -> None:
    act(kept, t.Assign(role="guard", person=kept.world.actor(kept.world.chi).person))
    assert kept.get(kept.world.chi).status_code == 200


def test_a_recorded_deputy_of_one_who_is_named_sees_it(kept: Room) -> None:
    people.hold(kept.world.organisation, kept.world.chi, "vault", {"warden": 1}, by=kept.world.ana)
    assert kept.get(kept.world.chi).status_code == 200


@pytest.mark.row("AUD-05")
def test_a_program_sees_what_the_person_sees_in_whose_name_it_acts(kept: Room) -> None:
    theirs, ours = client.of(kept.world, kept.world.chi), client.of(kept.world, kept.world.bea)
    incident = ids.typed("inc", Incident.objects.get(number=kept.number).id)
    for named in (incident, kept.number):
        for path in ("", "/timeline", "/clocks"):
            assert (theirs.get(f"/incidents/{named}{path}").status_code, ours.get(f"/incidents/{named}{path}").status_code) == (404, 200)
        assert theirs.command(named, "note", words="Let me see").status_code == 404
    assert theirs.get("/incidents").json()["items"] == []
    assert [each["number"] for each in ours.get("/incidents").json()["items"]] == [kept.number]


@pytest.mark.row("AUD-05")
def test_a_stream_says_nothing_of_it_but_that_the_board_has_changed_once(kept: Room) -> None:
    incident = ids.typed("inc", Incident.objects.get(number=kept.number).id)
    news = [News(kept.world.organisation.id, seq, incident, ("board", "timeline")) for seq in (8, 9)]
    chi, bea = (
        stream.Listener(kept.world.organisation.id, kept.world.actor(who).person, 0, stream.for_page, lambda: True)
        for who in (kept.world.chi, kept.world.bea)
    )
    assert bea.hears(news) == news
    assert [(each.incident, each.topics) for each in chi.hears(news)] == [("", ("board",))]
    assert chi.hears(news) == []
    assert stream.for_program([News(kept.world.organisation.id, 8, "", ("board",))]) == b""


def test_whoever_declares_what_is_not_theirs_to_see_is_told_so(room: Room) -> None:
    chi = room.world.browse(room.world.chi)
    form = {"what": "Someone is inside", "plan": "vault", "fact:break_in": "yes", "key": ids.new().hex}
    answer = chi.post(f"/o/{room.world.organisation.slug}/declare", form)
    number = BoardRow.objects.get(words="Someone is inside").number
    assert answer.status_code == 200
    assert number in answer.content.decode()
    assert chi.get(f"/o/{room.world.organisation.slug}/incidents/{number}").status_code == 404


@pytest.mark.row("AUD-05")
def test_a_decision_kept_for_some_leaves_no_trace_for_others(room: Room) -> None:
    act(room, t.Enter(record="suspicions", fields={"who": "Bea of all people"}))
    act(room, t.Decide(decision="dismiss", reason="Asleep twice", entry="suspicions-1"))
    for panel in ("decisions", "timeline", "records"):
        theirs = room.get(room.world.bea, f"panels/{panel}").content.decode()
        assert not [said for said in ("Dismiss the guard", "Suspicions") if said in theirs], panel
        ours = room.get(room.world.ana, f"panels/{panel}").content.decode()
        assert "Dismiss the guard" in ours or "Suspicions" in ours, panel
    for path in ("review", "record", "dossier", "dossier/file"):
        page = room.get(room.world.bea, path).content.decode()
        assert not [said for said in ("Asleep twice", "Bea of all people") if said in page], path
    assert "Asleep twice" in room.get(room.world.ana, "dossier/file").content.decode()


NAMED = ("Dismiss the guard", "Suspicions", "Move the keeper", "The keeper is gone", "dismiss", "suspicions", "transfer", "keeper_moved")
WRITTEN = ("Asleep twice", "Bea of all people", "Too close to the lock")
"""Every word by which a decision or a record that is kept for some can show itself: titles and ids, reasons and fields."""


@pytest.fixture
def hidden(room: Room) -> Room:
    """Something was written down about a guard and decided, a second decision went all its way, and waits a second time."""
    act(room, t.Enter(record="suspicions", fields={"who": "Bea of all people"}))
    act(room, t.Decide(decision="dismiss", reason="Asleep twice", entry="suspicions-1"))
    for signed in (True, False):
        act(room, t.Decide(decision="transfer", reason="Too close to the lock"))
        if signed:
            act(room, t.Sign(chain="transfer-1", link="approve"), by=room.world.bea)
    return room


def whole(room: Room) -> Iterator[str]:
    """Yield every page of the incident, and every page of the organisation that needs no further name."""
    plain = [where for where, _route in INSIDE if where.count("<") == 1]
    assert len(plain) > 20
    found = (*addresses(room), *lists(room), *("/" + where.replace("<slug:slug>", room.world.organisation.slug) for where in plain))
    yield from dict.fromkeys(found)


@pytest.mark.row("AUD-05")
@pytest.mark.parametrize("minutes", [0, 40])
def test_no_page_list_or_answer_has_a_word_of_what_is_kept_for_others(hidden: Room, clock: object, minutes: int) -> None:
    act(hidden, t.Assign(role="guard", person=hidden.world.actor(hidden.world.ana).person))  # what it owes passes on, by name
    hidden.pass_minutes(minutes)
    found: dict[str, list[str]] = {}
    for name, person in (("theirs", hidden.world.chi), ("ours", hidden.world.ana)):
        browser, program = hidden.world.browse(person), client.of(hidden.world, person)
        pages = {address: browser.get(address).content.decode() for address in whole(hidden)}
        answers = ("/incidents", *(f"/incidents/{hidden.number}{path}" for path in ("", "/timeline", "/clocks")))
        pages |= {f"api {path}": program.get(path).content.decode() for path in answers}
        found[name] = [f"{address}: {said}" for address, page in pages.items() for said in secrets(address) if says(page, said)]
    assert found["theirs"] == []
    assert {line.rpartition(": ")[2] for line in found["ours"]} == {*NAMED, *WRITTEN}


@pytest.mark.row("AUD-05")
def test_a_dossier_that_keeps_entries_from_its_reader_can_be_proved_all_the_same(hidden: Room) -> None:
    theirs, ours = (verify(hidden.get(person, "dossier/file").content) for person in (hidden.world.chi, hidden.world.ana))
    assert theirs.holds
    assert theirs.withheld > 0
    assert (ours.holds, ours.withheld) == (True, 0)


@pytest.mark.row("AUD-05")
def test_whoever_is_to_sign_a_decision_that_is_kept_for_others_sees_it(hidden: Room) -> None:
    page = hidden.get(hidden.world.bea, "panels/decisions").content.decode()
    assert "Move the keeper" in page
    assert "Dismiss the guard" not in page
    assert "Move the keeper" in hidden.world.browse(hidden.world.bea).get(f"/o/{hidden.world.organisation.slug}/").content.decode()


def secrets(address: str) -> tuple[str, ...]:
    """Return what is no business of others at an address: a plan itself is for everybody, with the names of all its rules."""
    return WRITTEN if "/plans/" in address else NAMED + WRITTEN


def says(page: str, words: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(words)}(?!\w)", page) is not None


@pytest.mark.row("AUD-05")
def test_a_program_is_shown_neither_such_a_decision_nor_a_confidential_field(room: Room) -> None:
    act(room, t.Enter(record="suspicions", fields={"who": "Bea of all people"}))
    act(room, t.Decide(decision="dismiss", reason="Asleep twice", entry="suspicions-1"))
    act(room, t.Enter(record="findings", fields={"what": "The lock is old", "safe_code": "Four, seven"}))
    for person, sees in ((room.world.bea, False), (room.world.ana, True)):
        program = client.of(room.world, person)
        for path in ("", "/timeline"):
            answer = program.get(f"/incidents/{room.number}{path}").content.decode()
            assert "The lock is old" in answer
            assert [words in answer for words in ("Asleep twice", "Bea of all people", "Four, seven")] == [sees] * 3, (path, person.name)
    assert "Four, seven" not in room.get(room.world.bea, "dossier/file").content.decode()


@pytest.mark.row("AUD-05")
def test_the_inbox_for_the_next_revision_shows_no_confidential_field(room: Room) -> None:
    act(room, t.Enter(record="findings", fields={"what": "The lock is old", "safe_code": "Four, seven"}))
    for person in (room.world.ana, room.world.bea, room.world.chi):
        page = room.world.browse(person).get(f"/o/{room.world.organisation.slug}/revisions").content.decode()
        assert ("The lock is old" in page, "Four, seven" in page) == (True, False)


@pytest.mark.row("AUD-05")
def test_whoever_holds_one_seat_of_a_role_sees_what_is_kept_for_the_role(room: Room) -> None:
    board = BoardRow.objects.get(number=room.number)
    seat = {"organisation": room.world.organisation, "incident": board.incident, "person": room.world.actor(room.world.chi).person}
    assert not readers.eyes(board.incident_id, room.world.program, room.world.actor(room.world.chi)).are_of(["guard"])
    RoleRow.objects.create(role="guard[north]", **seat)
    assert readers.eyes(board.incident_id, room.world.program, room.world.actor(room.world.chi)).are_of(["guard"])


def test_news_of_incidents_that_are_open_to_all_ask_the_directory_nothing(kept: Room) -> None:
    """Kept incidents there are, and more with every year: a stream works out who sees them only when there is news of one."""
    viewer = readers.Viewer(kept.world.organisation.id, kept.world.actor(kept.world.bea).person, guest=False)
    other = BoardRow.objects.get(number=declare(kept.world).number)
    with CaptureQueriesContext(connection) as asked:
        assert viewer.hidden([other.incident_id]) == frozenset()
    assert len(asked) == 1


def test_a_board_looks_at_an_incident_with_the_same_eyes_throughout(room: Room) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert room.world.browse(room.world.bea).get(f"/o/{room.world.organisation.slug}/").status_code == 200
    looked = [
        query["sql"]
        for query in asked
        if query["sql"].startswith('SELECT "incidents_rolerow"."incident_id" AS "incident_id", "incidents_rolerow"."role"')
    ]
    assert len(looked) == 1


def test_a_request_asks_the_directory_once_for_each_plan(kept: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    under(kept.world, in_force(kept.world, Path(__file__).with_name("guarded.yaml")), "Another door")
    asked: list[tuple[object, ...]] = []
    speaking = directory.speaking
    monkeypatch.setattr(readers.directory, "speaking", lambda *of: asked.append(of) or speaking(*of))
    assert kept.world.browse(kept.world.bea).get(f"/o/{kept.world.organisation.slug}/").status_code == 200
    assert len(asked) == len({program.id for _known, _person, program in asked}) == 1


def test_a_scenario_is_handed_out_to_those_alone_who_see_all_of_it(room: Room) -> None:
    act(room, t.Enter(record="suspicions", fields={"who": "Bea of all people"}))
    act(room, t.Decide(decision="close"))
    assert room.get(room.world.bea, "scenario").status_code == 404
    assert room.get(room.world.ana, "scenario").status_code == 200


def test_a_drill_hides_nothing(room: Room) -> None:
    program = room.world.program
    state = t.State(restricted=("head_of_command",), declared_by="per_1", drill=True)
    assert restricted.readers(program, state) == restricted.in_part(program, state) == frozenset()


ASKS = re.compile(r"(BoardRow|\bIncident)\.objects")
ASKED_OF_OWN = ("tocsin/web/room/suggestions.py", "tocsin/web/declare.py")
ROWS = re.compile(r"\b(ClockRow|RecordRow|ChainRow|BreachRow|TimelineRow|DecidedRow|FiledRow|MomentRow)\.objects")
LOOKS = re.compile(r"eyes\(?.*\.(seen|unseen|sees|lines)\(|viewer\.seen\(|case\.sees\(|for_everybody\(")
NEAR = 9
ELSEWHERE = {
    "tocsin/web/charts.py",  # triggers, in incidents that the viewer sees
    "tocsin/web/firings.py",  # triggers and how situations ended, which no plan can keep
    "tocsin/web/knowledge.py",  # leaves out whatever is kept for anybody
    "tocsin/web/room/figures.py",  # what was stated of one fact
    "tocsin/web/room/head.py",  # the moments of its line of phases, which nothing can hide
    "tocsin/web/room/messages.py",  # what messages owe and who signs them
    "tocsin/web/versions.py",  # when what is owed was due, by the names of clocks
}


def test_pages_and_programs_ask_the_one_place_that_knows_who_sees_an_incident() -> None:
    found = [f"{where}: {line}" for where, line, _near in lines() if ASKS.search(line)]
    assert [each for each in found if not each.startswith(ASKED_OF_OWN)] == []


def test_rows_that_a_plan_can_keep_for_some_are_shown_as_eyes_leave_them() -> None:
    found = {where: line.strip() for where, line, near in lines() if ROWS.search(line) and not LOOKS.search(near)}
    assert {where: line for where, line in found.items() if where not in ELSEWHERE} == {}


def lines() -> Iterator[tuple[str, str, str]]:
    """Yield every line of pages and programs: its file, itself, and with it what follows at once."""
    for package in ("web", "api"):
        for file in sorted((ROOT / "tocsin" / package).rglob("*.py")):
            written = file.read_text("utf-8").splitlines()
            yield from ((str(file.relative_to(ROOT)), line, " ".join(written[at : at + NEAR])) for at, line in enumerate(written))
