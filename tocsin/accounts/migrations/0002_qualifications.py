"""What people have learned or may use."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_people")]
    operations: ClassVar = [migrations.AddField("membership", "brings", models.JSONField(default=list))]
