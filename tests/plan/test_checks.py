"""Every finding is proven by an example: `broken/<name>.yaml` says in comments which findings it must get, at which places."""

import re
from pathlib import Path

import pytest

from tocsin.plan.check import registry
from tocsin.plan.read import read

EXAMPLES = Path(__file__).parent / "broken"
_EXPECT = re.compile(r"^# expect: (L\d\d):(\d+):(\d+)$", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_plan_gets_exactly_the_findings_it_expects(path: Path):
    source = path.read_text()
    expected = {(code, int(line), int(column)) for code, line, column in _EXPECT.findall(source)}
    codes = {code for code, _, _ in expected}
    # Missing translations are noted once for each language in nearly every example; they count where they are the point.
    found = {
        (each.code, each.line, each.column) for each in read(source, path.name).findings if each.severity != "note" or each.code in codes
    }
    assert found == expected


@pytest.mark.parametrize("check", registry(), ids=lambda check: check.name)
def test_every_check_has_an_example_of_its_own(check):
    assert (EXAMPLES / f"{check.name}.yaml").read_text().count(f"# expect: {check.code}:") > 0


def test_codes_and_names_are_never_shared():
    checks = registry()
    assert len({check.code for check in checks}) == len({check.name for check in checks}) == len(checks) >= 18


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_program_comes_of_a_plan_with_an_error(path: Path):
    result = read(path.read_text(), path.name)
    assert (result.program is None) == any(finding.severity == "error" for finding in result.findings)
