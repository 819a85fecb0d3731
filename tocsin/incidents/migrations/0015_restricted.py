"""For whom a restricted incident, and a line of its timeline, is kept."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0014_worker")]
    operations: ClassVar = [
        migrations.AddField("boardrow", "kept_for", models.TextField(blank=True, db_default="")),
        migrations.AddField("timelinerow", "kept_for", models.JSONField(default=list)),
    ]
