"""Parties outside: each is told by name and has clocks of its own; one act meets as many as it reaches (REG-08, REG-10, COM-07)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.engine.parties import story
from tests.engine.story import STRANGER, Story
from tocsin.engine import terms as t
from tocsin.engine.compose import compose
from tocsin.engine.program import Parties


def add(run: Story, minutes: float, name: str, **more) -> None:
    assert not isinstance(run.do(minutes, "lea", t.AddParty(party=name, name=name.title(), **more)), t.Refused)


def of(run: Story, obligation: str) -> dict[str, str]:
    return {clock.entry: clock.status for clock in run.state.clocks.values() if clock.obligation == obligation}


@pytest.mark.row("REG-10")
def test_any_number_of_parties_belong_to_one_incident():
    run = story()
    for number in range(40):
        add(run, 1, f"client-{number}")
    assert len(run.state.parties) == 40
    assert len(of(run, "tell")) == 40
    assert run.state.number == "INC-7"


@pytest.mark.row("COM-07")
def test_a_party_added_later_begins_its_clock_then():
    run = story()
    add(run, 5, "ann")
    add(run, 20, "bob")
    assert run.clock("tell[ann]").due_at == run.at(20)
    assert run.clock("tell[bob]").due_at == run.at(35)


@pytest.mark.row("COM-07")
def test_one_message_to_all_meets_the_clock_of_each():
    run = story()
    for name in ("ann", "bob", "cyd"):
        add(run, 1, name)
    run.do(10, "vic", t.Send(template="notice", fields={"what": "down"}))
    assert of(run, "tell") == {"ann": "met", "bob": "met", "cyd": "met"}
    assert {party.notified_at for party in run.state.parties.values()} == {run.at(10)}


@pytest.mark.row("COM-07")
def test_a_message_to_one_leaves_the_others_owed():
    run = story()
    add(run, 1, "ann")
    add(run, 1, "bob")
    run.do(10, "vic", t.Send(template="notice", fields={"what": "down"}, parties=("ann",)))
    assert of(run, "tell") == {"ann": "met", "bob": "open"}
    assert run.state.parties["bob"].notified_at is None
    run.tick(16.1)
    assert of(run, "tell") == {"ann": "met", "bob": "breached"}


def test_what_is_owed_to_all_at_once_is_not_met_by_a_message_to_one():
    run = story()
    add(run, 1, "ann")
    add(run, 1, "bob")
    run.do(10, "vic", t.Send(template="news", parties=("bob",)))
    assert run.clock("sum_up").status == "open"
    run.do(11, "vic", t.Send(template="news"))
    assert run.clock("sum_up").status == "met"


def test_a_recurring_update_slides_from_each_partys_own_notice():
    run = story()
    add(run, 1, "ann")
    add(run, 1, "bob")
    run.do(5, "vic", t.Send(template="notice", fields={"what": "down"}, parties=("ann",)))
    run.do(9, "vic", t.Send(template="notice", fields={"what": "down"}, parties=("bob",)))
    assert (run.clock("update[ann]").due_at, run.clock("update[bob]").due_at) == (run.at(65), run.at(69))
    run.do(30, "vic", t.Send(template="news"))
    assert (run.clock("update[ann]").due_at, run.clock("update[bob]").due_at) == (run.at(90), run.at(90))
    assert run.clock("update[ann]").occurrence == 2


def test_each_recording_of_a_moment_begins_a_clock_for_each_party():
    run = story()
    add(run, 1, "ann")
    run.do(10, "lea", t.Mark(moment="changed"))
    run.do(12, "vic", t.Send(template="news"))
    run.do(20, "lea", t.Mark(moment="changed"))
    clock = run.clock("on_change[ann]")
    assert (clock.generation, clock.status, clock.due_at) == (2, "open", run.at(35))


@pytest.mark.row("COM-07")
def test_telling_by_word_of_mouth_counts_as_the_message_it_stands_for():
    run = story()
    add(run, 1, "ann")
    run.do(12, "vic", t.TellParty(party="ann", template="notice", words="by telephone, Ann herself", happened_at=run.at(11)))
    clock = run.clock("tell[ann]")
    assert (clock.status, clock.met_at) == ("met", run.at(11))
    assert run.state.parties["ann"].notified_at == run.at(11)


def test_a_party_taken_off_the_list_is_owed_nothing_more():
    run = story()
    add(run, 1, "ann")
    add(run, 1, "bob")
    run.tick(17)
    run.do(18, "lea", t.RemoveParty(party="ann", reason="another service"))
    assert (run.clock("tell[ann]").status, run.clock("tell[ann]").ended) == ("ended", "no_longer")
    assert run.clock("tell[bob]").status == "breached"
    run.do(20, "lea", t.AddParty(party="ann", name="Ann"))
    assert (run.clock("tell[ann]").generation, run.clock("tell[ann]").due_at) == (2, run.at(35))


def test_where_chooses_among_the_entries():
    run = story()
    add(run, 1, "ann", reporter=True)
    add(run, 1, "bob")
    run.do(30, "lea", t.Mark(moment="restored"))
    assert of(run, "thank") == {"ann": "open"}
    run.do(31, "lea", t.AddParty(party="bob", reporter=True))
    assert of(run, "thank") == {"ann": "open", "bob": "open"}
    assert run.clock("thank[bob]").due_at == run.at(61)


def test_a_message_to_the_reporters_reaches_nobody_else():
    run = story()
    add(run, 1, "ann", reporter=True)
    add(run, 1, "bob")
    run.do(10, "vic", t.Send(template="thanks"))
    assert [event.parties for event in run.of(t.PartiesTold)] == [("ann",)]
    assert run.refused(11, "vic", t.Send(template="thanks", parties=("bob",))) == "E103"


def test_an_entry_that_is_a_person_owes_its_own_duty():
    run = story()
    assert of(run, "read") == {"lea": "open", "vic": "open"}
    assert run.refused(5, "vic", t.Fulfil(obligation="read", entry="stranger")) == "E102"
    run.do(6, "vic", t.Fulfil(obligation="read", entry="vic"))
    assert of(run, "read") == {"lea": "open", "vic": "met"}


def test_open_entries_of_a_record_are_a_collection():
    run = story()
    run.do(3, "lea", t.Enter(record="questions", fields={"asked": "when"}))
    assert of(run, "answer") == {"questions-1": "open"}
    run.do(9, "lea", t.Enter(record="questions", entry="questions-1", fields={"answered": "soon"}))
    assert run.clock("answer[questions-1]").ended == "no_longer"


def test_done_means_done_for_every_entry_that_is_still_there():
    run = story()
    add(run, 1, "ann")
    add(run, 1, "bob")
    run.do(2, "vic", t.Send(template="notice", fields={"what": "down"}, parties=("ann",)))
    assert "done_with" not in run.state.clocks
    run.do(3, "lea", t.RemoveParty(party="bob", reason="not affected"))
    assert run.clock("done_with").status == "open"


def test_the_register_speaks_for_all_affected_parties_together():
    run = story()
    add(run, 1, "ann", about={"key.customer": False, "hit": Decimal("49.9")})
    assert not {"wide", "pressing"} & set(run.state.moments)
    run.do(2, "lea", t.AddParty(party="ann", about={"key.customer": True}))
    assert run.state.moments["pressing"].at == run.at(2)
    run.do(3, "lea", t.AddParty(party="ann", about={"hit": Decimal(50)}))
    assert run.state.moments["wide"].at == run.at(3)


def test_a_party_is_of_a_kind_that_the_plan_names():
    run = story()
    add(run, 1, "ann", about={"kind": "guest"})
    refused = run.do(2, "lea", t.AddParty(name="Bob", about={"kind": "client"}))
    assert isinstance(refused, t.Refused)
    assert (refused.code, refused.hint) == ("E104", "this plan keeps: key.customer; hit; kind, of guest, owner")


def test_what_plans_keep_of_parties_beside_each_other_is_kept_by_the_whole():
    other = Parties({"guest": {"en": "Visitor"}, "firm": {"en": "Firm"}}, {"seats": "number"})
    both = compose([story().program, replace(story().program, id="other", hash="other", parties=other)])
    assert list(both.parties.kinds) == ["guest", "firm", "owner"]
    assert both.parties.kinds["guest"] == story().program.parties.kinds["guest"]
    assert both.parties.marks == {"key.customer": "yes_no", "hit": "number", "seats": "number"}


def test_two_parties_are_counted_as_two():
    run = story()
    add(run, 1, "ann")
    assert "wide" not in run.state.moments
    add(run, 3, "bob")
    assert run.state.moments["wide"].at == run.at(3)


def test_names_are_filled_in_for_each_reader_and_all_else_is_sent_as_approved():
    run = story()
    add(run, 1, "ann")
    run.do(10, "vic", t.Send(template="notice", fields={"what": "down"}))
    (message,) = run.state.messages.values()
    assert message.texts == {"en": "{{ party.name }}: INC-7, down. {{ sender.name }}"}


def test_the_same_party_twice_is_one_and_adding_it_again_amends_it():
    run = story()
    add(run, 1, "ann")
    assert run.do(2, "lea", t.AddParty(party="ann", name="Ann")) == ()
    run.do(3, "lea", t.AddParty(party="ann", contact="ann@example.org"))
    assert (run.state.parties["ann"].contact, run.state.parties["ann"].added_at) == ("ann@example.org", run.at(1))
    assert [event.amends for event in run.of(t.PartyAdded)] == [False, True]


def test_parties_without_a_key_get_one_that_nobody_had():
    run = story()
    run.do(1, "lea", t.AddParty(name="Ann"))
    run.do(2, "lea", t.RemoveParty(party="party-1", reason="twice"))
    run.do(3, "lea", t.AddParty(name="Bob"))
    assert list(run.state.parties) == ["party-2"]


@pytest.mark.parametrize(
    ("person", "command", "code"),
    [
        (STRANGER, t.AddParty(name="Ann"), "E101"),
        ("lea", t.AddParty(party="new"), "E202"),
        ("lea", t.AddParty(party="a[b]", name="Ann"), "E104"),
        ("lea", t.AddParty(name="Ann", about={"shoe.size": True}), "E104"),
        ("lea", t.AddParty(name="Ann", about={"hit": True}), "E104"),
        (STRANGER, t.RemoveParty(party="ann", reason="x"), "E101"),
        ("lea", t.RemoveParty(party="ann", reason=" "), "E105"),
        ("lea", t.TellParty(party="zed", words="by telephone"), "E103"),
        ("lea", t.TellParty(party="ann", words=""), "E202"),
        ("lea", t.TellParty(party="ann", words="x", template="letter"), "E103"),
        (STRANGER, t.TellParty(party="ann", words="x"), "E101"),
        (STRANGER, t.TellParty(party="ann", words="x", template="notice"), "E401"),
    ],
)
def test_what_may_not_be_said_of_a_party_is_refused(person, command, code):
    run = story()
    add(run, 1, "ann")
    assert run.refused(5, person, command) == code


def test_a_party_cannot_have_been_told_in_the_future_or_before_it_was_listed():
    run = story()
    add(run, 5, "ann")
    for minutes in (4, 11):
        assert run.refused(10, "lea", t.TellParty(party="ann", words="x", happened_at=run.at(minutes))) == "E104"


def test_an_incident_lists_five_hundred_parties_at_most():
    run = story()
    for number in range(500):
        run.do(1, "lea", t.AddParty(name=f"Party {number}"))
    assert run.refused(2, "lea", t.AddParty(name="one too many")) == "E104"
    assert timedelta() < run.clock("tell[party-500]").due_at - run.at(0) <= timedelta(minutes=16)
