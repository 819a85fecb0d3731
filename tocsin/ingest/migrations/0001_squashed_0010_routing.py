"""The tables as 0010_routing left them, made at once. What filled their rows anew is not in it: a new installation has none."""

import django.db.models.deletion
import tocsin.kit.clock
import tocsin.kit.ids
from django.conf import settings
from django.db import migrations, models
from tocsin.kit.squashed import Squashed


class Migration(Squashed):

    replaces = [('ingest', '0001_alerts'), ('ingest', '0002_route_beside'), ('ingest', '0003_feeds'), ('ingest', '0004_received'), ('ingest', '0005_filing'), ('ingest', '0006_mappings'), ('ingest', '0007_expiry'), ('ingest', '0008_checks'), ('ingest', '0009_tallies'), ('ingest', '0010_routing')]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0003_installation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=32)),
                ('fingerprint', models.CharField(max_length=255)),
                ('title', models.CharField(max_length=500)),
                ('labels', models.JSONField()),
                ('annotations', models.JSONField()),
                ('link', models.CharField(blank=True, max_length=2000)),
                ('firing', models.BooleanField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('first_received_at', models.DateTimeField()),
                ('last_received_at', models.DateTimeField()),
                ('turned_at', models.DateTimeField()),
                ('turn', models.PositiveIntegerField()),
                ('received', models.PositiveIntegerField()),
                ('duplicates', models.PositiveIntegerField()),
                ('raw', models.BigIntegerField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'firing', 'raw', 'id'], name='alert_listed')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'source', 'fingerprint'), name='alert_once')],
            },
        ),
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
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='feed_name_once')],
            },
        ),
        migrations.CreateModel(
            name='Listening',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
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
                ('words', models.TextField(blank=True, db_default='', default='')),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('alert', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='ingest.alert')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'alert', 'starts_at', 'by'), name='alert_acknowledged_once')],
            },
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
        migrations.CreateModel(
            name='Episode',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('received', models.PositiveIntegerField()),
                ('duplicates', models.PositiveIntegerField()),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='episodes', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'alert', 'starts_at'), name='episode_once')],
            },
        ),
        migrations.CreateModel(
            name='FeedKey',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='ingest.feed')),
            ],
        ),
        migrations.CreateModel(
            name='Filed',
            fields=[
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='accounts.organisation')),
                ('upto', models.BigIntegerField(default=0)),
                ('waiting', models.BooleanField(default=True)),
                ('mark', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('waiting', True)), fields=['organisation'], name='filed_waiting')],
            },
        ),
        migrations.CreateModel(
            name='MaintenanceWindow',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('matchers', models.TextField()),
                ('zone', models.CharField(max_length=64)),
                ('begins', models.CharField(max_length=16)),
                ('lasts_s', models.PositiveIntegerField()),
                ('repeats', models.CharField(blank=True, max_length=200)),
                ('person', models.UUIDField()),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='MappingVersion',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('saved_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='ingest.feed')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('feed', 'number'), name='mapping_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('label', models.BigIntegerField()),
                ('firing', models.BooleanField()),
                ('raw', models.BigIntegerField()),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='postings', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'label', 'firing', 'raw', 'alert'), name='posting_once')],
            },
        ),
        migrations.CreateModel(
            name='RawBody',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=32)),
                ('key', models.UUIDField()),
                ('received_at', models.DateTimeField()),
                ('state', models.SmallIntegerField(choices=[(0, 'Waiting'), (1, 'Settled'), (2, 'Parked')], default=0)),
                ('reason', models.CharField(blank=True, max_length=400)),
                ('length', models.PositiveIntegerField()),
                ('body', models.BinaryField()),
                ('organisation', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 0)), fields=['organisation', 'id'], name='raw_body_waiting'), models.Index(condition=models.Q(('state', 1)), fields=['organisation', 'id'], name='raw_body_settled'), models.Index(condition=models.Q(('state', 2)), fields=['organisation', 'id'], name='raw_body_parked')],
            },
        ),
        migrations.CreateModel(
            name='Rejected',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=32)),
                ('key', models.UUIDField()),
                ('received_at', models.DateTimeField()),
                ('code', models.CharField(max_length=40)),
                ('reason', models.CharField(max_length=400)),
                ('length', models.PositiveIntegerField()),
                ('body', models.BinaryField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'id'], name='rejected_by_organisation')],
            },
        ),
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('rule', models.JSONField(default=dict)),
                ('plan', models.CharField(max_length=120)),
                ('beside', models.JSONField(blank=True, default=list)),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('enabled', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('organisation', 'name'), name='route_name_once')],
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('turn', models.PositiveIntegerField()),
                ('firing', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('about', models.CharField(blank=True, max_length=80)),
                ('problem', models.CharField(blank=True, max_length=400)),
                ('waits', models.BooleanField(db_default=False, default=False)),
                ('handled_at', models.DateTimeField(null=True)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='ingest.route')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('handled_at', None)), fields=['organisation', 'route', 'id'], name='match_waiting'), models.Index(fields=['organisation', 'about'], name='match_about')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'route', 'alert', 'starts_at', 'turn'), name='match_once')],
            },
        ),
        migrations.CreateModel(
            name='RouteGroup',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.TextField()),
                ('about', models.CharField(blank=True, max_length=80)),
                ('reports', models.JSONField(default=list)),
                ('values', models.JSONField(default=dict)),
                ('firing', models.PositiveIntegerField(default=0)),
                ('unsaid_since', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('route', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='ingest.route')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='group_due')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'route', 'key'), name='group_once')],
            },
        ),
        migrations.CreateModel(
            name='RouteInhibitor',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.TextField()),
                ('alert', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('route', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='inhibitors', to='ingest.route')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'route', 'alert'), name='inhibitor_once')],
            },
        ),
        migrations.CreateModel(
            name='RouteRun',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('match', models.BigIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('group', models.TextField()),
                ('since', models.DateTimeField()),
                ('firing', models.BooleanField()),
                ('over_at', models.DateTimeField(null=True)),
                ('turns', models.JSONField(default=list)),
                ('state', models.CharField(max_length=8)),
                ('why', models.CharField(blank=True, max_length=12)),
                ('due_at', models.DateTimeField(null=True)),
                ('about', models.CharField(blank=True, max_length=80)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('route', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='ingest.route')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='run_due'), models.Index(condition=models.Q(('state__in', ['waits', 'ready', 'ending'])), fields=['organisation', 'route', 'state', 'match'], name='run_unsaid')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'route', 'alert'), name='run_once')],
            },
        ),
        migrations.CreateModel(
            name='Silence',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('matchers', models.TextField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('comment', models.TextField()),
                ('person', models.UUIDField()),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('lifted_by', models.UUIDField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-ends_at'], name='silence_by_end')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.UUIDField()),
                ('hour', models.DateTimeField(db_index=True)),
                ('read', models.PositiveIntegerField()),
                ('refused', models.PositiveIntegerField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'hour', 'key'), name='tally_once')],
            },
        ),
        migrations.CreateModel(
            name='Expiry',
            fields=[
                ('alert', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='ingest.alert')),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
    ]
