"""Records under a plan that nobody ships: order, needs, custody, what is tracked, what is filed, what it adds up to."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.engine.story import Story
from tests.plan.example import example, messages
from tocsin.engine import terms as t
from tocsin.engine.compose import compose
from tocsin.engine.owners import owner
from tocsin.engine.program import Program
from tocsin.plan import read

CAST = {"eva": ("foreman",), "jan": ("clerk",), "ola": ("doctor",)}


@cache
def kept() -> Program:
    """Return the plan beside this file."""
    result = read.read(Path(__file__).with_name("kept.yaml").read_bytes(), "kept.yaml")
    assert result.program is not None, [str(finding) for finding in result.findings if finding.severity == "error"]
    return result.program


def begun() -> Story:
    return Story(cast=CAST, program=kept()).declare(person="jan")


def entered(story: Story, minutes: float, record: str, entry: str = "", *, by: str = "eva", **fields: str) -> str:
    """Enter a record; return the id of the entry, or the code with which it was refused."""
    answer = story.do(minutes, by, t.Enter(record=record, fields=fields, entry=entry))
    if isinstance(answer, t.Refused):
        return answer.code
    return next(event.entry for event in answer if isinstance(event, t.RecordEntered))


def instant(story: Story, minutes: float) -> str:
    return story.at(minutes).isoformat()


@pytest.mark.row("REC-01")
def test_what_comes_later_is_begun_with_a_reason_or_after_what_comes_first():
    story = begun()
    street = entered(story, 1, "sections", section="lane", work="restore", kind="street")
    hospital = entered(story, 1, "sections", section="clinic", work="restore", kind="hospital")
    better = entered(story, 1, "sections", section="clinic", work="improve", kind="hospital")
    assert entered(story, 2, "sections", street, started=instant(story, 2)) == "E205"
    assert entered(story, 2, "sections", better, started=instant(story, 2)) == "E205"
    assert entered(story, 2, "sections", hospital, started=instant(story, 2)) == hospital
    assert entered(story, 9, "sections", hospital, done=instant(story, 9)) == hospital
    assert entered(story, 10, "sections", street, started=instant(story, 10)) == street
    reasoned = t.Enter(record="sections", fields={"started": instant(story, 11)}, entry=better, reason="the crew is here")
    assert not isinstance(story.do(11, "eva", reasoned), t.Refused)
    assert story.of(t.RecordEntered)[-1].reason == "the crew is here"


@pytest.mark.row("REC-03")
def test_what_depends_on_another_waits_for_it_and_the_register_knows_on_which():
    story = begun()
    hill = entered(story, 1, "sections", section="hill", work="restore")
    assert story.state.open_fields[hill] == {"section": "hill", "work": "restore", "kind": "street", "depends_on": "tower"}
    tower = entered(story, 1, "sections", section="tower", work="restore", kind="street")
    assert entered(story, 2, "sections", hill, started=instant(story, 2)) == "E205"
    entered(story, 3, "sections", tower, started=instant(story, 3), done=instant(story, 3))
    assert entered(story, 4, "sections", hill, started=instant(story, 4)) == hill


@pytest.mark.row("REC-04")
def test_the_next_batch_waits_for_the_test():
    story = begun()
    assert entered(story, 1, "batches", what="north") == "E201"
    story.do(2, "jan", t.Attest(condition="tested"))
    assert entered(story, 3, "batches", what="north") == "batches-1"


@pytest.mark.row("WC-H45", "WC-H29")
def test_a_thing_is_handed_on_and_closed_only_with_what_the_plan_asks():
    story = begun()
    disk = entered(story, 1, "waste", what="disk 7", holder="store")
    assert entered(story, 2, "waste", disk, holder="scrapyard") == "E202"
    assert entered(story, 2, "waste", disk, holder="store") == disk
    assert entered(story, 3, "waste", disk, holder="scrapyard", licence="L-7") == disk
    assert story.state.open_fields[disk]["holder"] == "scrapyard"
    entered(story, 4, "waste", disk, film="tape 3")
    assert story.state.open_entries["waste"] == ()


def test_a_value_of_another_type_is_refused():
    story = begun()
    assert entered(story, 1, "costs", what="pipe", amount="much") == "E104"
    assert entered(story, 1, "sections", section="lane", started="soon") == "E104"
    assert entered(story, 1, "sections", section="lane", work="paint") == "E104"


def test_a_time_of_an_entry_is_written_as_in_a_message():
    story = begun()  # 03:00 in Warsaw
    lane = entered(story, 5, "sections", section="lane", work="restore", kind="street", started="02:50")
    assert datetime.fromisoformat(story.state.open_fields[lane]["started"]) == story.at(-10)
    entered(story, 6, "sections", lane, started="2025-06-03 00:55 (UTC)")
    assert datetime.fromisoformat(story.state.open_fields[lane]["started"]) == story.at(-5)
    assert entered(story, 7, "sections", lane, started="0001-01-01 00:30") == "E104"
    assert entered(story, 7, "sections", lane, started="2025-06-03") == "E104"


@pytest.mark.row("PIR-02")
def test_a_measure_is_due_at_the_next_such_time_and_stays_so_when_it_is_read_again():
    story = begun()
    measure = entered(story, 5, "measures", measure="dig deeper", owner="ola", due="02:50")
    due = datetime(2025, 6, 4, 0, 50, tzinfo=UTC)
    assert story.clock(f"measures[{measure}]").due_at == due
    entered(story, 60 * 30, "measures", measure, owner="jan")
    assert story.clock(f"measures[{measure}]").due_at == due


def test_numbers_add_up_and_a_correction_counts_once():
    story = begun()
    entered(story, 1, "costs", what="pipe", amount="40.5", hours="2")
    entered(story, 2, "costs", what="pump", amount="30")
    assert {name: str(total) for name, total in story.state.totals["costs"].items()} == {"amount": "70.5", "hours": "2"}


@pytest.mark.row("PIR-05")
def test_a_theory_is_open_until_it_is_confirmed_or_refuted_and_then_filed():
    story = begun()
    guess = entered(story, 1, "guesses", guess="frost", state="open")
    assert story.state.filed == {}
    entered(story, 5, "guesses", guess, state="refuted")
    assert (story.state.open_entries["guesses"], story.state.filed) == ((), {"known_solutions": 1})
    assert story.of(t.Filed)[-1].cause == f"entered:{guess}"


@pytest.mark.row("PIR-02")
def test_a_measure_is_owed_by_its_owner_to_the_end_also_after_the_incident():
    story = begun()
    measure = entered(story, 1, "measures", measure="dig deeper", owner="ola", due=instant(story, 120))
    clock = story.clock(f"measures[{measure}]")
    assert (owner(story.program, story.state, clock.owes).person, clock.due_at) == ("ola", story.at(120))
    story.do(2, "eva", t.Decide(decision="set_level", option="mild"))
    story.do(3, "eva", t.Decide(decision="finish"))
    assert story.state.phase == "closed"
    story.tick(121)
    assert story.clock(f"measures[{measure}]").status == "breached"
    told = [event.persons for event in story.of(t.Told) if event.cause == f"breached:measures[{measure}]"]
    assert ("ola",) in told
    assert entered(story, 130, "measures", measure, by="ola", evidence="photo") == measure
    assert story.clock(f"measures[{measure}]").status == "late"
    assert story.state.filed == {"plan_revision": 1}


@pytest.mark.row("PIR-02")
def test_a_measure_goes_over_to_another_owner_and_its_due_time_moves():
    story = begun()
    measure = entered(story, 1, "measures", measure="dig deeper", owner="ola", due=instant(story, 120))
    entered(story, 2, "measures", measure, due=instant(story, 60))
    assert story.clock(f"measures[{measure}]").due_at == story.at(60)
    entered(story, 3, "measures", measure, owner="jan")
    clock = story.clock(f"measures[{measure}]")
    assert (clock.owes, clock.due_at, clock.generation) == ("person:jan", story.at(60), 2)


def test_a_record_for_some_is_kept_by_them_alone():
    story = begun()
    assert entered(story, 1, "injuries", by="jan", who="digger") == "E101"
    assert entered(story, 1, "injuries", by="ola", who="digger") == "injuries-1"


def test_the_first_entry_with_a_time_or_a_value_is_a_moment():
    story = begun()
    entered(story, 30, "guesses", guess="frost", state="confirmed")
    assert story.state.moments["guesses.confirmed"].at == story.at(30).astimezone(UTC)
    assert isinstance(story.state.moments["guesses.confirmed"].at, datetime)


@pytest.mark.row("COM-23")
def test_what_is_published_is_kept_by_the_server_itself():
    story = begun()
    story.do(7, "eva", t.Send(template="notice", fields={"what": "boil it"}))
    (entry,) = [event for event in story.of(t.RecordEntered) if event.record == "said"]
    assert entry.fields == {"sent": story.at(7).isoformat(), "text": "Water: boil it", "channel": "email"}


def beside() -> Program:
    """Return that plan, and beside it the same of another town, in Polish, whose notice has both languages."""
    source = Path(__file__).with_name("kept.yaml").read_text()
    changed = source.replace("id: kept", "id: town").replace("language: en", "language: pl").replace("{en: ", "{pl: ")
    other = read.read(changed.replace('{pl: "Water: {{ what }}"}', '{en: "Water: {{ what }}", pl: "Woda: {{ what }}"}'), "town.yaml")
    assert other.program is not None, other.findings
    return compose([kept(), other.program])


@pytest.mark.row("COM-23", "LNG-03")
@pytest.mark.parametrize(("notice", "kept_"), [("notice", "Water: gotować"), ("town~notice", "Woda: gotować")])
def test_what_a_plan_publishes_beside_another_is_kept_in_its_own_language(notice: str, kept_: str):
    whole = beside()
    story = Story(cast=CAST | {"ewa": ("town~foreman", "town~clerk")}, program=whole)
    story = story.declare(person="jan", beside=(t.PlanRef("town", whole.parts[1].program.hash, "plan"),))
    story.do(7, "ewa" if "town" in notice else "eva", t.Send(template=notice, fields={"what": "gotować"}))
    entries = [event for event in story.of(t.RecordEntered) if event.record in ("said", "town~said")]
    assert [(event.record, event.fields["text"]) for event in entries] == [("said", kept_), ("town~said", kept_)]


def test_only_what_runs_over_entries_that_can_be_closed_is_met_by_closing_them():
    call = "call: {cite: §6, owes: helper, do: {en: Call, ru: Позвонить, pl: Zadzwonić, zh: 致电}, within: 30m, of: judged"
    assert example(call, f"{call}, for_each: loans, met_by: closed").program is not None
    assert messages(example(call, f"{call}, met_by: closed"))[0].startswith("L03 what closing an entry meets")
