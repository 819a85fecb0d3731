"""Figures: measured and shown, never breached."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.engine.story import Story
from tests.engine.test_records import begun, entered, kept
from tocsin.engine import guards
from tocsin.engine import terms as t
from tocsin.engine.figures import FigureView, measure
from tocsin.engine.values import holds

FIELDS = {"scope_text": "华东", "next_update": "15:00"}


def stands(story: Story, minutes: float, figure: str = "told_public") -> FigureView:
    return measure(story.program, story.state, story.program.figures[figure], story.at(minutes))


@pytest.mark.row("CLK-11")
def test_a_target_is_green_or_red_and_causes_no_breach():
    story = Story().declare()
    assert stands(story, 1).standing == "waiting"
    story = Story().started(minutes=5)
    assert stands(story, 19).standing == "open"
    assert stands(story, 21).standing == "red"
    story.tick(60)
    assert not [event for event in story.of(t.ClockBreached) if "told_public" in event.clock]
    story.do(61, "zhou", t.Draft(template="public_statement", fields=FIELDS))
    message = story.state.messages["public_statement-1"]
    story.do(62, "bea", t.Sign(chain=message.chain, link="review"))
    story.do(63, "qian", t.Publish(message=message.message, text_hash=message.text_hash))
    assert (stands(story, 99).standing, stands(story, 99).value) == ("red", timedelta(minutes=58))


@pytest.mark.row("CLK-11")
def test_in_time_it_is_green():
    story = Story().started(minutes=5)
    story.do(6, "zhou", t.Draft(template="public_statement", fields=FIELDS))
    message = story.state.messages["public_statement-1"]
    story.do(7, "bea", t.Sign(chain=message.chain, link="review"))
    story.do(8, "qian", t.Publish(message=message.message, text_hash=message.text_hash))
    assert stands(story, 99).standing == "green"


def decided(minutes: float = 4, level: str = "mild") -> Story:
    story = begun()
    story.do(minutes, "eva", t.Decide(decision="set_level", option=level))
    return story


@pytest.mark.row("CLK-11")
@pytest.mark.parametrize(("minutes", "standing"), [(5, "green"), (5.02, "red")])
def test_exactly_at_its_target_a_figure_is_green(minutes, standing):
    assert stands(decided(minutes), 60, "decided_in").standing == standing


def test_a_target_out_of_a_fact_and_the_same_end_from_another_beginning():
    story = decided(4)
    assert stands(story, 10, "promised").target is None
    story.do(5, "eva", t.StateFacts(facts={"goal": timedelta(minutes=30)}))
    story.do(20, "eva", t.Mark(moment="pumped"))
    view = stands(story, 99, "promised")
    assert (view.standing, view.value, view.also, view.target) == (
        "green",
        timedelta(minutes=20),
        timedelta(minutes=16),
        timedelta(minutes=30),
    )


@pytest.mark.row("TL-87")
def test_a_least_time_is_green_once_it_has_passed_and_red_when_it_ends_before():
    story = decided()
    story.do(5, "eva", t.Decide(decision="finish"))
    day = 24 * 60
    assert stands(story, 5 + 13 * day, "calm").standing == "open"
    assert stands(story, 5 + 14 * day, "calm").standing == "green"
    story.do(5 + 13 * day, "eva", t.Mark(moment="burst_again"))
    assert stands(story, 5 + 20 * day, "calm").standing == "red"


def test_a_figure_of_one_level_waits_at_the_others():
    assert stands(decided(4, "mild"), 10, "grave_only").standing == "waiting"
    assert stands(decided(4, "grave"), 10, "grave_only").standing == "red"


def test_a_sum_a_change_and_a_truth_are_judged():
    story = decided()
    entered(story, 5, "costs", what="pipe", amount="100")
    assert stands(story, 6, "spent").standing == "green"
    entered(story, 6, "costs", what="pump", amount="0.5")
    assert (stands(story, 7, "spent").standing, stands(story, 7, "spent").value) == ("red", Decimal("100.5"))
    assert stands(story, 7, "saved").standing == "open"
    story.do(8, "eva", t.StateFacts(facts={"before": Decimal(10), "after": Decimal("4.5")}))
    assert (stands(story, 9, "saved").value, stands(story, 9, "saved").standing) == (Decimal("-55.00"), "green")
    assert stands(story, 9, "looked").standing == "red"
    story.do(9, "jan", t.Fulfil(obligation="look"))
    assert stands(story, 9, "looked").standing == "green"


def test_what_must_be_true_first_is_waited_for():
    assert stands(begun(), 1, "looked").standing == "waiting"


@pytest.mark.row("TL-90")
def test_a_value_is_read_at_its_time_and_stays_as_it_was_then():
    story = begun()
    story.do(10, "eva", t.StateFacts(facts={"after": Decimal(81)}))
    assert stands(story, 60, "read_later").standing == "open"
    story.do(121, "eva", t.StateFacts(facts={"after": Decimal(20)}))
    view = stands(story, 200, "read_later")
    assert (view.standing, view.value) == ("green", Decimal(81))


@pytest.mark.row("EWS-13")
def test_how_much_was_prepared_and_how_long_before_it_was_due():
    story = begun()
    story.do(1, "eva", t.Open(situation="alarm"))
    assert stands(story, 2, "ready").value == 0
    story.do(5, "eva", t.Fulfil(obligation="count_heads"))
    assert (stands(story, 6, "ready").value, stands(story, 6, "ready").standing) == (50, "red")
    story.do(7, "eva", t.Fulfil(obligation="shut_valve"))
    assert (stands(story, 8, "ready").standing, stands(story, 8, "gain").value) == ("green", timedelta(minutes=6))
    assert stands(story, 8, "pace").value == timedelta(minutes=5)  # four minutes and six


@pytest.mark.row("DET-07", "LVL-10")
def test_false_alarms_and_changed_levels_are_counted():
    story = decided(4, "mild")
    story.do(5, "eva", t.Open(situation="alarm"))
    assert story.refused(6, "eva", t.Close(situation="alarm")) == "E105"
    story.do(6, "eva", t.Close(situation="alarm", reason="a test", named="false_alarm"))
    assert stands(story, 7, "alarms").value == 1
    story.do(8, "eva", t.Decide(decision="set_level", option="grave"))
    story.do(9, "eva", t.Decide(decision="set_level", option="mild"))
    assert stands(story, 10, "moved").value == 2


@pytest.mark.row("STP-09")
def test_a_step_is_opened_again_with_a_reason():
    story = begun()
    story.do(1, "eva", t.Open(situation="alarm"))
    story.do(2, "eva", t.Close(situation="alarm", reason="over"))
    assert story.refused(3, "eva", t.Open(situation="alarm")) == "E105"
    story.do(3, "eva", t.Open(situation="alarm", reason="smoke again"))
    assert story.of(t.SituationOpened)[-1].reason == "smoke again"


@pytest.mark.row("STP-13")
def test_when_the_incident_is_closed_every_figure_is_kept_as_it_was():
    story = decided()
    entered(story, 5, "costs", what="pipe", amount="90")
    story.do(6, "eva", t.Decide(decision="finish"))
    kept_ = {reading.figure: reading for event in story.of(t.FiguresKept) for reading in event.readings}
    assert (kept_["decided_in"].standing, kept_["decided_in"].value) == ("green", timedelta(minutes=4))
    assert (kept_["looked"].standing, kept_["looked"].value) == ("red", False)
    assert "calm" not in kept_  # its fortnight only begins
    entered(story, 10, "costs", what="pump", amount="90")
    assert stands(story, 11, "spent").value == 90


@pytest.mark.row("STP-12")
def test_a_checklist_is_ticked_by_what_happened_and_by_who_attests_it():
    story = begun()
    at = story.at(5)

    def ticked() -> list[str]:
        items = story.program.checklists["leave"].items
        return [item for item in items if holds(story.program, story.state, story.program.conditions[item], at)]

    assert ticked() == []
    story.do(1, "eva", t.Decide(decision="set_level", option="mild"))
    assert ticked() == ["leave.c1"]
    assert story.refused(2, "jan", t.Attest(condition="leave.c2")) == "E106"
    story.do(2, "jan", t.Attest(condition="leave.c2", evidence=("photo",)))
    assert ticked() == ["leave.c1", "leave.c2"]


@pytest.mark.row("STP-15", "KNB-06")
def test_a_guard_stands_from_its_moment_until_it_is_made_good():
    story = begun()

    def standing() -> list[str]:
        return [guard.id for guard in guards.standing(kept(), {name: known.at for name, known in story.state.moments.items()})]

    assert standing() == []
    story.tick(11)
    assert standing() == ["not_looked"]
    story.do(12, "eva", t.Mark(moment="burst_again"))
    assert standing() == ["not_looked", "again"]
    story.do(13, "jan", t.Fulfil(obligation="look"))
    story.do(14, "eva", t.Mark(moment="pumped"))
    assert standing() == []
