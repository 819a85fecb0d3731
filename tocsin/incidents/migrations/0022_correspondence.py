"""What COM-25 keeps of every message in and out: role, phase, parties, languages, when it went out, when it was read, and what came back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_qualifications"), ("incidents", "0021_standing")]
    operations = [
        migrations.AddField("deliveryrow", "languages", models.JSONField(default=list, db_default=[])),
        migrations.AddField("deliveryrow", "sent_at", models.DateTimeField(null=True)),
        migrations.AddField("messagerow", "parties", models.JSONField(default=list, db_default=[])),
        migrations.AddField("messagerow", "phase", models.CharField(max_length=64, blank=True, default="", db_default="")),
        migrations.AddField("messagerow", "read_at", models.JSONField(default=dict, db_default={})),
        migrations.AddField("messagerow", "role", models.CharField(max_length=200, blank=True, default="", db_default="")),
        migrations.CreateModel(
            name="WordRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("message", models.CharField(max_length=120, blank=True)),
                ("title", models.JSONField(default=dict)),
                ("cite", models.JSONField(default=list)),
                ("sender", models.CharField(max_length=64, blank=True)),
                ("parties", models.JSONField(default=list)),
                ("channel", models.CharField(max_length=64, blank=True)),
                ("language", models.CharField(max_length=16, blank=True)),
                ("words", models.TextField(blank=True)),
                ("confirms", models.BooleanField(default=False)),
                ("role", models.CharField(max_length=200, blank=True)),
                ("phase", models.CharField(max_length=64, blank=True)),
                ("by", models.CharField(max_length=40)),
                ("happened_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "incident",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="incidents.incident"),
                ),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["incident", "seq"], name="wordrow_once")]},
        ),
    ]
