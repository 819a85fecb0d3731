"""Messages that wait for confirmations and readers."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies: ClassVar = [
        ("incidents", "0004_grading"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="messagerow",
            name="awaits",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="messagerow",
            name="evidence",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="messagerow",
            name="reaches",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="messagerow",
            name="unread",
            field=models.JSONField(default=list),
        ),
    ]
