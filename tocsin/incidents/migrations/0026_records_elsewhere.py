"""Under which number another system keeps a record of an incident, and the link to it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0002_qualifications"), ("incidents", "0025_series")]

    operations: ClassVar = [
        migrations.AddField("reportrow", "number", models.CharField(blank=True, max_length=100, default=""), preserve_default=False),
        migrations.AddField("reportrow", "link", models.CharField(blank=True, max_length=500, default=""), preserve_default=False),
        migrations.AddIndex(
            "reportrow",
            models.Index(fields=["organisation", "means", "number"], condition=~models.Q(number=""), name="report_of_a_record"),
        ),
    ]
