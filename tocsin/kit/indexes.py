"""Indexes that go in a migration: found by their column, since their names are not the same everywhere, and without copying the table."""

from collections.abc import Iterable
from typing import Any

from django.db.migrations import AlterField, RunPython, SeparateDatabaseAndState
from django.db.models import Field

_OF_SQLITE = """SELECT name FROM sqlite_master AS made WHERE type = 'index' AND tbl_name = %s AND sql LIKE 'CREATE INDEX %%'
    AND (SELECT group_concat(name) FROM pragma_index_info(made.name)) = %s"""


class Unindexed(SeparateDatabaseAndState):
    """
    Fields of models, by the models' names, that lose the plain index on their column alone. Django would drop it as well, but on SQLite by
    writing the whole table anew.
    """

    def __init__(self, app: str, fields: Iterable[tuple[str, str, "Field[Any, Any]"]]) -> None:
        fields = list(fields)

        def drop(apps: Any, editor: Any) -> None:
            for model, name, _ in fields:
                meta = apps.get_model(app, model)._meta
                for index in of(editor, meta.db_table, meta.get_field(name).column):
                    editor.execute(f'DROP INDEX "{index}"')

        # The models as they were then are made anew once they are asked for, not after each field.
        super().__init__([RunPython(drop, RunPython.noop)], [AlterField(model, name, field) for model, name, field in fields])

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)


def of(editor: Any, table: str, column: str) -> list[str]:
    """Return the plain indexes on one column; SQLite is asked itself, since reading every table's text takes seconds."""
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "postgresql":
            found = editor.connection.introspection.get_constraints(cursor, table)
            return [
                name
                for name, one in found.items()
                if one["columns"] == [column] and one["index"] and not one["unique"] and not one["foreign_key"]
            ]
        cursor.execute(_OF_SQLITE, [table, column])
        return [name for (name,) in cursor.fetchall()]
