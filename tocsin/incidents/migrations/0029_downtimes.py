"""A downtime of which incidents are still to be told, some at a time."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0028_zone_rules")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Downtime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("noticed_at", models.DateTimeField()),
                ("wake_at", models.DateTimeField(null=True)),
                ("incident", models.UUIDField(null=True)),
            ],
        ),
    ]
