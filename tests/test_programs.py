"""What the machine lacks is left out aloud, and never in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = """
import pytest

@pytest.mark.browser
def test_page(): ...

def test_sum(): ...
"""


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Give a function that runs a suite of two tests, one for a browser, on a machine that has none."""
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")

    def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST", "DJANGO"))}
        command = [sys.executable, "-m", "pytest", "-p", "tests.programs", "-p", "xdist", "-p", "no:cacheprovider", *arguments]
        where = {"PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(Path(__file__).parent.parent)}
        return subprocess.run(command, cwd=tmp_path, env=plain | where | environ, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("parallel", [(), ("-n", "1")])
def test_what_could_not_run_is_named_at_the_end(suite, parallel):
    answer = suite(*parallel)
    assert answer.returncode == 0
    assert answer.stdout.splitlines()[-2] == "not run: 1 tests, because chromium-headless-shell is not installed"
    assert "1 passed" in answer.stdout.splitlines()[-1]


def test_ci_leaves_nothing_out(suite):
    assert "2 passed" in suite(CI="true").stdout


def test_ci_fails_over_what_its_script_could_not_start(suite):
    assert suite("--not-run", "PostgreSQL").returncode == 0
    answer = suite("--not-run", "PostgreSQL", CI="true")
    assert answer.returncode == 1
    assert "not run: PostgreSQL" in answer.stdout
