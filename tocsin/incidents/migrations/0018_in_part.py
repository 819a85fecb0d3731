"""Who sees no more of a restricted incident than an invitation shows (COM-30)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0017_silences")]
    operations = [
        migrations.AddField("boardrow", "in_part", models.TextField(blank=True, db_default="")),
    ]
