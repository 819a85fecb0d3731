"""A new installation makes its tables at once: what was squashed makes the tables that the line it replaces makes step by step."""

from typing import Any

import pytest
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from tests.test_structure import ROOT

OURS = sorted(folder.parent.name for folder in ROOT.glob("tocsin/*/migrations"))


@pytest.fixture(scope="module")
def line() -> MigrationLoader:
    """Give every migration as it is written, none standing for others."""
    return MigrationLoader(None, replace_migrations=False)


def squashed(loader: MigrationLoader, app: str) -> Migration:
    (found,) = (each for (label, _), each in loader.disk_migrations.items() if label == app and each.replaces)
    return found


def tables(loader: MigrationLoader, app: str, name: str) -> dict[str, Any]:
    """Return the models of `app` after the migration `name`. The order of columns, indexes and constraints is no part of a table."""
    models = {key[1]: model for key, model in loader.project_state((app, name)).models.items() if key[0] == app}
    return {
        key: (
            {field_name: field.deconstruct()[1:] for field_name, field in model.fields.items()},
            {option: by_name(value) if option in ("indexes", "constraints") else value for option, value in model.options.items() if value},
        )
        for key, model in models.items()
    }


def by_name(parts: list[Any]) -> dict[str, Any]:
    return {part.name: part.deconstruct() for part in parts}


@pytest.mark.parametrize("app", OURS)
def test_a_squashed_migration_makes_the_tables_of_those_it_replaces(line: MigrationLoader, app: str) -> None:
    one = squashed(line, app)
    assert tables(line, app, one.name) == tables(line, app, one.replaces[-1][1])


@pytest.mark.parametrize("app", OURS)
def test_it_replaces_the_line_from_its_beginning_without_a_gap(line: MigrationLoader, app: str) -> None:
    one = squashed(line, app)
    names = sorted(name for label, name in line.disk_migrations if label == app and "_squashed_" not in name)
    assert list(one.replaces) == [(app, name) for name in names[: len(one.replaces)]]
    assert one.name == f"0001_squashed_{one.replaces[-1][1]}"


def test_a_new_installation_makes_its_tables_by_what_was_squashed() -> None:
    loader = MigrationLoader(None)
    for app in OURS:
        assert loader.graph.root_nodes(app) == [(app, squashed(loader, app).name)]
