import django.db.models.deletion
from django.db import migrations, models

import tocsin.kit.clock
import tocsin.kit.ids


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people"), ("comms", "0002_outside")]

    operations = [
        migrations.CreateModel(
            name="MeetingPlace",
            fields=[
                ("id", models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ("way", models.CharField(max_length=16)),
                ("plan", models.CharField(blank=True, max_length=100)),
                ("group", models.CharField(blank=True, max_length=100)),
                ("link", models.CharField(max_length=500)),
                ("entered_at", models.DateTimeField(default=tocsin.kit.clock.now)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "way", "plan", "group"), name="meeting_place_once")],
            },
        ),
    ]
