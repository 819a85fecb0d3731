"""What became of what was filed for the next revision of a plan."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import tocsin.kit.clock


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_people"), ("incidents", "0009_parties")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("accepted", models.BooleanField()),
                ("note", models.TextField()),
                ("by", models.CharField(max_length=40)),
                ("at", models.DateTimeField(default=tocsin.kit.clock.now)),
                (
                    "incident",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("incident", "seq"), name="ruling_once")]},
        ),
    ]
