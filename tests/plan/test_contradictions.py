"""The contradictions of the shipped documents: found by checking alone when nobody has acknowledged them, shown as acknowledged when somebody has."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tocsin.plan import document
from tocsin.plan.findings import Finding
from tocsin.plan.read import read
from tocsin.plan.shipped import sources

FOUND_BY = {
    "hotline-outage": {
        "X-01": "L50",
        "X-02": "L50",
        "X-03": "L53",
        "X-04": "L56",
        "X-05": "L10",
        "X-06": "L10",
        "X-08": "L51",
        "X-09": "L52",
        "X-15": "L11",
        "X-17": "L38",
        "X-19": "L35",
        "X-23": "L09",
        "X-28": "L09",
        "X-30": "L22",
    },
    "incident-basics": {"X-28": "L09"},
    "incident-roles": {"X-41": "L17"},
    "pass24-critical-incidents": {"X-49": "L38", "X-51": "L38", "X-53": "L09", "X-55": "L22"},
}
"""By shipped plan: the contradictions of its document that checking finds by itself, and the finding that does."""


@cache
def _plain(plan: str) -> Any:
    root = document.read(sources()[plan].read_bytes()).root
    assert root is not None
    return document.plain(root)


def _without(value: Any, *keys: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, *keys) for key, item in value.items() if key not in keys}
    return [_without(item, *keys) for item in value] if isinstance(value, list) else value


@cache
def _stripped(plan: str) -> tuple[Finding, ...]:
    """Return the findings of a shipped plan in which nothing is acknowledged."""
    source = json.dumps(_without(_plain(plan), "acknowledges"), ensure_ascii=False, default=str)
    return read(source, plan).findings


def _acknowledged(plan: str, finding: Finding) -> Iterator[str]:
    """Yield what the shipped plan acknowledges on the rules that a finding is about."""
    for path in (finding.path, *(place.path for place in finding.beside)):
        node = _plain(plan)
        for step in path.split("."):
            if isinstance(node, dict):
                yield from node.get("acknowledges", ()) if isinstance(node.get("acknowledges"), list) else ()
                node = node.get(step)
        if isinstance(node, dict):
            yield from node.get("acknowledges", ())


@pytest.mark.row("PLN-06")
@pytest.mark.parametrize("plan", sorted(FOUND_BY))
def test_contradictions_are_found_when_nobody_acknowledges_them(plan: str):
    found = {(contradiction, finding.code) for finding in _stripped(plan) for contradiction in _acknowledged(plan, finding)}
    assert set(FOUND_BY[plan].items()) - found == set()


@pytest.mark.row("PLN-06")
@pytest.mark.parametrize("plan", sorted(FOUND_BY))
def test_what_is_acknowledged_is_shown_with_what_acknowledges_it_and_is_no_warning(plan: str):
    findings = read(sources()[plan].read_bytes(), plan).findings
    shown = {(contradiction, each.code) for each in findings for contradiction in FOUND_BY[plan] if f"{contradiction}" in each.message}
    assert set(FOUND_BY[plan].items()) - shown == set()
    assert [str(each) for each in findings if each.severity != "note"] == []


@pytest.mark.parametrize("plan", sorted(sources()))
def test_every_warning_of_a_shipped_plan_is_one_that_its_document_gives_reason_for(plan: str):
    assert [str(each) for each in _stripped(plan) if each.severity == "warning" and not list(_acknowledged(plan, each))] == []


@pytest.mark.row("CLS-23")
def test_between_two_thresholds_of_one_level_both_citations_and_the_other_level_are_named():
    [band] = [each for each in _stripped("hotline-outage") if each.code == "L50" and each.path.startswith("classify.rules.r2")]
    assert "50.0 <= complaints.excess <= 60.0; there one gives l1, the other l2 (r4)" in band.message
    assert set(band.cites) == {"H 一.2", "H 四.2"}


@pytest.mark.row("PLN-06", "CLS-13")
def test_the_combinations_that_no_rule_speaks_for_are_counted_and_said_by_fact():
    [left] = [each for each in _stripped("hotline-outage") if each.code == "L52"]
    assert left.severity == "warning"
    assert "effect is degraded and complaints.excess <= 30.0 and not node_fault and business is general" in left.message
    assert "the fallback decides there" in left.message


@pytest.mark.row("X-55")
def test_an_analysis_without_owner_or_limit_links_not_at_hand_and_no_review_interval_are_each_said_as_a_default():
    source = sources()["pass24-critical-incidents"]
    said = {(each.code, each.path): each.message for each in read(source.read_bytes(), "plan.yaml").findings if "X-55" in each.message}
    assert "role responsible is assumed" in said["L11", "roles.problem_manager.held_by"]
    assert "3d is assumed" in said["L09", "situations.step8.obligations.analyse.within"]
    assert "1y is assumed" in said["L09", "readiness.document_current.every"]
    assert "other documents are named and not at hand" in next(words for (code, _), words in said.items() if code == "L22")


@pytest.mark.row("X-39")
def test_the_gravest_level_and_the_first_network_tier_bear_names_of_their_own():
    program = read(sources()["hotline-outage"].read_bytes(), "plan.yaml").program
    assert program is not None
    tiers = {tier.id: tier.title["zh"] for register in program.resources.values() for tier in register.tiers}
    assert next(iter(program.levels)) == "l1"
    assert next(iter(tiers)) == "tier1"
    assert not set(program.levels) & set(tiers)
    assert not {level.title["zh"] for level in program.levels.values()} & set(tiers.values())
