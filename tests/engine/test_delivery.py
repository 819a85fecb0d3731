"""On its way: roles that a rule gives, calls that outlive a new version, second channels, and what did not reach everybody."""

from pathlib import Path

import pytest

from tests.engine.story import Story
from tests.engine.written import written
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.engine.react import react
from tocsin.plan import read

SMALL = Path(__file__).parents[1].joinpath("incidents", "small.yaml").read_text("utf-8")
RING = """
  ring:
    cite: S 8
    title: {en: Ring}
    audience: team
    to: [lead, tech, checker]
    channels: %s
    publisher: lead
    %s
    text: {en: "Look at {{ incident.number }}"}
"""
CALL = "{all: [telephone]}"
CALLER = "caller: tech"


def program(source: str) -> Program:
    result = read.read(source, "small.yaml")
    assert result.program is not None, result.findings
    return result.program


def ringing(channels: str, more: str = "", *, version: str = "1.0") -> Program:
    """Return the small plan with a message that goes out over `channels`."""
    return program(SMALL.replace("\nfigures:", RING % (channels, more) + "\nfigures:").replace('version: "1.0"', f'version: "{version}"'))


def rung(channels: str, more: str = "") -> Story:
    """An incident in which the message was sent at minute 5."""
    story = Story(cast={"ana": ("lead",), "lin": ("tech",), "bea": ("checker",)}, program=ringing(channels, more)).declare(person="ana")
    answer = story.do(5, "ana", t.Send(template="ring"))
    assert not isinstance(answer, t.Refused), answer
    return story


def move(story: Story, to: Program) -> None:
    story.program = to
    answer = story.do(6, "ana", t.MovePlan(plan_hash=to.hash, version=to.version, reason="as the review wished"))
    assert not isinstance(answer, t.Refused), answer


def report(story: Story, channel: str, outcome: str) -> list[t.Told]:
    """Let the server hand in how the message ended on a channel; return who is told what because of that."""
    answer = story.do(7, t.SYSTEM, t.ReportDelivery(message="ring-1", channel=channel, outcome=outcome))
    assert not isinstance(answer, t.Refused), answer
    return [event for event in answer if isinstance(event, t.Told)]


def assigned() -> Story:
    """An incident in which a decision gave a role to whom the roster names."""
    source = SMALL.replace(
        "    marks: [decided, activated]\n", "    marks: [decided, activated]\n    then: [{assign: {checker: roster}}]\n"
    )
    story = Story(cast={"ana": ("lead",), "lin": ("tech",), "bea": ("checker",)}, program=program(source)).declare(person="ana")
    story.do(5, "ana", t.Decide(decision="set_level", option="low", reason="by judgement"))
    assert story.state.roles["checker"].accepted is False
    return story


def test_whom_a_rule_gives_a_role_is_asked_for_it_and_answers_for_it_meanwhile():
    story = assigned()
    (asked,) = [event for event in story.of(t.Told) if event.cause == "assigned:checker"]
    assert (asked.persons, asked.accept) == (("bea",), True)
    assert story.holder("checker") == "bea"


def test_a_role_that_a_rule_gave_and_nobody_accepts_is_brought_before_the_commander():
    story = assigned()
    story.tick(60)
    (told,) = [event for event in story.of(t.Told) if event.cause == "unaccepted:checker"]
    assert told.persons == ("ana",)


@pytest.mark.row("PLN-05")
def test_a_call_is_still_owed_under_a_version_that_has_its_channel_and_can_be_confirmed():
    story = rung(CALL, CALLER)
    move(story, ringing(CALL, CALLER, version="1.1"))
    assert story.clock("ring.telephone").status == "open"
    story.do(8, "lin", t.Confirm(message="ring-1", channel="telephone", result="they come", reached=True))
    assert story.clock("ring.telephone").ended != "plan_changed"
    assert story.clock("ring.telephone").met_at == story.at(8)


@pytest.mark.row("PLN-05")
def test_a_call_ends_with_its_channel_and_with_its_message():
    story = rung(CALL, CALLER)
    move(story, ringing("{all: [portal]}", version="1.1"))
    assert story.clock("ring.telephone").ended == "plan_changed"
    story = rung(CALL, CALLER)
    move(story, program(SMALL.replace('version: "1.0"', 'version: "1.1"')))
    assert story.clock("ring.telephone").ended == "plan_changed"
    assert story.refused(8, "lin", t.Confirm(message="ring-1", channel="telephone", result="they come", reached=True)) == "E103"


def test_the_second_channel_reaches_no_more_people_than_the_plan_says():
    story = rung("{first: [portal, email]}", "reaches: {email: [checker]}")
    report(story, "portal", "failed")
    (moved,) = story.of(t.MessageMovedOn)
    (wish,) = react(story.state, moved)
    assert isinstance(wish, t.Deliver)
    assert (wish.channels, dict(wish.reaches)) == (("email",), {"email": ("bea",)})


@pytest.mark.parametrize(
    ("channels", "outcome"), [("{all: [portal, email]}", "failed"), ("{all: [portal]}", "partly"), ("{first: [portal, email]}", "partly")]
)
def test_whoever_sent_a_message_that_some_did_not_get_is_told(channels, outcome):
    (told,) = report(rung(channels), "portal", outcome)
    assert (told.persons, told.cause, told.urgent) == (("ana",), "not_to_all:ring-1", True)


def test_nobody_is_told_of_what_arrived_or_goes_on_over_another_channel():
    assert report(rung("{all: [portal, email]}"), "portal", "delivered") == []
    assert report(rung("{first: [portal, email]}"), "portal", "failed") == []


CONFIRMED = "sent_when: every_channel_confirmed"
OWED = """
  rung:
    cite: S 8
    owes: system
    send: ring
    within: 2m
    of: reported
"""


def alarmed() -> Story:
    """An incident in which the server itself owes the message, which counts as sent only once it has arrived."""
    ring = RING.replace("publisher: lead", "") % ("{first: [portal, email]}", CONFIRMED)
    source = SMALL.replace("\nfigures:", ring + "\nfigures:").replace("\nobligations:", f"\nobligations:{OWED}", 1)
    return Story(cast={"ana": ("lead",), "lin": ("tech",), "bea": ("checker",)}, program=program(source)).declare(person="ana")


@pytest.mark.row("TL-02", "COM-26")
def test_what_must_arrive_is_awaited_on_the_next_channel_too_and_met_by_its_arrival():
    story = alarmed()
    assert story.state.clocks["rung"].status == "open"
    report(story, "portal", "failed")
    assert story.state.messages["ring-1"].awaits == ("email",)
    assert story.state.clocks["rung"].status == "breached"
    report(story, "email", "delivered")
    assert story.state.clocks["rung"].met_at == story.at(7)
    assert story.state.counters["sent:ring"] == 1


@pytest.mark.row("TL-02")
def test_what_arrived_nowhere_stays_owed_until_somebody_reaches_them_in_another_way():
    story = alarmed()
    report(story, "portal", "failed")
    (told,) = [one for one in report(story, "email", "failed") if one.cause == "undelivered:ring-1"]
    assert told.persons == ("ana",)
    assert story.state.messages["ring-1"].awaits == ("email",)
    story.do(8, "ana", t.Confirm(message="ring-1", channel="email", result="went over to their desk"))
    assert story.state.clocks["rung"].met_at == story.at(8)


def test_the_server_sends_once_what_is_still_on_its_way():
    story = alarmed()
    story.do(1, "lin", t.Note(words="Somebody does something else"))
    assert [event.message for event in story.of(t.MessagePublished)] == ["ring-1"]


ALARM = """
messages:
  alarm:
    cite: O 6
    title: {en: A}
    audience: team
    to: [clerk]
    channels: {first: [sms]}
    sent_when: every_channel_confirmed
    text: {en: hello}
obligations: {again: {cite: O 3, owes: system, send: alarm, every: 1h, from: reported, until: closed}}
"""


@pytest.mark.row("CLK-04", "COM-26")
def test_what_the_server_owes_again_and_again_is_sent_again_though_the_last_one_reached_nobody():
    story = Story(cast={"chi": ("clerk",)}, program=written(ALARM)).declare()
    story.do(2, t.SYSTEM, t.ReportDelivery(message="alarm-1", channel="sms", outcome="failed"))
    story.tick(30)
    assert len(story.of(t.MessagePublished)) == 1
    story.tick(61)
    story.tick(62)
    assert [event.message for event in story.of(t.MessagePublished)] == ["alarm-1", "alarm-2"]
