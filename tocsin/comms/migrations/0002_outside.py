import django.db.models.deletion
from django.db import migrations, models

import tocsin.kit.clock
import tocsin.kit.ids


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people"), ("comms", "0001_outbox")]

    operations = [
        migrations.CreateModel(
            name="OutsideAddress",
            fields=[
                ("id", models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ("plan", models.CharField(max_length=100)),
                ("role", models.CharField(max_length=100)),
                ("channel", models.CharField(max_length=100)),
                ("address", models.CharField(blank=True, max_length=320)),
                ("locale", models.CharField(max_length=16)),
                ("entered_at", models.DateTimeField(default=tocsin.kit.clock.now)),
                ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "plan", "role", "channel", "address"), name="outside_address_once"),
                ],
            },
        ),
    ]
