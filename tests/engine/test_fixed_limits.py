"""A limit that a law counts from one instant: due no later because somebody learned late that it applies."""

from datetime import timedelta

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t

BODY = """
facts:
  risk: {cite: O 3, type: choice, of: [unlikely, likely, high], ask: {en: Risk}}
  grave: {cite: O 3, type: yes_no, ask: {en: Grave}, default: "no"}
moments:
  aware: {cite: O 3, title: {en: Aware}, recorded_by: [clerk]}
obligations:
  law: {cite: O 4, owes: clerk, do: {en: Notify}, within: {by: grave, yes: 48h, no: 72h}, of: aware, counted: fixed, when: 'risk != "unlikely"'}
  house: {cite: O 4, owes: clerk, do: {en: Tell the board}, within: 72h, of: aware, when: 'risk != "unlikely"'}
"""
HOUR = 60


def begun() -> Story:
    story = Story(cast={"eva": ("clerk",)}, program=written(BODY)).declare(person="eva")
    story.do(0, "eva", t.Mark(moment="aware"))
    return story


@pytest.mark.row("CLK-01", "CLK-02")
def test_what_applies_late_is_due_no_later():
    story = begun()
    story.do(30 * HOUR, "eva", t.StateFacts(facts={"risk": "likely"}))
    assert story.state.clocks["law"].due_at == story.at(72 * HOUR)
    assert story.state.clocks["house"].due_at == story.at(102 * HOUR)


def test_what_applies_only_when_its_limit_is_over_is_late_at_once_and_says_so_once():
    story = begun()
    story.do(80 * HOUR, "eva", t.StateFacts(facts={"risk": "high"}))
    story.tick(80 * HOUR + 1)
    [breach] = [event for event in story.events if isinstance(event, t.ClockBreached)]
    assert (breach.obligation, breach.due_at) == ("law", story.at(72 * HOUR))
    story.do(81 * HOUR, "eva", t.Fulfil(obligation="law"))
    assert [event.late for event in story.events if isinstance(event, t.ClockMet)] == [True]
    story.tick(90 * HOUR)
    assert sum(isinstance(event, t.ClockBreached) and event.obligation == "law" for event in story.events) == 1


def test_another_limit_counts_from_the_same_instant():
    story = begun()
    story.do(10 * HOUR, "eva", t.StateFacts(facts={"risk": "high"}))
    story.do(40 * HOUR, "eva", t.StateFacts(facts={"grave": True}))
    assert story.state.clocks["law"].due_at == story.at(48 * HOUR)
    story.do(41 * HOUR, "eva", t.StateFacts(facts={"grave": False}))
    assert story.state.clocks["law"].due_at == story.at(72 * HOUR)


def test_a_corrected_instant_moves_it():
    story = begun()
    story.do(10 * HOUR, "eva", t.StateFacts(facts={"risk": "high"}))
    story.do(11 * HOUR, "eva", t.Mark(moment="aware", happened_at=story.at(0) - timedelta(hours=5)))
    assert story.state.clocks["law"].due_at == story.at(67 * HOUR)
