"""
References that the database looks up again at every row: of each alert its organisation, of each of its labels the alert and the organisation.

The follower writes them in the organisation's turn. Nothing is copied: on PostgreSQL the constraints are dropped, on SQLite they stay in the
tables as they are, which nobody notices. They are found by their columns, since their names are not the same everywhere.
"""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models.deletion import CASCADE

UNCHECKED = (("ingest_alert", "organisation_id"), ("ingest_posting", "organisation_id"), ("ingest_posting", "alert_id"))


def loosen(_apps: Any, editor: Any) -> None:
    """Drop them."""
    for table, column in UNCHECKED if editor.connection.vendor == "postgresql" else ():
        with editor.connection.cursor() as cursor:
            found = editor.connection.introspection.get_constraints(cursor, table)
        for name, one in found.items():
            if one["foreign_key"] and one["columns"] == [column]:
                editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')


def _altered(kind: str, field: str, to: str, **how: Any) -> migrations.AlterField:
    return migrations.AlterField(kind, field, models.ForeignKey(to, on_delete=CASCADE, db_constraint=False, **how))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ingest", "0016_carried")]

    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(loosen, migrations.RunPython.noop)],
            state_operations=[
                _altered("alert", "organisation", "accounts.organisation", db_index=False, related_name="+"),
                _altered("posting", "organisation", "accounts.organisation", db_index=False, related_name="+"),
                _altered("posting", "alert", "ingest.alert", related_name="postings"),
            ],
        ),
    ]
