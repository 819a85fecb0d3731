"""The place of an incident in every queue and list. Rows of before stand behind what is worked out of turn until something happens there."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0018_in_part")]
    operations: ClassVar = [
        migrations.AddField("boardrow", "place", models.PositiveSmallIntegerField(default=1, db_default=1)),
        migrations.AddIndex("boardrow", models.Index(fields=["organisation", "place", "declared_at"], name="board_place")),
    ]
