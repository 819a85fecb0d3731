"""Checks that ping, and when somebody last answered them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingest', '0007_expiry'),
    ]

    operations = [
        migrations.CreateModel(
            name='Listening',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('feed', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='check_up', serialize=False, to='ingest.feed')),
                ('period', models.DurationField(null=True)),
                ('cron', models.CharField(blank=True, max_length=100)),
                ('zone', models.CharField(default='UTC', max_length=64)),
                ('grace', models.DurationField()),
                ('last_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('failed', models.BooleanField(default=False)),
                ('overdue_since', models.DateTimeField(null=True)),
                ('paused', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='check_due')],
            },
        ),
    ]
