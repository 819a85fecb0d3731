"""Rows: what pages read is who, what, by when and why, in the words of the plan, and follows every change."""

from datetime import timedelta
from types import ModuleType

import pytest
from hypothesis import given, settings

from tests.engine.story import Story
from tests.incidents import deeds, made
from tests.incidents.cast import MORNING, SMALL, Cast, wait
from tests.plan import example
from tests.world import PLAN, build
from tocsin.engine import terms as t
from tocsin.incidents import doctor, drills, plans
from tocsin.incidents.models import (
    BoardRow,
    BreachRow,
    ChainRow,
    ClockRow,
    ConditionRow,
    DecidedRow,
    DecisionRow,
    FactRow,
    Incident,
    LevelRow,
    MessageRow,
    MomentRow,
    ReportRow,
    RoleRow,
    TimelineRow,
)
from tocsin.incidents.projection import board
from tocsin.incidents.projection import clocks as projected
from tocsin.incidents.projection.projector import FROM_EVENTS
from tocsin.incidents.projection.rows import Scene, concerned
from tocsin.kit import clock as clocks
from tocsin.plan.read import read

MINUTE = timedelta(minutes=1)


@pytest.mark.row("CLK-01")
def test_a_clock_shows_what_is_owed_by_whom_since_when_until_when_and_where_the_document_says_so(cast: Cast) -> None:
    row = ClockRow.objects.get(incident=cast.declare(), clock="look")
    assert (row.cite, row.verb, row.status, row.limit, row.owes, row.owner, row.via) == (
        ["S 6"],
        "do",
        "open",
        "30m",
        "tech",
        cast.tom.person,
        "directory",
    )
    assert (row.anchor, row.anchored_at, row.due_at, row.remind_at) == (
        "reported",
        MORNING,
        MORNING + 30 * MINUTE,
        MORNING + 20 * MINUTE,
    )


@pytest.mark.row("ROL-10", "ROL-17")
def test_whoever_answers_for_a_role_now_owes_its_clocks_now(cast: Cast) -> None:
    incident = cast.declare()

    def owes() -> tuple[str, str]:
        row = ClockRow.objects.get(incident=incident, clock="look")
        return row.owner, row.via

    assert owes() == (cast.tom.person, "directory")
    cast.done(incident, t.Assign(role="tech", person=cast.dov.person))
    assert owes() == (cast.ana.person, "unaccepted")
    cast.done(incident, t.Accept(role="tech"), cast.dov)
    assert owes() == (cast.dov.person, "held")
    row = RoleRow.objects.get(incident=incident, role="tech")
    assert (row.person, row.assigned, row.assigned_by, row.accepted, row.seat) == (
        cast.dov.person,
        cast.dov.person,
        cast.ana.person,
        True,
        cast.tom.person,
    )


@pytest.mark.row("CLK-03")
def test_a_breach_names_who_owed_it_then_and_settles_if_it_was_met_in_time_and_entered_late(cast: Cast) -> None:
    incident = cast.declare()
    wait(31 * MINUTE)
    row = BreachRow.objects.get(incident=incident)
    assert (row.clock, row.person, row.due_at, row.late_s, row.settled) == ("look", cast.tom.person, MORNING + 30 * MINUTE, 60, False)
    assert BoardRow.objects.get(incident=incident).overdue == 1
    cast.done(incident, t.Fulfil(obligation="look", happened_at=MORNING + 10 * MINUTE), cast.tom)
    assert BreachRow.objects.get(incident=incident).settled
    met = ClockRow.objects.get(incident=incident, clock="look")
    assert (met.status, met.margin_s, met.settled) == ("met", 20 * 60, True)


@pytest.mark.row("CLK-04")
def test_a_recurring_clock_has_one_open_occurrence_and_counts_what_was_missed(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.StateFacts(facts={"scope": "local"}))
    cast.done(incident, t.Decide(decision="set_level", option="low"))
    for _ in range(3):
        wait(16 * MINUTE)
    row = ClockRow.objects.get(incident=incident, clock="summary")
    assert (row.status, row.occurrence, row.missed, row.behind, row.due_at) == ("open", 4, 3, 3, MORNING + 60 * MINUTE)
    cast.done(incident, t.Enter(record="summaries", fields={"said": "Better"}))
    row.refresh_from_db()
    assert (row.missed, row.behind, row.due_at) == (3, 0, clocks.now() + 15 * MINUTE)


@pytest.mark.row("AUD-01")
def test_a_decision_is_a_record_with_person_role_time_reason_and_the_data_then_seen(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.StateFacts(facts={"scope": "everywhere"}))
    clocks.shift(MINUTE)
    cast.done(incident, t.Decide(decision="set_level", option="low", reason="Only the test line"))
    row = DecidedRow.objects.get(incident=incident)
    assert (row.decision, row.option, row.by, row.role, row.at, row.reason) == (
        "set_level",
        "low",
        cast.ana.person,
        "lead",
        MORNING + MINUTE,
        "Only the test line",
    )
    assert row.seen["scope"] == "everywhere"
    level = LevelRow.objects.get(incident=incident)
    assert (level.level, level.proposed, level.because, level.reason) == ("low", "high", ["everywhere"], "Only the test line")


@pytest.mark.row("CLS-12")
def test_the_proposal_says_which_rule_spoke_and_on_what_value(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.StateFacts(facts={"scope": "everywhere"}))
    board = BoardRow.objects.get(incident=incident)
    assert (board.proposal, board.proposal_title, board.proposal_source, board.proposal_because) == (
        "high",
        {"en": "High"},
        "rule",
        ["everywhere"],
    )
    assert board.proposal_rules[0] == {
        "rule": "everywhere",
        "level": "high",
        "value": True,
        "text": 'scope == "everywhere"',
        "seen": {"scope": "everywhere"},
        "cite": ["S 2"],
    }


def test_a_fact_shows_what_is_asked_what_is_known_and_who_said_it(cast: Cast) -> None:
    incident = cast.declare()
    row = FactRow.objects.get(incident=incident, fact="scope")
    assert (row.ask, row.of, row.known, row.value) == ({"en": "How far does it reach"}, ["local", "everywhere"], False, None)
    cast.done(incident, t.StateFacts(facts={"scope": "local"}, reason="Heard so"), cast.tom)
    row.refresh_from_db()
    assert (row.known, row.value, row.source, row.by, row.reason) == (True, "local", "person", cast.tom.person, "Heard so")


@pytest.mark.row("REG-01", "REG-10")
def test_every_report_is_kept_with_its_means(cast: Cast) -> None:
    incident = cast.declare(means="telephone")
    cast.done(incident, t.AddReport(key="ticket-7", means="ticket", words="Nobody answers"), cast.tom)
    cast.done(incident, t.AddReport(key="ticket-7", means="ticket", words="Nobody answers"), cast.tom)
    assert list(ReportRow.objects.filter(incident=incident).order_by("seq").values_list("means", "key", "words", "by")) == [
        ("telephone", "", "The line is silent", cast.ana.person),
        ("ticket", "ticket-7", "Nobody answers", cast.tom.person),
    ]


@pytest.mark.row("REG-17")
def test_moments_are_times_of_their_own_and_a_correction_keeps_both_values(cast: Cast) -> None:
    incident = cast.declare(happened_at=MORNING - 5 * MINUTE)
    rows = MomentRow.objects.filter(incident=incident)
    assert dict(rows.values_list("moment", "happened_at")) == {"reported": MORNING - 5 * MINUTE, "registered": MORNING}
    cast.done(incident, t.Mark(moment="reported", happened_at=MORNING - 10 * MINUTE))
    row = rows.get(moment="reported")
    assert (row.happened_at, row.recorded_at, row.corrected_at) == (MORNING - 10 * MINUTE, MORNING, MORNING)
    lines = TimelineRow.objects.filter(incident=incident, subject="reported", kind="MomentRecorded").order_by("seq")
    assert [line.happened_at for line in lines] == [MORNING - 5 * MINUTE, MORNING - 10 * MINUTE]


@pytest.mark.row("COM-16")
def test_a_message_and_its_chain_show_the_words_who_signed_them_and_who_may_send(cast: Cast) -> None:
    incident = cast.declare()
    cast.done(incident, t.Draft(template="notice", fields={"what": "We are on it"}))
    draft = MessageRow.objects.get(incident=incident)
    assert (draft.status, draft.ready, draft.texts["ru"], draft.publisher, draft.publisher_person) == (
        "draft",
        True,
        "INC-1 — We are on it",
        "lead",
        cast.ana.person,
    )
    chain = ChainRow.objects.get(incident=incident)
    assert (chain.kind, chain.subject, chain.content_hash, chain.status) == ("message", draft.message, draft.text_hash, "running")
    assert [(link["link"], link["owner"], link["person"]) for link in chain.links] == [("approves", cast.cleo.person, "")]
    cast.done(incident, t.Sign(chain=chain.chain, link="approves", content_hash=draft.text_hash), cast.cleo)
    chain.refresh_from_db()
    assert (chain.status, chain.links[0]["person"], chain.links[0]["content_hash"]) == ("complete", cast.cleo.person, draft.text_hash)


@pytest.mark.row("TRM-08")
def test_a_condition_shows_whether_it_holds_and_who_attested_it_on_what(cast: Cast) -> None:
    incident = cast.declare()
    row = ConditionRow.objects.get(incident=incident)
    assert (row.attest, row.holds, row.attested_by) == ("tech", False, "")
    cast.done(incident, t.Attest(condition="clean", evidence=("graph 2",)), cast.tom)
    row.refresh_from_db()
    assert (row.holds, row.attested_by, row.attested_at, row.evidence) == (True, cast.tom.person, MORNING, ["graph 2"])


@pytest.mark.row("PLN-05")
def test_a_running_incident_stays_on_its_plan_version_until_it_is_moved_and_then_reads_the_new_one(cast: Cast) -> None:
    incident = cast.declare()
    newer, _ = plans.load(
        cast.organisation.id, SMALL.replace('version: "1.0"', 'version: "1.1"').replace("{en: Lead}", "{en: Head}"), "small.yaml"
    )
    assert newer is not None
    plans.publish(newer)
    cast.done(incident, t.Note(words="still on the old one"))
    assert RoleRow.objects.get(incident=incident, role="lead").title == {"en": "Lead"}
    assert cast.refused(incident, t.MovePlan(plan_hash=newer.hash, version="1.1", reason="x"), cast.tom) == "E101"
    cast.done(incident, t.MovePlan(plan_hash=newer.hash, version="1.1", reason="A better name"))
    assert RoleRow.objects.get(incident=incident, role="lead").title == {"en": "Head"}
    board = BoardRow.objects.get(incident=incident)
    assert (board.plan_hash, board.plan_version, Incident.objects.get(pk=incident.pk).plan_hash) == (newer.hash, "1.1", newer.hash)
    assert doctor.examine(incident.pk) == ()


def test_a_closed_incident_leaves_the_open_ones_with_nothing_running(cast: Cast) -> None:
    incident = deeds.whole(cast)
    board = BoardRow.objects.get(incident=incident)
    assert (board.open, board.phase, board.closed_at, board.clocks_open) == (False, "closed", clocks.now(), 0)
    assert Incident.objects.get(pk=incident.pk).wake_at is None
    assert DecisionRow.objects.get(incident=incident, decision="close").taken == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("scenario", "steps"), [("first-ten-minutes", 60), ("wc-x1", 12)])
def test_the_rows_of_a_drill_under_the_shipped_plan_are_what_its_journal_gives(scenario: str, steps: int, clock: ModuleType) -> None:
    drill = drills.start(build().organisation.id, PLAN, scenario)
    for _ in range(steps):
        clock.shift(drills.PACE * 1.01)
        drills.run_once()
    drill.refresh_from_db()
    assert drill.incident is not None
    assert TimelineRow.objects.filter(incident=drill.incident).count() > 20
    assert doctor.examine(drill.incident.pk) == ()


@pytest.mark.row("COM-25")
def test_the_line_of_a_message_that_went_out_is_about_the_message_whoever_sent_it(cast: Cast) -> None:
    incident = deeds.whole(cast)
    lines = TimelineRow.objects.filter(incident=incident, kind="MessagePublished")
    assert {line.subject for line in lines if line.data.get("role")} == {line.data["template"] for line in lines if line.data.get("role")}
    assert any(line.data.get("role") for line in lines)


def test_what_several_bodies_owe_says_whose_it_is() -> None:
    plan = example.PLAN.replace("  lead: {cite: §4,", "  lead: {cite: §4, title: Leader,", 1)
    plan = plan.replace("until: restored,", "until: restored, for_each: [lead, helper],", 1)
    program = read(plan, "example.yaml").program
    assert program is not None
    story = Story(cast={"ana": ("lead",)}, program=program).declare()
    story.do(1, "ana", t.Decide(decision="set_level", option="low", reason="so it is"))
    rows = projected.from_state(Scene(program, story.state, 1))
    titles = {row.key[0]: row.values["title"]["en"] for row in rows}
    assert titles == {"report[lead]": "report: Leader", "report[helper]": "report: helper"}


@settings(max_examples=300, deadline=None)
@given(made.EVENTS)
def test_a_part_that_is_not_concerned_has_no_rows_of_an_event(event: t.AnyEvent) -> None:
    program = read(SMALL.encode(), "small.yaml").program
    assert program is not None
    parts = (board.from_event, *FROM_EVENTS)
    others = [part for part in parts if part not in concerned(parts, type(event))]
    assert len(others) < len(parts)  # the timeline has a line for each
    assert [row for part in others for row in part(Scene(program, t.State(), 1), event)] == []
