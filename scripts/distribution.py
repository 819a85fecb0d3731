"""
The statements that distribute the tables by organisation (Citus): `python scripts/distribution.py`.

A table with an `organisation` is distributed by it; every other is copied to every node. A distributed table's keys begin with the
organisation, since no node can see what is unique on another.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django


def statements(models: list[Any]) -> Iterator[str]:
    """Yield the statements in their order. Pure."""
    distributed = [model for model in models if organisation_of(model)]
    known = {model._meta.db_table for model in distributed}
    for model in models:
        if model._meta.db_table not in known:
            yield from _free(model, known)
            yield f"SELECT create_reference_table('{model._meta.db_table}');"
    for model in distributed:
        yield from _keys(model, known)
    for model in distributed:
        yield f"SELECT create_distributed_table('{model._meta.db_table}', '{organisation_of(model)}');"


def organisation_of(model: Any) -> str:
    """Return the column that says whose a row is, or nothing: also where a row, such as a key, is what says whose a request is."""
    fields = model._meta.concrete_fields
    found = [field.column for field in fields if field.name == "organisation"]
    sought = [field for field in fields if field.unique and not field.primary_key and not field.is_relation]
    return found[0] if found and not sought else ""


def _keys(model: Any, distributed: set[str]) -> Iterator[str]:
    table, by = model._meta.db_table, organisation_of(model)
    yield from _free(model, distributed)
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            name = f"{table}_{field.column}_key"
            yield f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} UNIQUE ({by}, {field.column});"
    if model._meta.pk.column != by:
        yield f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey CASCADE, ADD PRIMARY KEY ({by}, {model._meta.pk.column});"
    for constraint in model._meta.constraints:
        names = [model._meta.get_field(name).column for name in getattr(constraint, "fields", ())]
        if names and by not in names and constraint.condition is None:
            columns = ", ".join([by, *names])
            yield f"ALTER TABLE {table} DROP CONSTRAINT {constraint.name}, ADD CONSTRAINT {constraint.name} UNIQUE ({columns});"


def _free(model: Any, distributed: set[str]) -> Iterator[str]:
    """Drop what refers to a table that is distributed: no node sees all of it. The product keeps such references by itself."""
    for field in model._meta.concrete_fields:
        if field.is_relation and field.db_constraint and field.related_model._meta.db_table in distributed:
            yield _drop_foreign(model._meta.db_table, field.column)


def _drop_foreign(table: str, column: str) -> str:
    return (
        f"DO $$ DECLARE name text; BEGIN FOR name IN SELECT conname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid "
        f"AND a.attnum = c.conkey[1] WHERE c.contype = 'f' AND c.conrelid = '{table}'::regclass AND a.attname = '{column}' "
        f"LOOP EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', name); END LOOP; END $$;"
    )


def main() -> None:
    """Print them."""
    with TemporaryDirectory() as home:
        os.environ["TOCSIN_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "tocsin.settings"
        django.setup()
        from django.apps import apps  # noqa: PLC0415 - only after Django is set up

        sys.stdout.write("\n".join(statements(list(apps.get_models(include_auto_created=True)))) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
