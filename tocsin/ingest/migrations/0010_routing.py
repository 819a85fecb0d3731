"""Routes with conditions, and what they remember; silences and maintenance windows."""

import django.db.models.deletion
import tocsin.kit.clock
import tocsin.kit.ids
from django.db import migrations, models



def say_labels_as_a_rule(apps, schema_editor):
    for route in apps.get_model("ingest", "Route").objects.all():
        quoted = {name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in route.labels.items()}
        route.rule = {"wanted": ", ".join(f'{name}="{value}"' for name, value in quoted.items())}
        route.save(update_fields=["rule"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_installation'),
        ('ingest', '0009_tallies'),
    ]

    operations = [
        migrations.AddField("acknowledgement", "words", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("acknowledgement", "withdrawn_at", models.DateTimeField(null=True)),
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
            ],
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
            ],
        ),
        migrations.CreateModel(
            name='RouteInhibitor',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.TextField()),
            ],
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
            ],
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
            ],
        ),
        migrations.RemoveConstraint(
            model_name='route',
            name='route_name_once',
        ),
        migrations.AddField(
            model_name='match',
            name='waits',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='route',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='route',
            name='rule',
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(say_labels_as_a_rule, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='route',
            name='labels',
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('organisation', 'name'), name='route_name_once'),
        ),
        migrations.AddField(
            model_name='maintenancewindow',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='routegroup',
            name='organisation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='routegroup',
            name='route',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='ingest.route'),
        ),
        migrations.AddField(
            model_name='routeinhibitor',
            name='alert',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ingest.alert'),
        ),
        migrations.AddField(
            model_name='routeinhibitor',
            name='organisation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='routeinhibitor',
            name='route',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='inhibitors', to='ingest.route'),
        ),
        migrations.AddField(
            model_name='routerun',
            name='alert',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='ingest.alert'),
        ),
        migrations.AddField(
            model_name='routerun',
            name='organisation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='routerun',
            name='route',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='ingest.route'),
        ),
        migrations.AddField(
            model_name='silence',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddIndex(
            model_name='routegroup',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='group_due'),
        ),
        migrations.AddConstraint(
            model_name='routegroup',
            constraint=models.UniqueConstraint(fields=('organisation', 'route', 'key'), name='group_once'),
        ),
        migrations.AddConstraint(
            model_name='routeinhibitor',
            constraint=models.UniqueConstraint(fields=('organisation', 'route', 'alert'), name='inhibitor_once'),
        ),
        migrations.AddIndex(
            model_name='routerun',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='run_due'),
        ),
        migrations.AddIndex(
            model_name='routerun',
            index=models.Index(condition=models.Q(('state__in', ['waits', 'ready', 'ending'])), fields=['organisation', 'route', 'state', 'match'], name='run_unsaid'),
        ),
        migrations.AddConstraint(
            model_name='routerun',
            constraint=models.UniqueConstraint(fields=('organisation', 'route', 'alert'), name='run_once'),
        ),
        migrations.AddIndex(
            model_name='silence',
            index=models.Index(fields=['organisation', '-ends_at'], name='silence_by_end'),
        ),
    ]
