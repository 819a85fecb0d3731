"""Edges that are learned late: what they say counts by the time of the sample, and a later one ends what an earlier one began."""

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t

LOAD, HEAT = "load.now < 50.0", "heat.now > 90.0"
PEAK = "load.now > 90.0"
CALM = "calm: {cite: O 3, measure: load.now < 50.0, hold: 30m}"
CAST = {"chi": ("clerk",)}


def begun(body):
    return Story(cast=CAST, program=written(body)).declare()


def learn(story, minutes, *edges, down_since=None):
    """Let the server learn edges together: watch, value, and the minute since which it stands."""
    known = tuple(t.Edge(watch, value, story.at(since)) for watch, value, since in edges)
    return story.do(minutes, t.SYSTEM, t.Observe(edges=known, down_since=None if down_since is None else story.at(down_since)))


@pytest.mark.row("TRM-04")
@pytest.mark.parametrize(
    ("body", "none"),
    [
        ("situations: {calmed: {cite: O 4, title: {en: Calm}, opens: [{when: 'holds(\"calm\")'}], closes: [{on: closed}]}}", "situations"),
        ("facts: {safe: {cite: O 3, type: yes_no, ask: {en: Safe}, implied: [{value: true, when: 'holds(\"calm\")'}]}}", "facts"),
    ],
)
def test_a_hold_that_a_later_edge_ended_opens_nothing_and_implies_nothing(body, none):
    story = begun(f"conditions: {{{CALM}}}\n{body}")
    learn(story, 120, (LOAD, True, 1), (LOAD, False, 10))
    assert not getattr(story.state, none)
    learn(story, 200, (LOAD, True, 130))
    assert getattr(story.state, none)


@pytest.mark.row("TRM-04")
def test_a_hold_that_a_later_edge_ended_is_neither_recorded_nor_reached():
    story = begun(
        f"""
conditions: {{{CALM}}}
moments: {{over: {{cite: O 3, when: 'holds("calm")'}}, eased: {{cite: O 3, when: load.now < 50.0}}}}
obligations: {{cool: {{cite: O 3, owes: clerk, reach: calm, within: 10h, of: eased, until: closed}}}}
"""
    )
    learn(story, 120, (LOAD, True, 1), (LOAD, False, 10))
    assert "over" not in story.state.moments
    assert story.clock("cool").status == "open"


@pytest.mark.row("TRM-04")
def test_a_hold_is_complete_for_everybody_who_asks_at_the_same_time():
    story = begun(f"conditions: {{{CALM}}}\nmoments: {{over: {{cite: O 3, when: 'holds(\"calm\")'}}}}")
    learn(story, 1, (LOAD, True, 1))
    story.tick(30)
    assert "over" not in story.state.moments
    story.tick(31)
    assert story.state.moments["over"].at == story.at(31)


@pytest.mark.row("TRM-04")
def test_what_came_in_time_by_its_samples_is_met_in_time_though_learned_after_the_due_time():
    story = begun(
        """
conditions: {calm: {cite: O 3, measure: load.now < 50.0}}
obligations: {cool: {cite: O 3, owes: clerk, reach: calm, within: 30m, of: reported, until: closed}}
"""
    )
    learn(story, 40, (LOAD, True, 20))
    assert (story.clock("cool").status, story.clock("cool").met_at) == ("met", story.at(20))
    assert not story.of(t.ClockBreached)


@pytest.mark.row("TRM-04")
def test_what_came_after_the_due_time_is_breached_first_and_met_late():
    story = begun(
        """
conditions: {calm: {cite: O 3, measure: load.now < 50.0, hold: 15m}}
obligations: {cool: {cite: O 3, owes: clerk, reach: calm, within: 30m, of: reported, until: closed}}
"""
    )
    learn(story, 60, (LOAD, True, 20))
    assert (story.clock("cool").status, story.clock("cool").met_at) == ("late", story.at(35))
    assert len(story.of(t.ClockBreached)) == 1


ALARMS = """
conditions: {calm: {cite: O 3, measure: '!trigger_firing', hold: 30m, marks: [quiet]}}
moments: {quiet: {cite: O 3}}
situations: {prep: {cite: O 4, title: {en: R}, opens: [{by: [clerk]}], closes: [{by: [clerk]}]}}
triggers:
  peak: {cite: O 4, title: {en: Peak}, when: load.now > 90.0, opens: prep}
  warm: {cite: O 4, title: {en: Warm}, when: heat.now > 90.0, opens: prep}
"""


@pytest.mark.row("TRM-04")
def test_nothing_has_been_quiet_for_its_time_when_the_next_trigger_fired_before_though_both_are_learned_at_once():
    story = begun(ALARMS)
    learn(story, 1, (PEAK, True, 1))
    learn(story, 200, (PEAK, False, 10), (HEAT, True, 20))
    assert "quiet" not in story.state.moments


@pytest.mark.row("TRM-04")
def test_it_is_quiet_since_the_last_trigger_ceased_in_whatever_order_that_is_learned():
    story = begun(ALARMS)
    learn(story, 1, (PEAK, True, 1))
    learn(story, 2, (HEAT, True, 2))
    learn(story, 41, (PEAK, False, 40))
    learn(story, 42, (HEAT, False, 20))
    assert story.state.conditions["calm"].since == story.at(40)


STRETCH = """
situations:
  bad:
    cite: O 4
    title: {en: Bad}
    opens: [{when: load.now >= 50.0}]
    closes: [{when: load.now < 50.0}]
    obligations: {report: {owes: clerk, do: {en: Report}, every: 30m, from: opened, counted: fixed}}
"""


@pytest.mark.row("CLK-07")
def test_nothing_is_missed_after_the_edge_that_ended_what_was_owed():
    story = begun(STRETCH)
    learn(story, 1, ("load.now >= 50.0", True, 1))
    learn(story, 301, ("load.now >= 50.0", False, 70), (LOAD, True, 70), down_since=5)
    (missed,) = story.of(t.OccurrenceMissed)
    assert (missed.missed, missed.last_due_at) == (2, story.at(61))
    assert story.clock("report").status == "ended"
