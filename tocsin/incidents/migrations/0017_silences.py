"""Feeds that are silent while no incident runs."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_people"), ("incidents", "0016_sources")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Silence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(max_length=64)),
                ("signal", models.CharField(max_length=120)),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"),
                ),
            ],
            options={"indexes": [models.Index(fields=["organisation", "ended_at"], name="silence_standing")]},
        ),
    ]
