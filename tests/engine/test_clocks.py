"""Clocks: they begin by themselves, remind, are breached once and never early, and forget nothing."""

from datetime import timedelta

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due


def breaches(events):
    return [event for event in events if isinstance(event, t.ClockBreached | t.OccurrenceMissed)]


@pytest.mark.row("CLK-01", "CLK-02")
def test_a_clock_begins_by_itself_with_everything_it_needs_to_be_read():
    story = Story().declare()
    clock = story.clock("first_judgement")
    assert (clock.anchor, clock.owes, clock.limit) == ("reported", "duty_manager", "5m")
    assert (clock.began_at, clock.due_at) == (story.at(0), story.at(5))


@pytest.mark.row("CLK-03")
def test_the_owner_is_reminded_at_two_thirds_of_the_limit():
    story = Story().declare()
    assert next_due(story.program, story.state) == story.at(10 / 3)
    events = story.tick(4)
    assert [event.clock for event in events if isinstance(event, t.ClockReminded)] == ["first_judgement"]
    assert [event.persons for event in events if isinstance(event, t.Told)] == [("chi",)]
    assert not any(isinstance(event, t.ClockReminded) for event in story.tick(4.5))


@pytest.mark.row("CLK-03", "I5")
def test_an_act_at_exactly_the_due_instant_is_in_time():
    story = Story().declare()
    assert breaches(story.tick(5)) == []
    story.do(5, "chi", t.Decide(decision="judge", facts={"severity": "general"}))
    assert story.clock("first_judgement").status == "met"
    assert story.clock("first_judgement").margin_s == 0


@pytest.mark.row("CLK-03", "I3", "I4")
def test_a_clock_is_breached_once_and_those_above_are_told():
    story = Story().declare()
    (breach,) = breaches(story.tick(5.02))
    assert (breach.clock, breach.due_at, breach.late_s) == ("first_judgement", story.at(5), 1)
    told = {person for event in story.of(t.Told) if event.cause == "breached:first_judgement" for person in event.persons}
    assert {"chi", "zhou"} <= told
    assert breaches(story.tick(6)) == []


@pytest.mark.row("CLK-03")
def test_late_fulfilment_records_the_delay():
    story = Story().declare()
    story.do(9, "chi", t.Decide(decision="judge", facts={"severity": "general"}))
    clock = story.clock("first_judgement")
    assert (clock.status, clock.margin_s) == ("late", -240)
    assert len(breaches(story.events)) == 1


@pytest.mark.row("CLK-02")
def test_an_act_in_time_entered_late_settles_the_breach_and_does_not_remove_it():
    story = Story().started()
    story.tick(40)
    assert story.clock("web_channel").status == "breached"
    story.do(41, "qian", t.Fulfil(obligation="web_channel", happened_at=story.at(30)))
    (met,) = [event for event in story.of(t.ClockMet) if event.clock == "web_channel"]
    assert (met.settled, met.late, met.margin_s) == (True, False, 300)
    assert [event.clock for event in breaches(story.events)].count("web_channel") == 1


@pytest.mark.row("CLK-02")
def test_only_the_commander_waives_and_never_without_a_reason():
    story = Story().started()
    assert story.refused(6, "lin", t.WaiveClock(obligation="web_channel", reason="not needed")) == "E101"
    assert story.refused(6, "ana", t.WaiveClock(obligation="web_channel", reason="")) == "E105"
    story.do(6, "ana", t.WaiveClock(obligation="web_channel", reason="no website"))
    assert story.clock("web_channel").status == "waived"
    assert not any(event.clock == "web_channel" for event in breaches(story.tick(60)))


@pytest.mark.row("CLK-04")
def test_every_missed_occurrence_is_counted_and_one_is_open():
    story = Story().started(minutes=5)
    story.tick(5 + 95)
    clock = story.clock("handling")
    assert (clock.missed, clock.occurrence, clock.due_at) == (3, 4, story.at(5 + 120))
    story.do(101, "lin", t.Send(template="handling_report", fields={"done": "x", "effect": "y", "estimate": "1h"}))
    clock = story.clock("handling")
    assert (clock.missed, clock.behind, clock.due_at) == (3, 0, story.at(5 + 150))


@pytest.mark.row("CLK-05")
def test_recurring_reports_end_when_the_plan_says():
    story = Story().started()
    story.do(20, "ana", t.Decide(decision="accept_restoration"))
    assert (story.clock("handling").status, story.clock("handling").ended) == ("ended", "until")
    assert story.clock("recovery_log").due_at == story.at(50)


@pytest.mark.row("CLK-07", "WC-X4")
def test_what_fell_due_in_a_downtime_is_recorded_once_with_how_late_the_server_was():
    story = Story().declare()
    events = breaches(story.tick(65, down_since=2))
    assert {event.clock for event in events} == {"first_judgement", "impact", "decision_meeting"}
    assert all(event.after_downtime for event in events)
    assert {event.clock: event.late_s for event in events}["first_judgement"] == 60 * 60
    assert breaches(story.tick(66)) == []


@pytest.mark.row("CLK-07")
def test_missed_occurrences_of_a_downtime_are_one_event():
    story = Story().started(minutes=5)
    events = [event for event in breaches(story.tick(5 + 100, down_since=10)) if event.clock == "handling"]
    assert [(event.missed, event.due_at, event.next_due_at) for event in events] == [(3, story.at(35), story.at(125))]


@pytest.mark.row("CLK-07")
def test_it_does_not_matter_how_often_somebody_ticks():
    often, seldom = Story().started(), Story().started()
    for minute in range(6, 200):
        often.tick(minute)
    seldom.tick(199)
    assert often.state.clocks == seldom.state.clocks


@pytest.mark.row("LVL-07")
def test_a_milder_level_ends_what_is_not_yet_due_and_keeps_what_is_overdue():
    story = Story().started("l2", minutes=5)
    story.tick(36)
    lower = t.Decide(decision="adjust_level", option="l3", reason="better", evidence=("picture",))
    story.do(37, "ana", lower)
    assert (story.clock("budget").status, story.clock("budget").ended) == ("ended", "level_changed")
    assert story.clock("web_channel").status == "breached"
    assert story.clock("preliminary_cause").status == "open"


@pytest.mark.row("LVL-07")
def test_a_graver_level_starts_what_it_asks_from_the_change_on():
    story = Story().started("l3", minutes=5)
    assert "first_meeting" not in story.state.clocks
    story.do(60, "ana", t.Decide(decision="adjust_level", option="l1", reason="worse", evidence=("log",)))
    assert story.clock("first_meeting").due_at == story.at(90)


@pytest.mark.row("CLK-08")
def test_corrected_times_move_the_clocks_that_rest_on_them():
    story = Story().declare(facts={})
    story.do(10, "chi", t.StateFacts(facts={"occurred_at": story.at(-60)}))
    assert story.clock("preliminary_cause").due_at == story.at(-60) + timedelta(hours=24)


@pytest.mark.row("REG-17")
def test_each_step_of_the_way_keeps_its_own_time():
    story = Story().started(minutes=5)
    story.do(30, "ana", t.Decide(decision="accept_restoration"))
    moments = {name: (known.at - story.at(0)).total_seconds() / 60 for name, known in story.state.moments.items()}
    assert {name: moments[name] for name in ("reported", "registered", "decided", "activated", "restored")} == {
        "reported": 0,
        "registered": 0,
        "decided": 5,
        "activated": 5,
        "restored": 30,
    }


LOOK = """
moments:
  seen: {cite: O 3, title: {en: Seen}, recorded_by: [clerk]}
facts:
  pace: {cite: O 3, type: choice, ask: {en: Pace}, of: [calm, quick]}
obligations:
  look: {cite: O 4, owes: clerk, do: {en: Look}, of: seen, within: {by: pace, calm: 60m, else: 30m}}
"""


def looked() -> Story:
    """Return a story in which what was seen at 20 was corrected to 10, and then to 12."""
    story = Story(program=written(LOOK), cast={"ana": ("clerk",)}).declare(person="ana")
    for minutes, happened in ((20, 20), (21, 10), (22, 12)):
        story.do(minutes, "ana", t.Mark(moment="seen", happened_at=story.at(happened)))
    return story


@pytest.mark.row("CLK-08")
def test_a_second_correction_counts_from_the_corrected_time():
    story = looked()
    assert (story.clock("look").began_at, story.clock("look").due_at) == (story.at(12), story.at(42))


@pytest.mark.row("CLK-08", "CLK-02")
def test_an_act_after_the_corrected_beginning_is_not_before_the_obligation():
    story = looked()
    story.do(23, "ana", t.Fulfil(obligation="look", happened_at=story.at(15)))
    assert (story.clock("look").status, story.clock("look").margin_s) == ("met", 27 * 60)


@pytest.mark.row("CLK-08")
def test_a_longer_limit_counts_from_the_corrected_beginning():
    story = looked()
    story.do(23, "ana", t.StateFacts(facts={"pace": "calm"}))
    assert story.clock("look").due_at == story.at(72)
