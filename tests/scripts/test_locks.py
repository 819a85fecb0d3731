"""The locks say exactly what is installed, and pyproject.toml agrees."""

import pytest
from packaging.version import Version

from scripts import locks

PIN = "django==5.2.19 ; python_version >= '3.11' \\\n    --hash=sha256:aa\n"


def test_our_own_locks_are_in_step():
    assert locks.main() == 0


def test_a_pin_is_read_with_its_marker_and_hash():
    assert locks.read(PIN) == {"django": (Version("5.2.19"), True)}


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("django>=6", "django is pinned to 5.2.19, but pyproject.toml wants >=6"),
        ("Flask>=1", "Flask is not pinned"),
    ],
)
def test_a_requirement_that_the_lock_does_not_meet_is_named(wanted, problem):
    assert list(locks.unmet([wanted], locks.read(PIN))) == [problem]


def test_a_pin_without_a_hash_is_named():
    assert list(locks.unmet([], locks.read("django==5.2.19\n"))) == ["django has no hash"]


def test_what_runs_is_what_was_tested():
    assert locks.differing(locks.read(PIN), locks.read(PIN.replace("5.2.19", "5.2.18"))) == [
        "django is 5.2.19 in requirements.lock, but not in requirements-dev.lock"
    ]
