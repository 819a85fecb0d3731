"""A text that goes outside names nothing that nobody has said: its draft shows the gap, and neither a signature nor a send gets past it."""

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t

BODY = """
facts:
  cause: {cite: O 3, ask: {en: Cause}, type: text}
moments:
  mended: {cite: O 3, title: {en: Mended}, recorded_by: [clerk]}
messages:
  statement: {cite: O 4, audience: public, channels: {all: [web_site]}, publisher: clerk, text: {en: "Mended at {{ mended }}: {{ cause }}"}}
  letter:
    {cite: O 4, audience: client, to: [affected_parties], channels: {all: [email]}, text: {en: "Since {{ mended }}"},
     approvals: [{role: desk, does: review}]}
  word: {cite: O 4, audience: team, to: [clerk], channels: {all: [chat]}, text: {en: "Mended at {{ mended }}"}}
"""

ROLES = """
  desk: {cite: O 2, title: {en: Desk}, held_by: {person: desk}}
"""


def begun() -> Story:
    return Story(cast={"eva": ("clerk",), "fay": ("desk",)}, program=written(BODY, ROLES)).declare(person="eva")


def drafted(story: Story, minutes: float, template: str, message: str = "") -> t.MessageState:
    assert not isinstance(story.do(minutes, "eva", t.Draft(template=template, message=message)), t.Refused)
    return list(story.state.messages.values())[-1]


@pytest.mark.row("COM-03")
def test_nothing_goes_outside_with_a_gap_and_the_refusal_names_what_is_not_recorded():
    story = begun()
    draft = drafted(story, 1, "statement")
    assert (draft.texts, draft.ready) == ({"en": "Mended at [—]: [—]"}, False)
    answer = story.do(2, "eva", t.Publish(message=draft.message, text_hash=draft.text_hash))
    assert isinstance(answer, t.Refused)
    assert (answer.code, answer.details) == ("E206", ("mended", "cause"))
    assert story.refused(2, "eva", t.Send(template="statement")) == "E206"


@pytest.mark.row("COM-03")
def test_recorded_since_it_is_drafted_anew_or_written_by_hand():
    story = begun()
    draft = drafted(story, 1, "statement")
    story.do(2, "eva", t.Mark(moment="mended"))
    story.do(2, "eva", t.StateFacts(facts={"cause": "a fuse"}))
    answer = story.do(3, "eva", t.Publish(message=draft.message, text_hash=draft.text_hash))
    assert isinstance(answer, t.Refused)
    assert (answer.code, answer.details) == ("E206", ())
    draft = drafted(story, 4, "statement", draft.message)
    assert draft.ready
    assert not isinstance(story.do(5, "eva", t.Publish(message=draft.message, text_hash=draft.text_hash)), t.Refused)
    by_hand = begun()
    by_hand.do(1, "eva", t.Draft(template="statement", texts={"en": "We are working on it"}))
    [draft] = by_hand.state.messages.values()
    assert not isinstance(by_hand.do(2, "eva", t.Publish(message=draft.message, text_hash=draft.text_hash)), t.Refused)


@pytest.mark.row("COM-16")
def test_a_text_with_a_gap_is_not_put_up_for_approval():
    story = begun()
    draft = drafted(story, 1, "letter")
    assert story.state.chains[draft.chain].status != "running" or not [key for key in story.state.clocks if "review" in key]
    assert story.refused(2, "fay", t.Sign(chain=draft.chain, link="review")) == "E206"


def test_within_the_house_speed_counts_for_more():
    story = begun()
    assert not isinstance(story.do(1, "eva", t.Send(template="word")), t.Refused)
    assert [message.texts["en"] for message in story.state.messages.values()] == ["Mended at [—]"]
