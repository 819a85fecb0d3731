"""How far the spool of a lane on SQLite was carried into the log."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0015_rates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Carried',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('segment', models.BigIntegerField()),
                ('upto', models.BigIntegerField()),
            ],
        ),
    ]
