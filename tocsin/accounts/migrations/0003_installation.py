"""Which keys the database belongs to."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0002_qualifications")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("secret", models.CharField(max_length=64)),
                ("signing", models.CharField(max_length=64)),
                ("cipher", models.TextField()),
            ],
        )
    ]
