"""Plans of an organisation: kept once, one version in force, compiled once, and everybody's own."""

import pytest

from tests.incidents.cast import SMALL, Cast, build
from tocsin.incidents import plans
from tocsin.incidents.models import Plan

NEWER = SMALL.replace('version: "1.0"', 'version: "1.1"')


def load(cast: Cast, source: str = NEWER) -> Plan:
    plan, findings = plans.load(cast.organisation.id, source, "small.yaml", cast.ana.person)
    assert plan is not None, findings
    return plan


def test_a_plan_is_loaded_as_a_draft_with_who_loaded_it(cast: Cast) -> None:
    plan = load(cast)
    assert (plan.plan_id, plan.version, plan.status, plan.loaded_by) == ("small", "1.1", "draft", cast.ana.person)
    assert plan.title == {"en": "Small outage", "ru": "Малый сбой"}


def test_the_same_version_again_changes_nothing(cast: Cast) -> None:
    assert load(cast, SMALL) == cast.plan
    assert Plan.objects.count() == 1
    assert load(cast, SMALL).status == "in_force"


def test_a_plan_with_errors_is_not_kept_and_its_findings_say_where(cast: Cast) -> None:
    plan, findings = plans.load(cast.organisation.id, SMALL.replace("owes: tech", "owes: nobody_knows"), "broken.yaml")
    assert plan is None
    assert {(finding.file, finding.severity) for finding in findings} >= {("broken.yaml", "error")}
    assert Plan.objects.count() == 1


@pytest.mark.row("PLN-14")
def test_one_version_of_a_plan_is_in_force_and_the_one_before_is_retired(cast: Cast) -> None:
    newer = load(cast)
    plans.publish(newer)
    assert {plan.version: plan.status for plan in Plan.objects.all()} == {"1.0": "retired", "1.1": "in_force"}
    assert plans.in_force(cast.organisation.id) == {"small": newer}
    plans.withdraw(newer)
    assert plans.in_force(cast.organisation.id) == {}


@pytest.mark.row("I8")
def test_publishing_in_one_organisation_leaves_another_alone(cast: Cast) -> None:
    other = build("Elsewhere", "example.net")
    plans.publish(load(cast))
    assert plans.in_force(other.organisation.id) == {"small": other.plan}
    with pytest.raises(Plan.DoesNotExist):
        plans.program(other.organisation.id, load(cast).hash)


def test_a_program_is_compiled_once(cast: Cast) -> None:
    assert plans.program(cast.organisation.id, cast.plan.hash) is plans.compiled(cast.plan)


def test_a_plan_that_this_release_cannot_compile_says_so(cast: Cast) -> None:
    with pytest.raises(plans.Uncompilable, match=r"plan small 1\.0 cannot be compiled"):
        plans.compiled(Plan(plan_id="small", version="1.0", hash="f" * 64, source="tocsin: 1"))
