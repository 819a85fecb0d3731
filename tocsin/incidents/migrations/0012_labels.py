"""Samples say what they were measured on: one value for each instant and set of labels."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0011_longer_names")]
    operations: ClassVar = [
        migrations.AddField("sample", "labels", models.TextField(default="")),
        migrations.RemoveConstraint("sample", "sample_once"),
        migrations.AddConstraint(
            "sample", models.UniqueConstraint(fields=["organisation", "signal", "at", "labels"], name="sample_once")
        ),
    ]
