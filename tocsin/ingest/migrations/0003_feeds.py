"""What sends: feeds, each with keys of its own; and who has taken an alert on at its side."""

import django.db.models.deletion
import tocsin.kit.clock
import tocsin.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_qualifications'),
        ('ingest', '0002_route_beside'),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=32)),
                ('name', models.CharField(max_length=120)),
                ('secrets', models.TextField(blank=True)),
                ('settings', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='FeedKey',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='ingest.feed')),
            ],
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('by', models.CharField(blank=True, max_length=200)),
                ('person', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('alert', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'alert', 'starts_at', 'by'), name='alert_acknowledged_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.UniqueConstraint(fields=('organisation', 'name'), name='feed_name_once'),
        ),
    ]
