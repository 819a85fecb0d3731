"""Moments that were taken back."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies: ClassVar = [
        ("incidents", "0005_message_receipts"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="momentrow",
            name="withdrawn",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="momentrow",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
    ]
