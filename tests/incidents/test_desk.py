"""The desk: one way in, everything or nothing, once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.incidents.cast import MORNING, Cast, build, wait
from tocsin.comms.models import Delivery
from tocsin.engine import terms as t
from tocsin.incidents import answers, desk, journal, plans
from tocsin.incidents.models import Answer, BoardRow, Breach, Entry, Head, Incident, Notice, Refusal, TimelineRow
from tocsin.kit import clock
from tocsin.kit.tables import Sheaf

HIGH = t.Decide(decision="set_level", option="high", facts={}, reason="All lines")


def test_a_declaration_is_an_incident_with_a_number_a_journal_and_a_row(cast: Cast) -> None:
    first, second = cast.declare(), cast.declare("The other line")

    assert (first.number, second.number) == ("INC-1", "INC-2")
    events = [written.event for written in journal.read(second)]
    assert isinstance(events[0], t.Declared)
    assert events[0].words == "The other line"
    assert events[0].seats == {"lead": cast.ana.person, "tech": cast.tom.person, "checker": cast.cleo.person}
    assert BoardRow.objects.get(incident=second).words == "The other line"


@pytest.mark.row("REG-11")
def test_numbers_are_counted_within_each_organisation(cast: Cast) -> None:
    other = build("Elsewhere", "example.net")
    cast.declare()
    assert other.declare().number == "INC-1"


def test_an_incident_starts_only_under_a_plan_in_force(cast: Cast) -> None:
    plans.withdraw(cast.plan)
    answer = desk.declare(cast.organisation.id, cast.plan.hash, desk.Declaration(words="x"), actor=cast.ana)
    assert isinstance(answer, t.Refused)
    assert answer.code == "E501"
    assert not Incident.objects.exists()


def test_an_entry_of_a_later_release_makes_its_incident_read_only(cast: Cast) -> None:
    incident = cast.declare()
    Entry.objects.filter(incident=incident, seq=2).update(version=99)
    Incident.objects.filter(pk=incident.pk).update(state="")
    assert cast.refused(incident, t.Note(words="x")) == "E502"
    assert cast.declare().number == "INC-2"


@pytest.mark.row("REG-12", "I9")
def test_every_event_stands_in_order_without_gaps_with_the_servers_time_and_its_author(cast: Cast) -> None:
    incident = cast.declare()
    clock.shift(timedelta(minutes=1))
    done = cast.done(incident, t.Note(words="Looking"), cast.tom)

    entries = list(Entry.objects.filter(incident=incident).order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert (entries[-1].type, entries[-1].by, entries[-1].at) == ("Noted", cast.tom.person, MORNING + timedelta(minutes=1))
    assert done.seq == entries[-1].seq
    line = TimelineRow.objects.get(incident=incident, seq=done.seq)
    assert (line.kind, line.by, line.data) == ("Noted", cast.tom.person, {"words": "Looking"})


def test_time_never_runs_backwards_within_an_incident(cast: Cast) -> None:
    incident = cast.declare()
    clock.shift(-timedelta(hours=1))
    (event,) = cast.done(incident, t.Note(words="after all")).events
    assert event.at == MORNING


def test_a_repeated_command_causes_nothing(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.Fulfil(obligation="look"), cast.tom)
    before = Entry.objects.count(), Notice.objects.count()
    assert cast.done(incident, t.Attest(condition="clean"), cast.tom).events
    assert cast.done(incident, t.Attest(condition="clean"), cast.tom).events == ()
    assert (Entry.objects.count(), Notice.objects.count()) == (before[0] + 1, before[1] + 1)


@pytest.mark.row("AUD-02")
def test_a_refusal_changes_nothing_and_is_logged_with_who_tried_what(cast: Cast) -> None:
    incident = cast.declare()
    before = Head.objects.get(pk=incident.pk).hash
    assert cast.refused(incident, HIGH, cast.dov) == "E101"
    assert Head.objects.get(pk=incident.pk).hash == before
    refusal = Refusal.objects.get()
    assert (refusal.incident_id, refusal.by, refusal.command, refusal.subject, refusal.code, refusal.at) == (
        incident.pk,
        cast.dov.person,
        "Decide",
        "set_level",
        "E101",
        MORNING,
    )


def test_the_same_key_gives_the_same_answer_and_does_the_thing_once(cast: Cast) -> None:
    incident = cast.declare()
    first = cast.done(incident, t.Note(words="once"), key="k1")
    clock.shift(timedelta(hours=1))
    cast.done(incident, t.Note(words="between"))
    again = cast.done(incident, t.Note(words="once"), key="k1")

    assert again == first
    assert TimelineRow.objects.filter(incident=incident, data={"words": "once"}).count() == 1


def test_a_refusal_is_remembered_under_its_key_too(cast: Cast) -> None:
    incident = cast.declare()
    close = t.Decide(decision="close")
    first = desk.handle(incident.pk, close, actor=cast.ana, key="k1")
    assert isinstance(first, t.Refused)
    cast.done(incident, t.Attest(condition="clean"), cast.tom)
    assert desk.handle(incident.pk, close, actor=cast.ana, key="k1") == first
    assert Refusal.objects.count() == 1


def test_the_same_declaration_again_is_the_same_incident(cast: Cast) -> None:
    first = cast.declare(key="k1")
    assert cast.declare(key="k1") == first
    assert cast.declare(key="k2").number == "INC-2"  # and no number was lost


def test_a_key_with_another_request_is_refused_as_reused(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.Note(words="one"), key="k1")
    with pytest.raises(answers.KeyReused):
        cast.done(incident, t.Note(words="two"), key="k1")
    assert not TimelineRow.objects.filter(data={"words": "two"}).exists()


def test_a_key_belongs_to_its_principal_and_its_path(cast: Cast) -> None:
    incident, other = cast.declare(), cast.declare()
    cast.done(incident, t.Note(words="one"), key="k1")
    assert cast.done(incident, t.Note(words="two"), cast.tom, key="k1").events
    assert cast.done(other, t.Note(words="three"), key="k1").events


def test_a_key_is_forgotten_after_48_hours(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.Note(words="one"), key="k1")
    clock.shift(timedelta(hours=48))
    answers.forget(clock.now())
    assert not Answer.objects.exists()
    assert cast.done(incident, t.Note(words="two"), key="k1").events


@pytest.mark.row("I3")
def test_the_database_itself_refuses_a_second_breach_and_with_it_everything_else(cast: Cast) -> None:
    incident = cast.declare()
    wait(timedelta(minutes=31))
    breach = next(written.event for written in journal.read(incident) if isinstance(written.event, t.ClockBreached))
    head = Head.objects.get(pk=incident.pk)
    before = head.seq, head.hash
    sheaf = Sheaf()
    journal.append(sheaf, incident, head, [breach])
    with pytest.raises(IntegrityError), transaction.atomic():
        sheaf.write()
    head.refresh_from_db()
    assert (head.seq, head.hash) == before
    assert Breach.objects.filter(incident=incident).count() == 1
    assert Entry.objects.filter(incident=incident, type="ClockBreached").count() == 1


@pytest.mark.row("I6")
def test_what_an_event_asks_for_is_in_the_outbox_with_it(cast: Cast) -> None:
    incident = cast.declare()
    done = cast.done(incident, t.Assign(role="tech", person=cast.dov.person))
    told = next(seq for seq, event in enumerate(done.events, done.first) if isinstance(event, t.Told))
    row = Delivery.objects.get(event_id=f"inc_{incident.pk.hex}:{told}")
    assert (row.recipient, row.channel, row.urgent) == (cast.dov.person, "inbox", True)
    assert row.subject == "[INC-1] You are asked to take the role: Technician"
