"""That the server's clock was set: not yet told to an incident, and a breach that is to be doubted for it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("incidents", "0026_records_elsewhere")]

    operations: ClassVar = [
        migrations.AddField("incident", "leapt_since", models.DateTimeField(null=True)),
        migrations.AddField("incident", "leapt_until", models.DateTimeField(null=True)),
        migrations.AddField("breachrow", "clock_suspect", models.BooleanField(db_default=False, default=False)),
    ]
