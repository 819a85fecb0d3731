"""What a declaration writes, it writes for somebody: each index finds what no other one does, and nothing is looked for in vain."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.incidents.test_declaring import arrive, declare, route
from tests.ingest import bodies
from tests.world import World, build

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@contextmanager
def inserted() -> Iterator[list[str]]:
    """Note into which tables rows are written, in order."""
    tables: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO"):
            tables.append(sql.split()[2].strip('"'))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(watch):
        yield tables


def indexes(table: str) -> list[list[str]]:
    """Return the columns of each index that holds all rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM pragma_index_list('{table}') WHERE NOT partial")
        names = [name for (name,) in cursor.fetchall()]
        found = []
        for name in names:
            cursor.execute(f"SELECT name FROM pragma_index_info('{name}') ORDER BY seqno")
            found.append([column for (column,) in cursor.fetchall()])
    return found


def test_no_index_of_what_a_declaration_writes_is_the_beginning_of_another(world):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    with inserted() as tables:
        declare()
    assert len(set(tables)) > 15, tables
    twice = [
        (table, one) for table in set(tables) for one in indexes(table) for two in indexes(table) if one != two and one == two[: len(one)]
    ]
    assert twice == []


def test_what_others_refer_to_is_written_before_them(world):
    route(world.organisation)
    arrive(world.organisation, bodies.entry())
    with inserted() as tables:
        declare()
    models = {model._meta.db_table: model for model in apps.get_models()}
    for at, table in enumerate(tables):
        referred = {field.related_model._meta.db_table for field in models[table]._meta.concrete_fields if field.is_relation} - {table}
        assert referred.isdisjoint(tables[at + 1 :]), table


def test_firings_are_found_by_an_index_of_their_own(world):
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM incidents_timelinerow WHERE organisation_id = %s AND kind IN ('TriggerFired', 'SituationClosed')"
            " AND at >= %s ORDER BY incident_id, seq",
            [world.organisation.pk.hex, "2026-01-01"],
        )
        assert "timeline_fired" in cursor.fetchall()[0][3]
