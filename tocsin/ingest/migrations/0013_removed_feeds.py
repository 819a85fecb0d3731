"""A feed that was removed is kept, and its name is free again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0012_remarks'),
    ]

    operations = [
        migrations.AddField("feed", "removed_at", models.DateTimeField(blank=True, null=True)),
        migrations.RemoveConstraint("feed", "feed_name_once"),
        migrations.AddConstraint(
            "feed",
            models.UniqueConstraint(condition=models.Q(removed_at=None), fields=("organisation", "name"), name="feed_name_once"),
        ),
    ]
