"""What is known of the rules of time zones, so that it is seen when they change."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0027_leaps")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ZoneRules",
            fields=[
                ("zone", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("edition", models.CharField(max_length=32)),
                ("since", models.DateTimeField()),
                ("offsets", models.JSONField()),
            ],
        ),
    ]
