"""What tests need from the machine. Where it is missing they are left out, and the end of the run says how many and why; CI leaves nothing out."""

import os
import shutil
from collections import Counter

import pytest

from tests import mounts
from tests.fleet import networks

NEEDS = {
    "browser": ("chromium-headless-shell", "chromium"),
    "alertmanager": ("prometheus-alertmanager",),
    "amtool": ("amtool",),
    "curl": ("curl",),
}
"""The programs that a test with this mark starts; the first one found serves."""

PERMITS = {
    "networks": (networks.permitted, "networks may not be made here"),
    "mounts": (mounts.permitted, "nothing may be mounted here"),
}
"""What the machine has to allow for a test with this mark, and why it was left out: in CI too, for no installation mends it."""

NotRun = Counter[str]
_not_run = pytest.StashKey[NotRun]()


def find(mark: str) -> str | None:
    """Return the path of the program that tests with `mark` start."""
    return next((path for path in map(shutil.which, NEEDS[mark]) if path), None)


def program(mark: str) -> str:
    """
    Return the path of the program that tests with `mark` start.

    :raises FileNotFoundError: it is missing, which only CI lets come so far.
    """
    path = find(mark)
    if path is None:
        raise FileNotFoundError(f"{NEEDS[mark][0]} is not installed")
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--not-run", default="", help="what else could not run, and why: repeated at the end; a failure in CI")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = {mark.name for item in items for mark in item.iter_markers()}
    missing = {mark: why for mark, (allowed, why) in PERMITS.items() if mark in asked and not allowed()}
    if not os.environ.get("CI"):
        missing |= {mark: f"{needed[0]} is not installed" for mark, needed in NEEDS.items() if find(mark) is None}
    reasons = {item: missing[mark.name] for item in items for mark in item.iter_markers() if mark.name in missing}
    config.stash[_not_run] = Counter(reasons.values())
    config.hook.pytest_deselected(items=list(reasons))
    items[:] = [item for item in items if item not in reasons]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's count to the process that reports; let CI fail over anything that did not run."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["not_run"] = dict(session.config.stash.get(_not_run, Counter()))
    elif os.environ.get("CI") and session.config.getoption("not_run"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """Every worker collects the same tests, so each one's count is the count."""
    node.config.stash[_not_run] = Counter(getattr(node, "workeroutput", {}).get("not_run", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = [f"{count} tests, because {why}" for why, count in config.stash.get(_not_run, Counter()).items()]
    if config.getoption("not_run"):
        lines.append(config.getoption("not_run"))
    for line in lines:
        terminalreporter.write_line(f"not run: {line}")
