"""Which alerts ended because nobody spoke for them any more, so that a trial knows it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_installation'),
        ('ingest', '0013_removed_feeds'),
    ]

    operations = [
        migrations.CreateModel(
            name='Expired',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('after', models.BigIntegerField()),
                ('alerts', models.JSONField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'at'], name='expired_at')],
            },
        ),
    ]
