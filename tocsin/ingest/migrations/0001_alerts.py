import django.db.models.deletion
import tocsin.kit.clock
import tocsin.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_people'),
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
        ),
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('labels', models.JSONField(default=dict)),
                ('plan', models.CharField(max_length=120)),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('enabled', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
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
                ('handled_at', models.DateTimeField(null=True)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('route', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='ingest.route')),
            ],
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('firing', True)), fields=['organisation', '-starts_at'], name='alert_firing'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['organisation', '-turned_at'], name='alert_turned'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('organisation', 'source', 'fingerprint'), name='alert_once'),
        ),
        migrations.AddConstraint(
            model_name='episode',
            constraint=models.UniqueConstraint(fields=('organisation', 'alert', 'starts_at'), name='episode_once'),
        ),
        migrations.AddIndex(
            model_name='rawbody',
            index=models.Index(condition=models.Q(('state', 0)), fields=['organisation', 'id'], name='raw_body_waiting'),
        ),
        migrations.AddIndex(
            model_name='rawbody',
            index=models.Index(condition=models.Q(('state', 2)), fields=['organisation', 'id'], name='raw_body_parked'),
        ),
        migrations.AddIndex(
            model_name='rejected',
            index=models.Index(fields=['organisation', 'id'], name='rejected_by_organisation'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.UniqueConstraint(fields=('organisation', 'name'), name='route_name_once'),
        ),
        migrations.AddIndex(
            model_name='match',
            index=models.Index(condition=models.Q(('handled_at', None)), fields=['organisation', 'route', 'id'], name='match_waiting'),
        ),
        migrations.AddIndex(
            model_name='match',
            index=models.Index(fields=['organisation', 'about'], name='match_about'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.UniqueConstraint(fields=('organisation', 'route', 'alert', 'starts_at', 'turn'), name='match_once'),
        ),
    ]
