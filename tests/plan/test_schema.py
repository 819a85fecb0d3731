"""The schema of plan files: an editor accepts what reading accepts, and marks a wrong key, value or unit before anybody runs a check."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from tests.plan.example import PLAN
from tocsin.plan import document, shipped
from tocsin.plan.commands import plan
from tocsin.plan.schema import schema
from tocsin.plan.schema_words import KEYS

VALIDATOR = Draft202012Validator(schema())


def problems(source: str) -> list[str]:
    """Return what an editor would mark, innermost first."""
    read = document.read(source)
    assert read.root is not None
    return [leaf.message for error in VALIDATOR.iter_errors(document.plain(read.root)) for leaf in leaves(error)]


def leaves(error: Any) -> Iterator[Any]:
    if not error.context:
        yield error
    for inner in error.context or ():
        yield from leaves(inner)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.row("PLN-07")
@pytest.mark.parametrize("path", shipped.sources().values(), ids=str)
def test_every_shipped_plan_fits(path: Path) -> None:
    assert problems(path.read_text("utf-8")) == []


@pytest.mark.row("PLN-07")
@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("within: 30m", "whithin: 30m", "'whithin' was unexpected"),
        ("within: 30m", "within: 10", "10 is not of type 'string'"),
        ("within: 30m", "within: ten minutes", "'ten minutes' does not match"),
        ("every: 1h", "counted: strict, every: 1h", "'strict' is not one of"),
        ("commander: true", "commander: maybe", "'maybe' is not of type 'boolean'"),
    ],
)
def test_an_editor_marks_what_does_not_fit(old: str, new: str, marked: str) -> None:
    source = PLAN.replace(old, new)
    assert source != PLAN
    assert any(marked in problem for problem in problems(source))


def test_it_says_what_a_key_is_for_and_offers_its_values() -> None:
    duty = schema()["$defs"]["ObligationForm"]["properties"]
    assert "limit" in duty["within"]["description"]
    assert duty["counted"]["enum"] == ["sliding", "fixed"]
    assert duty["send"]["description"]


def test_it_is_printed_on_the_command_line() -> None:
    found = CliRunner().invoke(plan, ["schema"])
    assert found.exit_code == 0
    assert found.stdout.startswith('{\n  "$schema"')


def test_every_key_of_the_language_says_what_it_is_for() -> None:
    found = set(keys(schema()))
    assert len(found) > 200
    assert sorted(found - set(KEYS)) == []
    assert sorted(set(KEYS) - found) == []


def keys(tree: Any) -> Iterator[str]:
    """Yield every key that some form of the language takes."""
    if isinstance(tree, dict):
        properties = tree.get("properties")
        yield from properties if isinstance(properties, dict) else ()
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from keys(inner)
