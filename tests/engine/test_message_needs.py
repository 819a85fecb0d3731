"""A message that waits for something is not sent before it, whoever sends it and through whatever rule."""

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t

BODY = """
moments:
  hushed: {cite: O 3, title: {en: Hushed}, recorded_by: [clerk]}
conditions:
  authority_first: {cite: O 3, says: {en: The supervisor knows before the press}, measure: sent("report") > 0}
messages:
  report: {cite: O 4, audience: team, to: [clerk], channels: {all: [email]}, text: {en: "To the supervisor"}}
  statement: {cite: O 4, audience: public, channels: {all: [web_site]}, needs: authority_first, publisher: clerk, text: {en: "To all"}}
obligations:
  told: {cite: O 4, owes: clerk, send: statement, within: 8h, of: reported}
situations:
  hush: {cite: O 4, title: {en: Hush}, opens: [{on: hushed}], closes: [{on: closed}], then: [{send: statement}]}
"""


def begun() -> Story:
    return Story(cast={"eva": ("clerk",)}, program=written(BODY)).declare(person="eva")


def test_it_is_refused_until_what_it_needs_holds():
    story = begun()
    assert story.refused(1, "eva", t.Send(template="statement")) == "E201"
    story.do(2, "eva", t.Draft(template="statement"))
    [message] = story.state.messages.values()
    assert story.refused(3, "eva", t.Publish(message=message.message, text_hash=message.text_hash)) == "E201"
    story.do(4, "eva", t.Send(template="report"))
    story.do(5, "eva", t.Publish(message=message.message, text_hash=message.text_hash))
    assert story.state.clocks["told"].status == "met"


def test_a_rule_that_would_send_it_too_early_leaves_the_draft():
    story = begun()
    story.do(1, "eva", t.Mark(moment="hushed"))
    assert [message.status for message in story.state.messages.values()] == ["draft"]
    assert story.state.clocks["told"].status == "open"
