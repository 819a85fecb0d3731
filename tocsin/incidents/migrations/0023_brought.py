"""Whether somebody brought the due time of a clock forward."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0022_correspondence")]
    operations: ClassVar = [migrations.AddField("clockrow", "brought", models.BooleanField(default=False, db_default=False))]
