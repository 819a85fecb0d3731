"""Who works on what is owed."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0013_sentinels")]
    operations: ClassVar = [
        migrations.AddField("clockrow", "worker", models.CharField(max_length=40, blank=True, default=""), preserve_default=False),
    ]
