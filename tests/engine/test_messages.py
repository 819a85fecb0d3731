"""Messages: rendered in every locale, approved as exactly those bytes, published by one voice."""

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.react import react

FIELDS = {"scope_text": "华东", "next_update": "15:00"}


def drafted(minutes=10):
    story = Story().started()
    story.do(minutes, "zhou", t.Draft(template="public_statement", fields=FIELDS))
    return story, story.state.messages["public_statement-1"]


def sign(story, minutes, person, message):
    return story.do(minutes, person, t.Sign(chain=message.chain, link="review", content_hash=message.text_hash))


@pytest.mark.row("LNG-03", "REG-11")
def test_a_draft_is_rendered_in_every_locale_of_its_template():
    story = Story().started()
    (message,) = [m for m in story.state.messages.values() if m.template == "start_notice"]
    assert set(message.texts) == set(story.program.messages["start_notice"].text)
    assert "{{" not in "".join(message.texts.values())
    story.do(6, "chi", t.Decide(decision="judge", facts={"severity": "major"}))
    assert all("INC-7" in words for words in story.state.messages["urgent_to_command-1"].texts.values())


@pytest.mark.row("COM-16")
def test_it_goes_nowhere_before_legal_has_signed_exactly_this_text():
    story, message = drafted()
    assert story.refused(11, "qian", t.Publish(message=message.message, text_hash=message.text_hash)) == "E301"
    sign(story, 12, "bea", message)
    story.do(13, "qian", t.Publish(message=message.message, text_hash=message.text_hash))
    assert [event.text_hash for event in story.of(t.MessagePublished) if event.template == "public_statement"] == [message.text_hash]


@pytest.mark.row("COM-16")
def test_one_character_changed_after_approval_voids_it():
    story, message = drafted()
    sign(story, 11, "bea", message)
    texts = {"en": message.texts["en"] + "."}
    story.do(12, "zhou", t.Draft(template="public_statement", message=message.message, fields=FIELDS, texts=texts))
    changed = story.state.messages[message.message]
    assert changed.text_hash != message.text_hash
    assert story.refused(13, "qian", t.Publish(message=message.message, text_hash=message.text_hash)) == "E304"
    assert story.refused(13, "qian", t.Publish(message=message.message, text_hash=changed.text_hash)) == "E301"


@pytest.mark.row("COM-16")
@pytest.mark.parametrize("wrong", [-1, 12])
def test_a_word_to_come_is_not_announced_for_a_time_that_has_passed_by_then(wrong):
    """At 13 minutes: one that lay behind when it was drafted, and one that has passed while the text waited for its signature."""
    story = Story().started()
    story.do(10, "zhou", t.Draft(template="public_statement", fields=FIELDS | {"next_update": story.at(wrong).isoformat()}))
    message = story.state.messages["public_statement-1"]
    sign(story, 11, "bea", message)
    assert story.refused(13, "qian", t.Publish(message=message.message, text_hash=message.text_hash)) == "E104"


def test_a_signature_on_what_is_no_longer_there_is_refused():
    story, message = drafted()
    story.do(11, "zhou", t.Draft(template="public_statement", message=message.message, fields=FIELDS | {"scope_text": "全国"}))
    stale = t.Sign(chain=message.chain, link="review", content_hash=message.text_hash)
    assert story.refused(12, "bea", stale) == "E304"


@pytest.mark.row("COM-16")
def test_whoever_wrote_a_text_does_not_approve_it():
    story = Story(cast={"ana": ("head_of_command",), "zhou": ("care_leader", "legal_reviewer")}).declare(person="ana")
    story.do(1, "zhou", t.Draft(template="public_statement", fields=FIELDS))
    message = story.state.messages["public_statement-1"]
    assert story.refused(2, "zhou", t.Sign(chain=message.chain, link="review")) == "E302"


@pytest.mark.row("COM-17")
def test_only_the_authorised_spokesperson_publishes_and_the_authorisation_is_a_record():
    story, message = drafted()
    sign(story, 11, "bea", message)
    publish = t.Publish(message=message.message, text_hash=message.text_hash)
    assert story.refused(12, "ana", publish) == "E401"
    story.do(13, "ana", t.Decide(decision="authorise_spokesperson", assignee="ned"))
    (authorised,) = [event for event in story.of(t.DecisionMade) if event.decision == "authorise_spokesperson"]
    assert (authorised.by, authorised.assignee, authorised.at) == ("ana", "ned", story.at(13))
    assert story.refused(14, "qian", publish) == "E401"
    assert not isinstance(story.do(14, "ned", publish), t.Refused)


def test_sent_back_it_waits_for_a_new_draft():
    story, message = drafted()
    assert story.refused(11, "bea", t.SendBack(chain=message.chain, link="review", reason="")) == "E105"
    story.do(11, "bea", t.SendBack(chain=message.chain, link="review", reason="names a cause"))
    assert story.clock("public_statement.review").status == "ended"
    assert story.refused(12, "bea", t.Sign(chain=message.chain, link="review")) == "E102"
    story.do(13, "zhou", t.Draft(template="public_statement", message=message.message, fields=FIELDS))
    assert not isinstance(story.do(14, "bea", t.Sign(chain=message.chain, link="review")), t.Refused)


def test_the_approval_has_a_clock_of_its_own():
    story, _ = drafted(10)
    assert story.clock("public_statement.review").due_at == story.at(15)
    assert any(isinstance(event, t.ClockBreached) and event.clock == "public_statement.review" for event in story.tick(16))


def test_an_empty_field_keeps_a_message_back_and_is_named():
    story = Story().started()
    answer = story.do(10, "lin", t.Send(template="handling_report", fields={"done": "x"}))
    assert isinstance(answer, t.Refused)
    assert (answer.code, answer.details) == ("E202", ("effect", "estimate"))


def test_a_cause_is_barred_from_the_first_upward_report():
    story = Story().declare()
    story.do(1, "chi", t.Decide(decision="judge", facts={"severity": "general"}))
    answer = story.do(2, "zhou", t.Send(template="upward_first", fields={"cause": "fibre cut", "measures": "x"}))
    assert isinstance(answer, t.Refused)
    assert answer.code == "E204"


def test_a_field_that_sets_a_fact_is_written_back():
    story = Story().started()
    story.do(10, "lin", t.Send(template="handling_report", fields={"done": "x", "effect": "y", "estimate": "4h"}))
    assert story.state.facts["recovery"].value.total_seconds() == 4 * 3600


@pytest.mark.row("COM-12")
def test_a_superior_is_told_when_it_happened_and_not_the_next_such_time():
    story = Story().started()  # 3 June, 09:00 in Shanghai
    fields = {"time": "08:40", "place": "华东", "impact": "x", "measures": "y", "secondary_risk": "z"}
    story.do(10, "zhou", t.Draft(template="upward_first", fields=fields))
    assert "Time 2025-06-03 08:40 (Asia/Shanghai);" in story.state.messages["upward_first-1"].texts["en"]


def test_what_nobody_has_said_is_a_visible_gap():
    story = Story().started()
    story.do(10, "chi", t.Draft(template="department_notice", fields={}))
    assert story.state.messages["department_notice-1"].texts["en"].endswith("impact: [—]")


def test_a_public_statement_says_since_when_even_if_nobody_has_said_when_it_began():
    _, message = drafted()
    assert message.texts["en"].startswith("Since 2025-06-03 09:00 (Asia/Shanghai) customers in 华东")


def test_the_second_click_on_publish_sends_nothing_twice():
    story, message = drafted()
    sign(story, 11, "bea", message)
    publish = t.Publish(message=message.message, text_hash=message.text_hash)
    story.do(12, "qian", publish)
    assert story.do(12, "qian", publish) == ()


def test_what_is_filled_in_is_never_read_for_slots_again():
    story = Story().declare(words="{{ incident.number }} {{ level.title }}", facts={"symptom": "{{ incident.number }}"})
    story.do(1, "chi", t.Decide(decision="judge", facts={"severity": "major"}))
    assert "{{ incident.number }}" in story.state.messages["urgent_to_command-1"].texts["en"]


def test_the_state_holds_no_words_of_what_has_arrived_and_still_fills_in_what_it_said():
    story = Story().started()
    story.do(10, "lin", t.Send(template="handling_report", fields={"done": "step 1", "effect": "y", "estimate": "4h"}))
    assert story.state.messages["handling_report-1"].texts
    story.do(11, t.SYSTEM, t.ReportDelivery(message="handling_report-1", channel="email", outcome="delivered"))
    assert not story.state.messages["handling_report-1"].texts
    story.do(50, "ana", t.Draft(template="summary", fields={"next": "wait"}))
    assert story.state.messages["summary-1"].fields["progress"] == "step 1"


def test_the_words_of_what_has_still_to_go_out_on_another_channel_are_held():
    story = Story().declare()
    story.do(1, "chi", t.Decide(decision="judge", facts={"severity": "major"}))
    (push,) = [message for message in story.state.messages.values() if message.template == "major_fault_push"]
    story.do(3, t.SYSTEM, t.ReportDelivery(message=push.message, channel="webhook", outcome="failed"))
    (moved,) = [event for event in story.of(t.MessageMovedOn) if event.message == push.message]
    (wish,) = react(story.state, moved)
    assert wish.texts == push.texts
    story.do(4, t.SYSTEM, t.ReportDelivery(message=push.message, channel="email", outcome="delivered"))
    assert not story.state.messages[push.message].texts
