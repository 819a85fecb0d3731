"""The next version of a plan: written with errors and all, proposed without them, acknowledged and approved by its owner alone."""

import pytest

from tests.incidents.cast import SMALL, Cast
from tocsin.engine.terms import Refused
from tocsin.incidents import editing, plans
from tocsin.incidents.models import Plan, PlanText
from tocsin.plan.people import Directory

NEWER = SMALL.replace('version: "1.0"', 'version: "1.1"').replace("every: 15m", "every: 1h")
COUNTED = NEWER.replace("fields: {what: {type: text}}", "fields: {what: {type: text}}\n    announced: 3")
"""The document announces three fields where there is one: a warning (L10)."""


def saved(cast: Cast, source: str, revision: int = 0) -> PlanText:
    text = editing.save(cast.organisation.id, "small", source, revision, cast.tom.person)
    assert isinstance(text, PlanText), text
    return text


def proposed(cast: Cast, source: str = NEWER) -> Plan:
    plan = editing.propose(saved(cast, source), cast.tom.person)
    assert isinstance(plan, Plan), plan
    return plan


def code(answer: object) -> str:
    assert isinstance(answer, Refused)
    return answer.code


def test_a_text_begins_as_the_version_in_force_and_is_kept_with_its_errors(cast: Cast) -> None:
    begun = editing.text(cast.organisation.id, "small")
    assert begun is not None
    assert (begun.source, begun.revision) == (SMALL, 0)
    saved(cast, "tocsin: [broken")
    kept = editing.text(cast.organisation.id, "small")
    assert kept is not None
    assert (kept.source, kept.revision) == ("tocsin: [broken", 1)
    assert editing.text(cast.organisation.id, "nothing") is None


def test_nobody_overwrites_what_another_has_saved_meanwhile(cast: Cast) -> None:
    saved(cast, "first")
    assert code(editing.save(cast.organisation.id, "small", "second", 0, cast.ana.person)) == "E304"
    assert saved(cast, "second", revision=1).revision == 2


@pytest.mark.row("PLN-06")
def test_a_text_with_errors_is_not_proposed(cast: Cast) -> None:
    assert code(editing.propose(saved(cast, NEWER.replace("owes: tech", "owes: nobody_knows")), cast.tom.person)) == "E104"
    assert Plan.objects.count() == 1


RENAMED = NEWER.replace("  look: {", "  look_closely: {")


def test_a_name_that_the_next_version_lost_waits_for_its_owner(cast: Cast) -> None:
    assert [each.code for each in editing.open_findings(proposed(cast, RENAMED))] == ["L14"]


def test_what_runs_under_another_plan_in_force_is_said_beside_it(cast: Cast) -> None:
    reporting = SMALL.replace("record: summaries", "send: notice")
    other, _ = plans.load(cast.organisation.id, reporting.replace("id: small", "id: other").replace("every: 15m", "every: 45m"), "other")
    assert other is not None
    newer = proposed(cast, reporting.replace('version: "1.0"', 'version: "1.1"'))
    assert "L33" not in {each.code for each in editing.findings(newer)}
    plans.publish(other)
    assert "L33" in {each.code for each in editing.findings(newer)}


def test_a_version_has_a_number_of_its_own_and_the_plan_keeps_its_name(cast: Cast) -> None:
    assert code(editing.propose(saved(cast, SMALL), cast.tom.person)) == "E102"
    same_number = NEWER.replace('version: "1.1"', 'version: "1.0"')
    assert code(editing.propose(saved(cast, same_number, 1), cast.tom.person)) == "E104"
    assert code(editing.propose(saved(cast, NEWER.replace("id: small", "id: other"), 2), cast.tom.person)) == "E104"


@pytest.mark.row("PLN-14")
def test_only_the_plans_owner_puts_a_version_in_force(cast: Cast) -> None:
    plan = proposed(cast)
    assert (plan.status, plan.loaded_by) == ("draft", cast.tom.person)
    assert editing.text(cast.organisation.id, "small").source == SMALL  # type: ignore[union-attr]
    assert code(editing.approve(plan, cast.tom.person)) == "E101"
    assert editing.approve(plan, cast.ana.person, "after the review of INC-7") is None
    plan.refresh_from_db()
    assert (plan.status, plan.approved_by, plan.approved_note) == ("in_force", cast.ana.person, "after the review of INC-7")
    assert plan.approved_at is not None
    assert plans.in_force(cast.organisation.id)["small"] == plan


@pytest.mark.row("PLN-06")
def test_every_warning_is_acknowledged_by_the_owner_before_a_version_is_in_force(cast: Cast) -> None:
    plan = proposed(cast, COUNTED)
    (finding,) = editing.open_findings(plan)
    assert finding.code == "L10"
    assert code(editing.approve(plan, cast.ana.person)) == "E503"
    assert code(editing.acknowledge(plan, *editing.place(finding), "it is the field of the old form", cast.tom.person)) == "E101"
    assert code(editing.acknowledge(plan, *editing.place(finding), " ", cast.ana.person)) == "E105"
    assert editing.acknowledge(plan, *editing.place(finding), "the document counts the old form", cast.ana.person) is None
    assert editing.open_findings(plan) == ()
    assert editing.approve(plan, cast.ana.person) is None


def test_a_text_is_read_once_for_the_same_and_anew_for_another_one_or_other_people(cast: Cast) -> None:
    def found(source: str, directory: Directory) -> object:
        return editing.checked(cast.organisation.id, "small", source, directory)

    first = found(NEWER, Directory({}))
    assert found(NEWER, Directory({})) is first
    assert found(NEWER, Directory({"lead": (cast.ana.person,)})) is not first
    assert found("# a line more\n" + NEWER, Directory({})) is not first


def test_what_was_acknowledged_holds_for_the_next_version_as_long_as_it_stands_there(cast: Cast) -> None:
    plan = proposed(cast, COUNTED)
    (finding,) = editing.open_findings(plan)
    editing.acknowledge(plan, *editing.place(finding), "the document counts the old form", cast.ana.person)
    later = proposed(cast, "# a line more\n" + COUNTED.replace('version: "1.1"', 'version: "1.2"'))
    assert editing.open_findings(later) == ()


def test_where_nobody_holds_the_owners_role_the_organisations_owner_approves(cast: Cast) -> None:
    checker = "  checker: {cite: S 3"
    vacant = "  auditor: {cite: S 3, title: {en: Auditor}, held_by: nobody}\n"
    plan = proposed(cast, NEWER.replace("owner: lead", "owner: auditor").replace(checker, vacant + checker))
    assert editing.approvers(plan) == {cast.ana.person}
