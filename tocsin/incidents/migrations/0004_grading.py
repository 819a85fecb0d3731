"""What stands beside the proposal of a level: questions, readings that part, thresholds that are near."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0003_attendance")]
    operations: ClassVar = [migrations.AddField("boardrow", "grading", models.JSONField(default=dict))]
