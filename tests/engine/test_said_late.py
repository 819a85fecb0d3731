"""Small plans in which something is said late, out of turn or by another way, and is followed all the same."""

import pytest

from tests.engine.story import Story, hotline
from tests.engine.test_delivery import rung
from tests.engine.test_versions import SMALL, move, version
from tests.engine.written import written
from tocsin.engine import terms as t
from tocsin.engine.compose import compose
from tocsin.plan.read import read

SEEN = "moments:\n  seen: {cite: O 3, title: {en: Seen}, recorded_by: [clerk]}\n"
BOSS = "  boss: {cite: O 2, title: {en: Boss}, held_by: {person: boss}}"


def begun(body: str, roles: str = "") -> Story:
    return Story(program=written(body, roles), cast={"ana": ("clerk",), "bea": ("boss",)}).declare(person="ana")


@pytest.mark.row("CLK-02")
def test_a_declaration_dated_ahead_counts_as_reported_now_and_is_not_held_up():
    story = Story(program=written(""), cast={"ana": ("clerk",)})
    story.declare(person="ana", happened_at=story.at(60 * 24 * 365))
    assert story.state.moments["reported"].at == story.at(0)


KEPT = """
records:
  log: {cite: O 4, title: {en: Log}, fields: [what]}
obligations:
  write: {cite: O 4, owes: clerk, record: log, within: 30m, of: reported}
"""


@pytest.mark.row("CLK-02")
@pytest.mark.parametrize("minutes", [-1, 60])
def test_an_entry_is_neither_made_ahead_of_time_nor_before_it_was_owed(minutes):
    story = begun(KEPT)
    assert story.refused(5, "ana", t.Enter(record="log", fields={"what": "x"}, happened_at=story.at(minutes))) == "E104"
    story.do(6, "ana", t.Enter(record="log", fields={"what": "x"}, happened_at=story.at(2)))
    assert story.clock("write").met_at == story.at(2)


AFTER = (
    SEEN
    + """situations:
  stretch: {cite: O 4, title: {en: Stretch}, opens: [{by: [clerk]}, {on: seen}], closes: [{after: 1h, of: seen}]}
"""
)


def test_a_situation_opened_by_hand_after_its_time_to_close_stays_open():
    story = begun(AFTER)
    story.do(1, "ana", t.Mark(moment="seen"))
    story.tick(62)
    assert not story.state.situations["stretch"].open
    story.do(70, "ana", t.Open(situation="stretch", reason="again"))
    assert story.state.situations["stretch"].open


def test_a_situation_whose_moment_is_recorded_after_its_time_is_over_does_not_stay_open():
    story = begun(AFTER)
    story.do(100, "ana", t.Mark(moment="seen", happened_at=story.at(1)))
    assert not story.state.situations["stretch"].open


@pytest.mark.parametrize("opens", ["{on: seen, THEN}", "{after: 5m, of: seen, THEN}", "{when: 'load.now > 50.0', THEN}"])
def test_what_follows_from_a_door_follows_however_it_opens(opens):
    then = "then: [{alert: boss}]"
    doors = opens.replace("THEN", then)
    story = begun(SEEN + f"situations:\n  rush: {{cite: O 4, title: {{en: Rush}}, opens: [{doors}], closes: [{{on: closed}}]}}\n", BOSS)
    story.do(1, "ana", t.Mark(moment="seen"))
    if "load" in opens:
        story.observe(2, next(iter(story.program.watches)), True)
    story.tick(7)
    assert story.state.situations["rush"].open
    assert "bea" in {person for event in story.of(t.Told) for person in event.persons}


def test_a_failed_call_on_the_last_channel_is_still_awaited_and_can_be_confirmed():
    story = rung("{first: [telephone]}", "caller: tech")
    story.do(7, "lin", t.Confirm(message="ring-1", channel="telephone", result="no answer", reached=False))
    assert story.state.messages["ring-1"].awaits == ("telephone",)
    story.do(9, "lin", t.Confirm(message="ring-1", channel="telephone", result="went there", reached=True))
    assert (story.state.messages["ring-1"].awaits, story.state.counters["sent:ring"]) == ((), 1)


def test_a_text_emptied_again_is_owed_no_signature_until_it_is_complete():
    story = story_of_notice()
    story.do(7, "ana", t.Draft(template="notice", message="notice-1", fields={"what": ""}))
    assert not [clock for clock in story.state.clocks.values() if clock.entry == "message:notice-1" and clock.status == "open"]
    story.do(8, "ana", t.Draft(template="notice", message="notice-1", fields={"what": "smoke again"}))
    (clock,) = [clock for clock in story.state.clocks.values() if clock.entry == "message:notice-1" and clock.status == "open"]
    assert clock.due_at == story.at(18)


def story_of_notice() -> Story:
    """An incident whose notice waits for its signature from minute 5 on."""
    story = Story(cast={"ana": ("lead",), "lin": ("tech",), "bea": ("checker",)}, program=version()).declare(person="ana")
    story.do(5, "ana", t.Draft(template="notice", fields={"what": "smoke"}))
    assert [clock.due_at for clock in story.state.clocks.values() if clock.entry == "message:notice-1"] == [story.at(15)]
    return story


@pytest.mark.row("PLN-05")
def test_a_proposal_of_a_level_that_the_new_version_renames_is_dropped_for_what_it_proposes():
    story = Story(cast={"ana": ("lead",), "lin": ("tech",), "bea": ("checker",)}, program=version()).declare(person="ana")
    story.do(1, "lin", t.StateFacts(facts={"scope": "local"}))
    assert story.of(t.LevelProposed)[-1].level == "low"
    source = (
        SMALL.replace("  low:", "  mild:").replace("level: low", "level: mild").replace("{low:", "{mild:").replace("low: {}", "mild: {}")
    )
    result = read(source.replace('version: "1.0"', 'version: "1.2"'), "small.yaml")
    assert result.program is not None, result.findings
    move(story, result.program)
    assert story.of(t.LevelProposed)[-1].level == "mild"


@pytest.mark.row("LVL-10")
def test_a_second_plan_s_level_is_raised_by_its_own_levels():
    other = read(SMALL.replace("id: small", "id: other"), "other.yaml").program
    assert other is not None
    story = Story(cast={"ana": ("lead", "other~lead")}, program=compose([version(), other])).declare(
        person="ana", beside=(t.PlanRef("other", other.hash, "plan"),)
    )
    story.do(1, "ana", t.Decide(decision="set_level", option="high", reason="x"))
    story.do(2, "ana", t.Decide(decision="other~set_level", option="low", reason="x"))
    story.do(3, "ana", t.Decide(decision="other~set_level", option="high", reason="x"))
    assert [event.raised for event in story.of(t.LevelDecided)] == [0, 0, 1]


def test_a_role_filled_by_decision_is_not_handed_over_otherwise_either():
    story = Story(program=hotline()).declare()
    assert story.refused(1, "ana", t.HandOver(role="spokesperson", to="ned")) == "E101"


CALLS = """messages:
  call: {cite: O 6, title: {en: Call}, audience: team, to: [boss], channels: {all: [telephone]}, caller: clerk, publisher: clerk, text: {en: "Come"}}
"""


def test_a_decision_waits_for_the_message_that_it_sent_itself():
    story = Story(
        program=written(CALLS.replace("messages:", "  order: {cite: O 5, title: {en: Order}, who: [clerk], sends: call}\nmessages:"), BOSS),
        cast={"ana": ("clerk",), "bea": ("boss",)},
    ).declare(person="ana")
    story.do(1, "ana", t.Send(template="call"))
    story.do(2, "ana", t.Decide(decision="order"))
    assert [event.message for event in story.of(t.DecisionWaits)] == ["call-2"]
    story.do(3, "ana", t.Confirm(message="call-2", channel="telephone", result="on the way", reached=True))
    assert [event.decision for event in story.of(t.DecisionMade)] == ["order"]
