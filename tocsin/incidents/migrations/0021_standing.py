"""What an organisation owes between incidents: one record for each plan, and its registers as they are now (CLK-12)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people"), ("incidents", "0020_cited_readings")]
    operations = [
        migrations.AddField("incident", "standing", models.CharField(blank=True, db_default="", max_length=64)),
        migrations.AlterField("incident", "number", models.CharField(max_length=64)),
        migrations.AddConstraint(
            "incident",
            models.UniqueConstraint(
                condition=models.Q(("standing", ""), _negated=True), fields=("organisation", "standing"), name="standing_once"
            ),
        ),
        migrations.CreateModel(
            "RegisterRow",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(max_length=200)),
                ("entry", models.CharField(blank=True, max_length=200)),
                ("fields", models.JSONField(default=dict)),
                ("marks", models.JSONField(default=list)),
                ("open", models.BooleanField(default=True)),
                ("since", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="incidents.incident"),
                ),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("incident", "record", "entry"), name="registerrow_once")]},
        ),
    ]
