"""Triggers: they fire by themselves, once for each stretch, for each thing by itself, and open nothing twice."""

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.clocks import next_due
from tocsin.engine.compose import compose
from tocsin.engine.firing import firing
from tocsin.engine.measured import said
from tocsin.plan import read, shipped

PEAK = 'complaints.excess("5m") > 30.0'
HOT = "cpu.now > 90.0 each node"


def observe(story, minutes, watch, value, **seen):
    story.do(minutes, t.SYSTEM, t.Observe(edges=(t.Edge(watch, value, story.at(minutes), seen),)))


def begun():
    return Story().declare(0, t.SYSTEM, means="trigger", reported=False)


@pytest.mark.row("DET-05", "DET-10")
def test_a_trigger_opens_the_preparatory_response_and_keeps_what_fired_it():
    story = begun()
    observe(story, 1, PEAK, True, **{'complaints.excess("5m")': "35.00"})
    (fired,) = story.of(t.TriggerFired)
    assert (fired.trigger, fired.test, dict(fired.seen), fired.opened) == (
        "complaint_peak",
        PEAK,
        {'complaints.excess("5m")': "35.00"},
        True,
    )
    assert story.state.situations["preparatory"].open
    assert story.state.phase == "warning"
    assert [event.template for event in story.of(t.MessagePublished)] == ["trigger_push"]
    assert said(story.program, story.state, "firing.value", "en") == "Complaints (5 min) 35.00 %"
    assert said(story.program, story.state, "firing.threshold", "zh") == "投诉量 (5 分钟) > 30.0 %"


@pytest.mark.row("DET-04", "TL-39")
def test_it_fires_after_its_time_without_interruption_and_the_clock_wakes_for_it():
    story = begun()
    observe(story, 1, f"{HOT}[n1]", True)
    assert next_due(story.program, story.state) == story.at(6)
    observe(story, 4, f"{HOT}[n1]", None)
    assert story.tick(6) == []
    observe(story, 7, f"{HOT}[n1]", True)
    assert story.of(t.TriggerFired) == []
    story.tick(12)
    (fired,) = story.of(t.TriggerFired)
    assert (fired.entry, fired.since, fired.hold_s) == ("n1", story.at(7), 300)


@pytest.mark.row("DET-04")
def test_what_fired_stands_again_when_late_samples_close_the_gap_and_fires_no_second_time():
    story = begun()
    observe(story, 1, PEAK, True)
    observe(story, 5, PEAK, None)
    assert firing(story.state) == set()
    story.do(9, t.SYSTEM, t.Observe(edges=(t.Edge(PEAK, True, story.at(1)),)))
    assert firing(story.state) == {PEAK}
    assert len(story.of(t.TriggerFired)) == 1


@pytest.mark.row("DET-06")
def test_firing_again_is_evidence_and_opens_nothing_new():
    story = begun()
    observe(story, 1, PEAK, True)
    observe(story, 2, f"{HOT}[n1]", True)
    observe(story, 2, f"{HOT}[n2]", True)
    story.tick(7)
    assert [(event.trigger, event.entry, event.opened) for event in story.of(t.TriggerFired)] == [
        ("complaint_peak", "", True),
        ("hot_cpu", "n1", False),
        ("hot_cpu", "n2", False),
    ]
    assert story.state.situations["preparatory"].generation == 1


@pytest.mark.row("DET-06")
def test_while_a_response_runs_a_trigger_is_evidence():
    story = Story().started("l2")
    observe(story, 10, PEAK, True)
    (fired,) = story.of(t.TriggerFired)
    assert not fired.opened
    assert "preparatory" not in story.state.situations


def test_an_edge_of_a_watch_nobody_has_is_nothing():
    story = begun()
    observe(story, 1, f"{PEAK}[n1]", True)
    observe(story, 1, HOT, True)
    assert story.state.edges == {}


@pytest.mark.row("DET-07")
def test_the_duty_manager_calls_it_false_with_a_reason_and_what_nobody_reported_ends():
    story = begun()
    observe(story, 1, PEAK, True)
    assert story.refused(2, "lin", t.Close(situation="preparatory", reason="a test")) == "E101"
    assert story.refused(2, "chi", t.Close(situation="preparatory")) == "E105"
    story.do(3, "chi", t.Close(situation="preparatory", reason="a test call"))
    (closed,) = story.of(t.SituationClosed)
    assert (closed.named, closed.reason, story.state.phase) == ("false_alarm", "a test call", "cancelled")


def test_what_began_by_itself_can_be_reported_and_then_outlives_a_false_alarm():
    story = begun()
    observe(story, 1, PEAK, True)
    story.do(2, "chi", t.AddReport(key="r", means="person", words="nobody gets through"))
    assert story.clock("first_judgement").due_at == story.at(7)
    story.do(3, "chi", t.Close(situation="preparatory", reason="a test call"))
    assert story.state.phase == "declared"


def test_edges_that_come_in_together_hold_no_longer_than_until_the_next():
    story = begun()
    pulse = (t.Edge(f"{HOT}[n1]", True, story.at(1)), t.Edge(f"{HOT}[n1]", False, story.at(5)))
    story.do(20, t.SYSTEM, t.Observe(edges=pulse))
    assert story.of(t.TriggerFired) == []


@pytest.mark.parametrize("order", [("hotline-outage", "incident-basics"), ("incident-basics", "hotline-outage")])
def test_beside_another_plan_every_trigger_keeps_its_watch_and_its_situation(order):
    sources = shipped.sources()
    whole = compose([read.read(sources[name].read_bytes(), name).program for name in order])
    assert len(whole.triggers) == 3
    for trigger in whole.triggers.values():
        assert whole.watches[trigger.watch].each == trigger.each
        assert trigger.opens in whole.situations
