"""An incident moved to another version of its plan: clocks go along, new ones begin, vanished ones end, renamed ones keep their history."""

from pathlib import Path

import pytest

from tests.engine.story import Story
from tocsin.engine import terms as t
from tocsin.engine.program import Program
from tocsin.plan import read

SMALL = Path(__file__).parents[1].joinpath("incidents", "small.yaml").read_text("utf-8")
LOOK = "  look: {cite: S 6, owes: tech, do: {en: Look at it}, within: 30m, of: reported, late: [lead]}\n"
SUMMARY = "  summary: {cite: S 6, owes: lead, record: summaries, every: 15m, from: activated, until: closed}\n"


def version(*changes: tuple[str, str]) -> Program:
    source = SMALL.replace('version: "1.0"', 'version: "1.1"')
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    result = read.read(source, "small.yaml")
    assert result.program is not None, result.findings
    return result.program


def started() -> Story:
    """An incident under version 1.0, active since minute 5; at minute 20 the first summary is missed."""
    story = Story(cast={"ana": ("lead",), "lin": ("tech",), "bea": ("checker",)}, program=read.read(SMALL, "small.yaml").program)
    story.declare(person="ana")
    story.do(5, "ana", t.Decide(decision="set_level", option="low", reason="by judgement"))
    story.tick(21)
    return story


def move(story: Story, program: Program, minutes: float = 22) -> list[t.AnyEvent]:
    story.program = program
    answer = story.do(minutes, "ana", t.MovePlan(plan_hash=program.hash, version=program.version, reason="as the review wished"))
    assert not isinstance(answer, t.Refused), answer
    return list(answer)


@pytest.mark.row("PLN-05")
def test_what_the_new_version_leaves_alone_stays_as_it_was():
    story = started()
    before = dict(story.state.clocks)
    move(story, version())
    assert story.state.clocks == before


@pytest.mark.row("PLN-05")
def test_a_shorter_limit_counts_from_the_move_and_a_longer_one_from_the_start():
    story = started()
    move(story, version(("within: 30m", "within: 10m")))
    assert story.clock("look").due_at == story.at(30)  # the old due time is earlier than 22 + 10
    story = started()
    (moved,) = [event for event in move(story, version(("within: 30m", "within: 45m"))) if isinstance(event, t.ClockMoved)]
    assert (moved.clock, moved.due_at, moved.reason) == ("look", story.at(45), "plan_changed")


@pytest.mark.row("PLN-05")
def test_what_is_new_begins_at_the_move_and_nobody_is_late_for_it():
    story = started()
    check = "  check: {cite: S 6, owes: checker, do: {en: Check the check}, within: 10m, of: reported}\n"
    move(story, version((LOOK, LOOK + check)))
    assert (story.clock("check").began_at, story.clock("check").due_at) == (story.at(22), story.at(32))


@pytest.mark.row("PLN-05")
def test_what_has_vanished_ends_and_says_that_the_plan_changed():
    story = started()
    move(story, version((SUMMARY, "")))
    assert (story.clock("summary").status, story.clock("summary").ended) == ("ended", "plan_changed")
    assert story.clock("summary").missed == 1


@pytest.mark.row("PLN-05")
def test_a_renamed_duty_keeps_its_clock_with_what_was_missed():
    story = started()
    move(story, version(("  summary: {cite: S 6,", "  digest: {cite: S 6, was: summary,")))
    clock = story.clock("summary")
    assert (clock.obligation, clock.status, clock.missed, clock.due_at) == ("digest", "open", 1, story.at(35))
    story.do(23, "ana", t.Enter(record="summaries", fields={"said": "all known"}))
    assert (story.clock("summary").met_at, story.clock("summary").behind) == (story.at(23), 0)
    assert "digest" not in story.state.clocks


@pytest.mark.row("PLN-05")
def test_a_link_that_waits_for_a_signature_ends_with_its_decision():
    story = started()
    story.do(21, "lin", t.Decide(decision="repair"))
    assert story.clock("repair.checks").status == "open"
    gone = SMALL[SMALL.index("  repair:\n") : SMALL.index("moments:")]
    move(story, version((gone, "\n"), ("  repaired: {cite: S 5}", "  repaired: {cite: S 5, recorded_by: [tech]}")))
    assert story.clock("repair.checks").ended == "plan_changed"
    assert story.refused(23, "bea", t.Sign(chain="repair-1", link="checks")) == "E103"


@pytest.mark.row("PLN-05")
def test_a_draft_whose_message_has_vanished_is_not_sent():
    story = started()
    story.do(21, "ana", t.Draft(template="notice", fields={"what": "all known"}))
    notice = SMALL[SMALL.index("messages:\n") :]
    move(story, version((notice, "")))
    assert story.refused(23, "ana", t.Publish(message="notice-1", text_hash=story.state.messages["notice-1"].text_hash)) == "E103"
    assert story.refused(23, "bea", t.Sign(chain="message:notice-1", link="approves")) == "E103"


@pytest.mark.row("PLN-05")
def test_no_incident_is_moved_to_a_version_without_its_level():
    story = started()
    story.program = version(("  low: {cite: S 2", "  mild: {cite: S 2"), ("level: low", "level: mild"))
    move_ = t.MovePlan(plan_hash=story.program.hash, version="1.1", reason="as the review wished")
    assert story.refused(22, "ana", move_) == "E104"
