"""Every finding is proven by an example: `broken/<name>.yaml` says in comments which findings it must get, at which places."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from tocsin.engine.program import Program
from tocsin.plan.check import registry
from tocsin.plan.people import Directory
from tocsin.plan.read import Result, read

EXAMPLES = Path(__file__).parent / "broken"
AROUND = Path(__file__).parent / "around"
"""Plans that are not broken, for examples that are so only beside them."""
_EXPECT = re.compile(r"^# expect: (L\d\d):(\d+):(\d+)$", re.MULTILINE)
_DIRECTORY = re.compile(r"^# directory: (.*)$", re.MULTILINE)
_AROUND = re.compile(r"^# (before|beside): (.*)$", re.MULTILINE)


def _directory(source: str) -> Directory | None:
    """Return the people that an example speaks of, if it does."""
    found = _DIRECTORY.search(source)
    said = json.loads(found[1]) if found else {}
    gaps = {
        name: tuple((datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in each)
        for name, each in said.get("gaps", {}).items()
    }
    holders = {name: tuple(people) for name, people in said.get("holders", {}).items()}
    return Directory(holders, gaps, said.get("brings")) if said else None


def _read(path: Path) -> Result:
    """Read an example with the people, the earlier version and the other plans that it speaks of."""
    source = path.read_text()
    around: dict[str, list[Program]] = {"before": [], "beside": []}
    for how, name in _AROUND.findall(source):
        other = read((AROUND / name).read_text(), name)
        assert other.program is not None, other.findings
        around[how].append(other.program)
    return read(source, path.name, _directory(source), before=next(iter(around["before"]), None), beside=around["beside"])


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_plan_gets_exactly_the_findings_it_expects(path: Path):
    source = path.read_text()
    expected = {(code, int(line), int(column)) for code, line, column in _EXPECT.findall(source)}
    codes = {code for code, _, _ in expected}
    # Missing translations are noted once for each language in nearly every example; they count where they are the point.
    findings = _read(path).findings
    found = {(each.code, each.line, each.column) for each in findings if each.severity != "note" or each.code in codes}
    assert found == expected


@pytest.mark.parametrize("check", registry(), ids=lambda check: check.name)
def test_every_check_has_an_example_of_its_own(check):
    assert (EXAMPLES / f"{check.name}.yaml").read_text().count(f"# expect: {check.code}:") > 0


def test_codes_and_names_are_never_shared():
    checks = registry()
    assert len({check.code for check in checks}) == len({check.name for check in checks}) == len(checks) >= 40


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_program_comes_of_a_plan_with_an_error(path: Path):
    result = _read(path)
    assert (result.program is None) == any(finding.severity == "error" for finding in result.findings)


@pytest.mark.parametrize("name", ["nobody-then", "own-signature", "unreachable", "untrained"])
def test_without_a_directory_nothing_is_said_about_people(name: str):
    source = (EXAMPLES / f"{name}.yaml").read_text()
    assert [str(each) for each in read(source, name).findings if each.severity != "note"] == []
