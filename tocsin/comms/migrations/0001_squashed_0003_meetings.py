"""The tables as 0003_meetings left them, made at once."""

import django.db.models.deletion
import tocsin.kit.clock
import tocsin.kit.ids
from django.db import migrations, models
from tocsin.kit.squashed import Squashed


class Migration(Squashed):

    replaces = [('comms', '0001_outbox'), ('comms', '0002_outside'), ('comms', '0003_meetings')]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0003_installation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('event_id', models.CharField(max_length=200)),
                ('about', models.CharField(max_length=500)),
                ('channel', models.CharField(max_length=100)),
                ('recipient', models.CharField(blank=True, max_length=500)),
                ('address', models.CharField(blank=True, max_length=320)),
                ('locale', models.CharField(blank=True, max_length=16)),
                ('subject', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('urgent', models.BooleanField(default=False)),
                ('state', models.CharField(default='pending', max_length=16)),
                ('code', models.CharField(blank=True, max_length=32)),
                ('detail', models.TextField(blank=True)),
                ('hint', models.TextField(blank=True)),
                ('reference', models.TextField(blank=True)),
                ('doubtful', models.BooleanField(default=False)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('due_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('finished_at', models.DateTimeField(null=True)),
                ('reported_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'sending'])), fields=['due_at'], name='delivery_due'), models.Index(condition=models.Q(('reported_at', None)), fields=['organisation', 'event_id', 'channel'], name='delivery_unreported'), models.Index(fields=['organisation', 'about'], name='delivery_about')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'event_id', 'channel', 'recipient'), name='delivery_once')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=32)),
                ('detail', models.TextField(blank=True)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='comms.delivery')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('delivery', 'number'), name='attempt_once')],
            },
        ),
        migrations.CreateModel(
            name='InboxItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.CharField(max_length=500)),
                ('key', models.CharField(max_length=64)),
                ('about', models.CharField(max_length=500)),
                ('locale', models.CharField(blank=True, max_length=16)),
                ('subject', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('urgent', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'person', '-at'], name='inbox_newest')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='inbox_item_once')],
            },
        ),
        migrations.CreateModel(
            name='MeetingPlace',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('way', models.CharField(max_length=16)),
                ('plan', models.CharField(blank=True, max_length=100)),
                ('group', models.CharField(blank=True, max_length=100)),
                ('link', models.CharField(max_length=500)),
                ('entered_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'way', 'plan', 'group'), name='meeting_place_once')],
            },
        ),
        migrations.CreateModel(
            name='OpenNetwork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network', models.CharField(max_length=64)),
                ('port', models.PositiveIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('opened_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='OutsideAddress',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('plan', models.CharField(max_length=100)),
                ('role', models.CharField(max_length=100)),
                ('channel', models.CharField(max_length=100)),
                ('address', models.CharField(blank=True, max_length=320)),
                ('locale', models.CharField(max_length=16)),
                ('entered_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'plan', 'role', 'channel', 'address'), name='outside_address_once')],
            },
        ),
        migrations.CreateModel(
            name='ChannelSetup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('adapter', models.CharField(max_length=32)),
                ('fields', models.JSONField(default=dict)),
                ('secrets', models.TextField(blank=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('paused_until', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='channel_once')],
            },
        ),
    ]
