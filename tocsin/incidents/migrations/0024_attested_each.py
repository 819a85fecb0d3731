"""Who attested a condition for each entry of a collection."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0023_brought")]

    operations: ClassVar = [
        migrations.AddField(model_name="conditionrow", name="attested_each", field=models.JSONField(default=list)),
    ]
