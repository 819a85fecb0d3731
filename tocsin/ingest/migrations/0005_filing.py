"""Alerts are listed in the order of the log, and filed by their labels."""

import django.db.models.deletion
from django.db import migrations, models


def file_what_is_there(apps, schema_editor):
    Filed = apps.get_model("ingest", "Filed")
    for organisation in apps.get_model("ingest", "Alert").objects.values_list("organisation_id", flat=True).distinct():
        Filed.objects.create(organisation_id=organisation)


class Migration(migrations.Migration):
    dependencies = [("ingest", "0004_received"), ("accounts", "0001_people")]

    operations = [
        migrations.RemoveIndex("alert", "alert_firing"),
        migrations.RemoveIndex("alert", "alert_turned"),
        migrations.AddIndex("alert", models.Index(fields=["organisation", "firing", "raw", "id"], name="alert_listed")),
        migrations.CreateModel(
            "Filed",
            [
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.organisation",
                    ),
                ),
                ("upto", models.BigIntegerField(default=0)),
                ("waiting", models.BooleanField(default=True)),
                ("mark", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddIndex(
            "filed", models.Index(condition=models.Q(("waiting", True)), fields=["organisation"], name="filed_waiting")
        ),
        migrations.CreateModel(
            "Posting",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("label", models.BigIntegerField()),
                ("firing", models.BooleanField()),
                ("raw", models.BigIntegerField()),
                (
                    "alert",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="postings", to="ingest.alert"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "posting",
            models.UniqueConstraint(fields=("organisation", "label", "firing", "raw", "alert"), name="posting_once"),
        ),
        migrations.RunPython(file_what_is_there, migrations.RunPython.noop),
    ]
