"""How many bodies of a feed may come in a minute."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0014_expired'),
    ]

    operations = [
        migrations.AddField(
            model_name='feed',
            name='per_minute',
            field=models.PositiveIntegerField(null=True),
        ),
    ]
