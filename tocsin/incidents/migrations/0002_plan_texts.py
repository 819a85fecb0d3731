"""Texts of plans being written, findings their owners acknowledged, and who approved a version."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import tocsin.kit.clock
import tocsin.kit.ids


class Migration(migrations.Migration):
    """Adds only: the release before keeps running."""

    dependencies: ClassVar = [("accounts", "0001_people"), ("incidents", "0001_first")]
    operations: ClassVar = [
        migrations.AddField("plan", "approved_at", models.DateTimeField(null=True)),
        migrations.AddField("plan", "approved_by", models.CharField(blank=True, db_default="", max_length=40)),
        migrations.AddField("plan", "approved_note", models.TextField(blank=True, db_default="")),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ("plan_id", models.CharField(max_length=64)),
                ("code", models.CharField(max_length=8)),
                ("path", models.CharField(max_length=300)),
                ("reason", models.TextField()),
                ("by", models.CharField(max_length=40)),
                ("at", models.DateTimeField(default=tocsin.kit.clock.now)),
                ("organisation", models.ForeignKey("accounts.organisation", django.db.models.deletion.CASCADE, related_name="+")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "plan_id", "code", "path"), name="acknowledged_once")],
            },
        ),
        migrations.CreateModel(
            name="PlanText",
            fields=[
                ("id", models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ("plan_id", models.CharField(max_length=64)),
                ("source", models.TextField()),
                ("based_on", models.CharField(blank=True, max_length=64)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField(default=tocsin.kit.clock.now)),
                ("saved_by", models.CharField(blank=True, max_length=40)),
                ("organisation", models.ForeignKey("accounts.organisation", django.db.models.deletion.CASCADE, related_name="+")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("organisation", "plan_id"), name="plan_text_once")]},
        ),
    ]
