"""How many bodies were turned away for want of room."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0010_routing'),
    ]

    operations = [
        migrations.AddField(
            model_name='tally',
            name='turned_away',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
