"""What the triggers of a plan in force know while no incident runs by it."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_people"), ("incidents", "0012_labels")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Sentinel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan_id", models.CharField(max_length=64)),
                ("plan_hash", models.CharField(max_length=64)),
                ("until", models.DateTimeField(null=True)),
                ("late", models.DateTimeField(null=True)),
                ("look_at", models.DateTimeField(null=True)),
                ("turn", models.PositiveIntegerField(default=0)),
                ("edges", models.JSONField(default=list)),
                ("fired", models.JSONField(default=dict)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "plan_id"), name="sentinel_once")],
                "indexes": [models.Index(fields=["look_at"], name="sentinel_due")],
            },
        ),
    ]
