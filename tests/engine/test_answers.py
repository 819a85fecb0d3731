"""What is done with a duty besides ticking it: facts answered, roles given, or the answer that it is not needed."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.owners import owner
from tocsin.engine.program import Program
from tocsin.plan import read

CAST = {"eva": ("baker",)}


@cache
def bakery() -> Program:
    """Return the plan beside this file."""
    result = read.read(Path(__file__).with_name("asked.yaml").read_bytes(), "asked.yaml")
    assert result.program is not None, [str(finding) for finding in result.findings if finding.severity == "error"]
    return result.program


def begun() -> Story:
    return Story(cast=CAST, program=bakery()).declare(person="eva")


def test_a_duty_that_asks_is_done_only_with_the_answer():
    story = begun()
    assert story.refused(1, "eva", t.Fulfil(obligation="light")) == "E202"
    assert story.refused(1, "eva", t.Fulfil(obligation="light", facts={"oven": "warm"})) == "E104"
    assert story.refused(1, "eva", t.Fulfil(obligation="light", facts={"oven": "hot", "pause": timedelta(hours=1)})) == "E103"
    story.do(1, "eva", t.Fulfil(obligation="light", facts={"oven": "hot"}))
    assert story.state.clocks["light"].status == "met"
    assert (story.state.facts["oven"].value, story.state.facts["oven"].by) == ("hot", "eva")


def test_what_is_known_already_need_not_be_said_again():
    story = begun()
    story.do(1, "eva", t.StateFacts(facts={"oven": "cold"}))
    story.do(2, "eva", t.Fulfil(obligation="light"))
    assert story.state.clocks["light"].status == "met"
    assert story.state.facts["oven"].value == "cold"


@pytest.mark.row("COM-06")
def test_whoever_answers_with_nothing_stands_by_the_default_and_never_beyond_the_most():
    story = begun()
    assert story.refused(1, "eva", t.Fulfil(obligation="pace", facts={"pause": timedelta(hours=3)})) == "E104"
    story.do(2, "eva", t.Fulfil(obligation="pace"))
    assert story.state.facts["pause"].value == timedelta(minutes=30)
    assert story.state.facts["pause"].source == "person"


@pytest.mark.row("ROL-22")
def test_work_is_shared_out_once_every_part_of_it_has_somebody():
    story = begun()
    assert story.refused(1, "eva", t.Fulfil(obligation="share", roles={"helper": "jan"})) == "E202"
    assert story.refused(1, "eva", t.Fulfil(obligation="share", roles={"helper": "jan", "baker": "jan", "runner": "jan"})) == "E103"
    answer = story.do(1, "eva", t.Fulfil(obligation="share", roles={"helper": "jan", "runner": "eva"}))
    told = [event for event in answer if isinstance(event, t.Told) and event.accept]
    assert [event.persons for event in told] == [("jan",)]
    story.do(2, "jan", t.Accept(role="helper"))
    assert owner(story.program, story.state, "helper").person == "jan"
    assert owner(story.program, story.state, "runner").person == "eva"


def test_only_what_the_plan_calls_optional_may_be_answered_with_not_needed():
    story = begun()
    assert story.refused(1, "eva", t.NotNeeded(obligation="light")) == "E102"
    assert story.refused(1, "dov", t.NotNeeded(obligation="glaze")) == "E101"
    story.do(1, "eva", t.NotNeeded(obligation="glaze"))
    clock = story.state.clocks["glaze"]
    assert (clock.status, clock.ended, clock.met_at) == ("ended", "not_needed", None)


def test_what_others_make_up_is_done_with_the_last_of_them_and_not_by_hand():
    story = begun()
    story.do(1, "eva", t.Mark(moment="warmed"))
    assert story.refused(2, "eva", t.Fulfil(obligation="hand_out")) == "E102"
    story.do(3, "eva", t.Fulfil(obligation="wash"))
    assert story.state.clocks["hand_out"].status == "open"
    story.do(4, "eva", t.Fulfil(obligation="pace"))
    assert story.state.clocks["hand_out"].status == "met"


def test_what_was_done_before_it_began_makes_nothing_up():
    story = begun()
    story.do(1, "eva", t.Fulfil(obligation="pace"))
    story.do(2, "eva", t.Mark(moment="warmed"))
    story.do(3, "eva", t.Fulfil(obligation="wash"))
    assert story.state.clocks["hand_out"].status == "open"


def test_what_is_waived_or_not_needed_holds_nothing_up_as_long_as_something_was_done():
    story = begun()
    story.do(1, "eva", t.Mark(moment="warmed"))
    story.do(2, "eva", t.WaiveClock(obligation="wash", reason="no water"))
    assert story.state.clocks["hand_out"].status == "open"
    refused = story.do(3, "eva", t.Fulfil(obligation="hand_out"))
    assert isinstance(refused, t.Refused)
    assert (refused.code, "pace" in refused.message, "wash" in refused.message) == ("E102", True, False)
    story.do(4, "eva", t.Fulfil(obligation="pace"))
    assert story.state.clocks["hand_out"].status == "met"


def test_a_role_is_neither_taken_away_nor_given_past_its_decision_by_a_duty():
    story = begun()
    story.do(1, "eva", t.Assign(role="helper", person="jan"))
    story.do(1, "jan", t.Accept(role="helper"))
    assert story.refused(2, "eva", t.Fulfil(obligation="share", roles={"helper": "", "runner": "eva"})) == "E104"
    assert owner(story.program, story.state, "helper").person == "jan"
    assert story.refused(2, "eva", t.Fulfil(obligation="crown", roles={"master": "jan"})) == "E101"


def test_what_is_changed_with_a_reason_is_changed_by_a_duty_with_its_words():
    story = begun()
    story.do(1, "eva", t.StateFacts(facts={"flour": "rye"}))
    assert story.refused(2, "eva", t.Fulfil(obligation="weigh", facts={"flour": "wheat"})) == "E105"
    story.do(2, "eva", t.Fulfil(obligation="weigh", facts={"flour": "wheat"}, words="the rye is out"))
    assert story.state.facts["flour"].value == "wheat"


def test_not_needed_is_answered_of_what_is_open_and_once():
    story = begun()
    story.do(1, "eva", t.NotNeeded(obligation="glaze"))
    assert story.do(2, "eva", t.NotNeeded(obligation="glaze")) == ()
    late = begun()
    late.do(1, "eva", t.Fulfil(obligation="glaze"))
    assert late.refused(2, "eva", t.NotNeeded(obligation="glaze")) == "E102"
