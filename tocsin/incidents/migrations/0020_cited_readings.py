"""Readings that were put forward as evidence when a level was decided."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0019_place")]
    operations: ClassVar = [migrations.AddField("decidedrow", "cited", models.JSONField(default=dict))]
