"""The organisation's own document beside a plan."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import tocsin.kit.clock
import tocsin.kit.ids


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_people"), ("incidents", "0015_restricted")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SourceText",
            fields=[
                ("id", models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ("plan_id", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("prefix", models.CharField(blank=True, max_length=64)),
                ("pointed", models.JSONField(default=dict)),
                ("glosses", models.PositiveIntegerField(default=0)),
                ("attached_at", models.DateTimeField(default=tocsin.kit.clock.now)),
                ("attached_by", models.CharField(blank=True, max_length=40)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("organisation", "plan_id"), name="source_once")]},
        ),
    ]
