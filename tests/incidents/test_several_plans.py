"""An incident that runs by several plans: kept, rebuilt, moved and proven like any other."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.incidents.cast import Cast
from tocsin.accounts import people
from tocsin.engine import terms as t
from tocsin.incidents import desk, doctor, plans
from tocsin.incidents.models import BoardRow, ClockRow, Composition, Incident, Plan
from tocsin.kit import clock, ids
from tocsin.plan import shipped

NOTICES = Path(__file__).parent.parent.joinpath("plan", "beside", "notice-rules.yaml").read_text("utf-8")


@pytest.fixture
def notices(cast: Cast) -> Plan:
    """Return the supervisor's rules, in force, with Cleo as compliance officer."""
    plan, findings = plans.load(cast.organisation.id, NOTICES, "notice-rules.yaml")
    assert plan is not None, findings
    plans.publish(plan)
    [cleo] = [row.person for row in cast.organisation.memberships.all() if ids.typed("per", row.person_id) == cast.cleo.person]
    people.hold(cast.organisation, cleo, "notice-rules", {"compliance": 0}, by=cleo)
    return plan


@pytest.mark.row("TRM-13", "X-46")
def test_it_is_open_until_both_plans_allow_it_to_end(cast: Cast, notices: Plan) -> None:
    incident = cast.declare(beside=(notices.hash,))
    cast.done(incident, t.Attest(condition="clean"), cast.tom)
    cast.done(incident, t.Decide(decision="close"))

    row = BoardRow.objects.get(incident=incident)
    assert (row.open, [plan["phase"] for plan in row.plans]) == (True, ["closed", "declared"])

    classified = t.Decide(decision="notice-rules~set_level", option="tier2", reason="few customers")  # which the report says
    cast.done(incident, classified, cast.cleo)
    for message in ("full_report", "final_report"):
        fields = {"effect": "x", "measures": "x", "touched": "1"} if message == "full_report" else {"cause": "x", "measures": "x"}
        cast.done(incident, t.Send(template=f"notice-rules~{message}", fields=fields), cast.cleo)
    cast.done(incident, t.Decide(decision="notice-rules~close"), cast.cleo)
    assert BoardRow.objects.get(incident=incident).open is False


@pytest.mark.row("TRM-13")
def test_since_when_it_is_where_it_is_moves_only_when_the_gravest_phase_does(cast: Cast, notices: Plan) -> None:
    incident = cast.declare(beside=(notices.hash,))
    before = BoardRow.objects.get(incident=incident)
    clock.shift(timedelta(hours=1))
    cast.done(incident, t.Attest(condition="clean"), cast.tom)
    cast.done(incident, t.Decide(decision="close"))
    row = BoardRow.objects.get(incident=incident)
    assert [plan["phase"] for plan in row.plans] == ["closed", "declared"]
    assert (row.phase, row.phase_at, row.closed_at, row.open) == (before.phase, before.phase_at, None, True)


@pytest.mark.row("PLN-08")
def test_each_plan_seats_whom_the_directory_names_for_it_and_counts_its_own_clocks(cast: Cast, notices: Plan) -> None:
    incident = cast.declare(beside=(notices.hash,))
    early = ClockRow.objects.get(incident=incident, obligation="notice-rules~early")
    assert early.owner == cast.cleo.person
    assert early.due_at - early.began_at == timedelta(hours=24)
    assert cast.refused(incident, t.Send(template="notice-rules~early_notice", fields={"suspicion": "x"}), cast.tom) == "E401"


def test_everything_of_it_is_made_again_from_the_journal_alone(cast: Cast, notices: Plan) -> None:
    incident = cast.declare(beside=(notices.hash,))
    clock.shift(timedelta(hours=25))
    cast.done(incident, t.Note(words="late"))
    assert doctor.examine(incident.pk) == ()
    BoardRow.objects.filter(incident=incident).update(plans=[], plan_hash="lost")
    Composition.objects.all().delete()
    Incident.objects.filter(pk=incident.pk).update(state="", plan_hash="lost")
    assert doctor.examine(incident.pk, mend=True)
    assert doctor.examine(incident.pk) == ()
    assert cast.done(incident, t.Note(words="goes on")).events


def test_no_incident_begins_beside_a_plan_that_is_not_in_force_or_twice_by_one(cast: Cast, notices: Plan) -> None:
    def code(*beside: str) -> str:
        answer = desk.declare(cast.organisation.id, cast.plan.hash, desk.Declaration(words="x", beside=beside), actor=cast.ana)
        assert isinstance(answer, t.Refused)
        return answer.code

    assert code(cast.plan.hash) == "E104"
    plans.withdraw(notices)
    assert code(notices.hash) == "E501"
    assert not Incident.objects.exists()


# ------------------------------------------------------------------ a plan that comes later


def add(plan: Plan, reason: str = "the supervisor's rules apply") -> t.AddPlan:
    return t.AddPlan(plan_hash=plan.hash, reason=reason)


@pytest.mark.row("PLN-08", "TRM-13")
def test_a_plan_added_later_counts_from_then_on_and_must_allow_the_end_too(cast: Cast, notices: Plan) -> None:
    incident = cast.declare()
    clock.shift(timedelta(hours=30))
    cast.done(incident, add(notices))
    early = ClockRow.objects.get(incident=incident, obligation="notice-rules~early")
    assert (early.owner, early.due_at - early.began_at) == (cast.cleo.person, timedelta(hours=24))
    assert early.began_at - early.anchored_at == timedelta(hours=30), "nobody is late for what was not owed yet"
    alert = ClockRow.objects.get(incident=incident, obligation="notice-rules~alert")
    assert alert.due_at - alert.began_at == timedelta(hours=1)
    assert not ClockRow.objects.filter(incident=incident, obligation__startswith="notice-rules~", status="breached").exists()

    cast.done(incident, t.Attest(condition="clean"), cast.tom)
    cast.done(incident, t.Decide(decision="close"))
    row = BoardRow.objects.get(incident=incident)
    assert (row.open, [plan["phase"] for plan in row.plans]) == (True, ["closed", "declared"])


def test_only_the_commander_adds_a_plan_with_a_reason_in_force_and_once(cast: Cast, notices: Plan) -> None:
    incident = cast.declare()
    assert cast.refused(incident, add(notices), cast.dov) == "E101"
    assert cast.refused(incident, add(notices, reason=" ")) == "E105"
    assert cast.refused(incident, t.AddPlan(plan_hash="none", reason="x")) == "E103"
    assert cast.refused(incident, add(cast.plan)) == "E102"
    cast.done(incident, add(notices))
    assert cast.refused(incident, add(notices)) == "E102"
    other = cast.declare("Another")
    plans.withdraw(notices)
    assert cast.refused(other, add(notices)) == "E501"


def test_an_incident_to_which_a_plan_was_added_is_made_again_from_the_journal_alone(cast: Cast, notices: Plan) -> None:
    incident = cast.declare()
    cast.done(incident, add(notices))
    clock.shift(timedelta(hours=25))
    cast.done(incident, t.Note(words="late"))
    assert doctor.examine(incident.pk) == ()
    Composition.objects.all().delete()
    BoardRow.objects.filter(incident=incident).update(plans=[], plan_hash="lost")
    Incident.objects.filter(pk=incident.pk).update(state="", plan_hash="lost")
    assert doctor.examine(incident.pk, mend=True)
    assert doctor.examine(incident.pk) == ()
    assert cast.done(incident, t.Note(words="goes on")).events
    assert ClockRow.objects.filter(incident=incident, obligation="notice-rules~early", status="breached").exists()


@pytest.mark.row("PLN-08")
def test_who_leads_goes_on_leading_when_a_role_set_is_laid_over(cast: Cast) -> None:
    source = shipped.sources()["incident-roles"].read_text("utf-8")
    roles, findings = plans.load(cast.organisation.id, source, "incident-roles.yaml")
    assert roles is not None, findings
    plans.publish(roles)
    incident = cast.declare()
    cast.done(incident, add(roles, reason="eight roles"))
    row = BoardRow.objects.get(incident=incident)
    assert (row.commander, row.commander_role) == (cast.ana.person, "incident-roles~incident_manager")
    assert doctor.examine(incident.pk) == ()
