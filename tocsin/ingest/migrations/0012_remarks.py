"""What is done to alerts at the sender's side, beside beginning and ending them; which run of a check has started."""

import django.db.models.deletion
import tocsin.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_installation'),
        ('ingest', '0011_turned_away'),
    ]

    operations = [
        migrations.AddField("check", "run", models.CharField(blank=True, db_default="", default="", max_length=64)),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('by', models.CharField(blank=True, max_length=200)),
                ('deed', models.CharField(max_length=16)),
                ('words', models.TextField(blank=True)),
                ('alert', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remarks', to='ingest.alert')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
    ]
