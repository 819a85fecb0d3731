"""
References that the database looks up again at every row, and indexes that others contain: a breach asked thirty times for one organisation.

The desk writes all of these under the lock of the incident. Nothing is copied: on PostgreSQL the constraints are dropped, on SQLite they stay in
the tables as they are, which nobody notices. What goes is found by its columns, since its name is not the same everywhere.
"""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT

from tocsin.kit import indexes

ROWS = (
    *("BoardRow", "BreachRow", "ChainRow", "ClockRow", "ConditionRow", "DecidedRow", "DecisionRow", "DeliveryRow", "FactRow", "FigureRow"),
    *("FiledRow", "LevelRow", "MessageRow", "MomentRow", "PartyRow", "RecordRow", "RegisterRow", "ReportRow", "RoleRow", "SituationRow"),
    *("TimelineRow", "WordRow"),
)
ENTRIES = {"Entry": "entries", "Seal": "seals", "Breach": "+"}
OFTEN_CHANGED = ("incidents_head", "incidents_boardrow")
"""Of these a page keeps room, so that a row that changes in no indexed column changes in no index."""

UNCHECKED = [*((name, "organisation_id") for name in (*ROWS, *ENTRIES, "Head", "Notice")), *((name, "incident_id") for name in ROWS)]
NOT_INDEXED = [
    *((name, "incident_id") for name in (*ROWS, *ENTRIES)),
    *((name, "organisation_id") for name in (*ENTRIES, "Head", "Notice")),
]


def loosen(apps: Any, editor: Any) -> None:
    """Drop them."""
    for kind, column in UNCHECKED if editor.connection.vendor == "postgresql" else ():
        table = _table(apps, kind)
        for name, found in _constraints(editor, table, column):
            if found["foreign_key"]:
                editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    for kind, column in NOT_INDEXED:
        for name in indexes.of(editor, _table(apps, kind), column):
            editor.execute(f'DROP INDEX "{name}"')
    for table in OFTEN_CHANGED if editor.connection.vendor == "postgresql" else ():
        editor.execute(f'ALTER TABLE "{table}" SET (fillfactor = 70)')


def _table(apps: Any, kind: str) -> str:
    return str(apps.get_model("incidents", kind)._meta.db_table)


def _constraints(editor: Any, table: str, column: str) -> list[tuple[str, Any]]:
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_constraints(cursor, table)
    return [(name, one) for name, one in found.items() if one["columns"] == [column]]


def _altered(kind: str, field: str, to: str, **how: Any) -> migrations.AlterField:
    return migrations.AlterField(kind, field, models.ForeignKey(to, **how))


class AtOnce(migrations.SeparateDatabaseAndState):
    """Makes the models as they were then anew once they are asked for, not after each of fifty fields."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0029_downtimes")]

    operations: ClassVar = [
        AtOnce(
            database_operations=[migrations.RunPython(loosen, migrations.RunPython.noop)],
            state_operations=[
                *(
                    _altered(kind, "organisation", "accounts.organisation", on_delete=CASCADE, db_constraint=False, related_name="+")
                    for kind in ROWS
                ),
                *(
                    _altered(
                        kind,
                        "incident",
                        "incidents.incident",
                        on_delete=CASCADE,
                        db_constraint=False,
                        db_index=False,
                        related_name="%(class)ss",
                    )
                    for kind in ROWS
                ),
                *(
                    _altered(
                        kind,
                        "organisation",
                        "accounts.organisation",
                        on_delete=CASCADE if kind == "Notice" else PROTECT,
                        db_constraint=False,
                        db_index=False,
                        related_name="+",
                    )
                    for kind in (*ENTRIES, "Head", "Notice")
                ),
                *(
                    _altered(kind, "incident", "incidents.incident", on_delete=PROTECT, db_index=False, related_name=name)
                    for kind, name in ENTRIES.items()
                ),
            ],
        ),
    ]
