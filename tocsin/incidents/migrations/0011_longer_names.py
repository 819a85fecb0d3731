"""Names of several plans on one incident carry their plan's id, and seats their stream, part or person: they need more room."""

from typing import ClassVar, Final

from django.db import migrations, models

NAMES: Final = (
    ("decisionrow", "decision", False),
    ("decisionrow", "assigns", True),
    ("decidedrow", "decision", False),
    ("decidedrow", "role", False),
    ("levelrow", "level", False),
    ("levelrow", "before", True),
    ("levelrow", "proposed", True),
    ("messagerow", "template", False),
    ("messagerow", "publisher", True),
    ("boardrow", "level", True),
    ("boardrow", "proposal", True),
    ("boardrow", "commander_role", True),
    ("clockrow", "tag", True),
    ("clockrow", "owes", False),
    ("breachrow", "owes", False),
    ("rolerow", "role", False),
    ("recordrow", "record", False),
    ("factrow", "fact", False),
    ("conditionrow", "condition", False),
    ("conditionrow", "attest", True),
    ("situationrow", "situation", False),
    ("figurerow", "figure", False),
)
"""Table, column, and whether it may be empty."""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0010_review")]
    operations: ClassVar = [
        migrations.AlterField(table, column, models.CharField(max_length=200, blank=True) if empty else models.CharField(max_length=200))
        for table, column, empty in NAMES
    ] + [
        migrations.AddField("rolerow", "part", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddField("rolerow", "shown", models.BooleanField(default=True)),
    ]
