"""Figures as rows, so that incidents can be held against each other."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_people"), ("incidents", "0006_withdrawn_moments")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="FigureRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figure", models.CharField(max_length=64)),
                ("title", models.JSONField(default=dict)),
                ("cite", models.JSONField(default=list)),
                ("standing", models.CharField(max_length=8)),
                ("value", models.JSONField(null=True)),
                ("target", models.JSONField(null=True)),
                ("begun_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("target_at", models.DateTimeField(null=True)),
                ("also_s", models.BigIntegerField(null=True)),
                ("kept", models.BooleanField(default=False)),
                (
                    "incident",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="incidents.incident"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "figure", "kept"], name="figure_compared")],
                "constraints": [models.UniqueConstraint(fields=("incident", "figure"), name="figurerow_once")],
            },
        ),
    ]
