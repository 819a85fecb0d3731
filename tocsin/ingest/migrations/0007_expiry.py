"""Some alerts fire only as long as their sender says so again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_installation'),
        ('ingest', '0006_mappings'),
    ]

    operations = [
        migrations.CreateModel(
            name='Expiry',
            fields=[
                ('alert', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='ingest.alert')),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
    ]
