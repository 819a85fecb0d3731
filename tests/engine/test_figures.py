"""Figures: measured and shown, never breached."""

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.figures import measure

FIELDS = {"scope_text": "华东", "next_update": "15:00"}


def standing(story, minutes):
    return measure(story.program, story.state, story.program.figures["told_public"], story.at(minutes))


@pytest.mark.row("CLK-11")
def test_a_target_is_green_or_red_and_causes_no_breach():
    story = Story().declare()
    assert standing(story, 1).standing == "waiting"
    story = Story().started(minutes=5)
    assert standing(story, 19).standing == "open"
    assert standing(story, 21).standing == "red"
    story.tick(60)
    assert not [event for event in story.of(t.ClockBreached) if "told_public" in event.clock]
    story.do(61, "zhou", t.Draft(template="public_statement", fields=FIELDS))
    message = story.state.messages["public_statement-1"]
    story.do(62, "bea", t.Sign(chain=message.chain, link="review"))
    story.do(63, "qian", t.Publish(message=message.message, text_hash=message.text_hash))
    assert (standing(story, 99).standing, standing(story, 99).value.total_seconds()) == ("red", 58 * 60)


@pytest.mark.row("CLK-11")
def test_in_time_it_is_green():
    story = Story().started(minutes=5)
    story.do(6, "zhou", t.Draft(template="public_statement", fields=FIELDS))
    message = story.state.messages["public_statement-1"]
    story.do(7, "bea", t.Sign(chain=message.chain, link="review"))
    story.do(8, "qian", t.Publish(message=message.message, text_hash=message.text_hash))
    assert standing(story, 99).standing == "green"
